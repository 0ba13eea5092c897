/**
 * Settings of a process that every program has: its open files, its profiling
 * port.
 *
 * @module
 */

import { ADDRESS } from "./endpoint_sections.ts";
import { named } from "./field.ts";
import { int, optionalInt } from "./number.ts";
import { type Section, section } from "./section.ts";
import { bool } from "./switch.ts";

/** The limit of open files. */
export interface RlimitConfig {
  /** Whether the limit is looked at when the program starts. */
  readonly enable: boolean;
  /** How high it is to be; absent where nobody says so. */
  readonly nofile?: number;
}

/** The profiling port. */
export interface PprofConfig {
  /**
   * Whether it is wanted.
   *
   * @default {false}
   */
  readonly enable: boolean;
  /**
   * Where it listens, as `host:port`. Whoever reaches it may read what is in
   * memory.
   *
   * @default {"127.0.0.1:6060", of Frontlas "127.0.0.1:6061"}
   */
  readonly addr: string;
  /**
   * Samples a second that a profile of the processor takes; 0 is a thousand.
   *
   * @default {10_000}
   */
  readonly cpuProfileRate: number;
}

/** Settings of the process. */
export interface DaemonConfig {
  /**
   * The limit of open files. The runtime raises it to the hard limit by itself;
   * whether it is as high as `nofile` is looked at when `enable` says so.
   */
  readonly rlimit: RlimitConfig;
  /** The profiling port. */
  readonly pprof: PprofConfig;
}

/** Settings of the process as they stand in a file. */
export interface DaemonSettings {
  /** The limit of open files. */
  rlimit: { enable: boolean; nofile: number | undefined };
  /** The profiling port. */
  pprof: { enable: boolean; addr: string; cpuProfileRate: number };
}

/** The keys below `daemon` that every program has. */
export const DAEMON_FIELDS: {
  readonly [K in keyof DaemonSettings]: Section<DaemonSettings[K]>;
} = {
  rlimit: section<DaemonSettings["rlimit"]>({
    enable: bool(),
    nofile: named(optionalInt(), "nofile", "num_file"),
  }),
  pprof: section<DaemonSettings["pprof"]>({
    enable: bool(),
    addr: ADDRESS,
    cpuProfileRate: int(10000),
  }),
};

/**
 * Gives the profiling port its address.
 *
 * @param settings Settings of the process as they stand in a file.
 * @param pprofAddr Where the profiling port listens that has no address.
 * @returns What the program has to know of them.
 */
export function resolveDaemon(
  { rlimit, pprof }: DaemonSettings,
  pprofAddr: string,
): DaemonConfig {
  const { enable, nofile } = rlimit;
  return {
    rlimit: { enable, ...(nofile !== undefined && { nofile }) },
    pprof: { ...pprof, addr: pprof.addr === "" ? pprofAddr : pprof.addr },
  };
}

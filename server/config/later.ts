import type { DialConfig } from "./endpoints.ts";

/** The store behind the control plane. */
export interface DaoConfig {
  /** Its kind. */
  backend: "buntdb" | "sqlite" | "sqlite3";
  /** Whether its statements are traced. */
  debug: boolean;
}

/** The link to the cluster directory. */
export interface FrontlasConfig {
  /** Whether it is wanted. */
  enable: boolean;
  /** Where the directory is. */
  dial: DialConfig;
  /** Reports of load to the directory: whether, and every how many seconds. */
  metrics: { enable: boolean; intervalSeconds: number };
}

/** The health and metrics port. */
export interface ObservabilityConfig {
  /** Whether it is wanted; absent when the file does not say. */
  enable?: boolean;
  /** Where it listens, as `host:port`. */
  addr: string;
}

/** Settings of the process. */
export interface DaemonConfig {
  /** The limit of open files; `nofile` is absent when the file does not say. The runtime raises it to the hard limit by itself. */
  rlimit: { enable: boolean; nofile?: number };
  /** The profiling port. */
  pprof: { enable: boolean; addr: string; cpuProfileRate: number };
}

/** Settings of parts that later releases build. */
export interface LaterConfig {
  /** The store behind the control plane. */
  dao: DaoConfig;
  /** The link to the cluster directory. */
  frontlas: FrontlasConfig;
  /** The health and metrics port. */
  observability: ObservabilityConfig;
  /** Settings of the process. */
  daemon: DaemonConfig;
  /** Addresses announced to the cluster instead of the listeners' own, or empty. */
  advertised: { servicebound: string; edgebound: string };
}

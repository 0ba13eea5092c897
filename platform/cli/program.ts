/**
 * What a program says of itself, for the command line to run it.
 *
 * @module
 */

import type {
  ConfigFile,
  ConfigFlags,
  ControlTokenConfig,
  DaemonConfig,
  Diagnostic,
  Environment,
  ListenConfig,
  LoadedConfig,
  ObservabilityConfig,
} from "../config/mod.ts";
import type { LogConfig, Logger } from "../log/mod.ts";
import type { PeerAddress } from "../transport.ts";
import type { FlagTable } from "./args.ts";

/** What the configuration of every program has. */
export interface ProgramConfig {
  /** What is logged, how, and where to. */
  readonly log: LogConfig;
  /** Settings of the process. */
  readonly daemon: DaemonConfig;
  /** Seconds that draining may last at most. */
  readonly drainSeconds: number;
  /** The health and metrics port. */
  readonly observability: ObservabilityConfig;
}

/** A port that a program cannot do without. */
export interface ProgramListener {
  /** Its key in the configuration, such as `edgebound.listen`. */
  readonly key: string;
  /** Where it listens. */
  readonly listen: ListenConfig;
}

/** Tokens of a program, and where they stand. */
export interface ProgramTokens {
  /** The key of their list. */
  readonly key: string;
  /** The tokens. */
  readonly tokens: readonly ControlTokenConfig[];
}

/** Something that a start says as a warning, and `--check` too. */
export interface ProgramNote {
  /** The key it is about. */
  readonly key: string;
  /** What to say, as a sentence without a full stop. */
  readonly message: string;
}

/** A program that runs. */
export interface RunningProgram {
  /** Where it listens, each with the name that its log line begins with. */
  readonly addresses: readonly {
    readonly name: string;
    readonly addr: PeerAddress;
  }[];
  /** Resolves when somebody else than a signal has asked it to stop. */
  readonly drainBegun: Promise<unknown>;
  /**
   * Takes no more connections, and lets those there are leave.
   *
   * @param seconds How long that may take at most; what is configured by
   * default.
   * @returns How it went; what it is, only the program knows.
   */
  drain(seconds?: number): Promise<unknown>;
  /** Closes what is left. */
  close(): Promise<void>;
  /**
   * Reads certificates and tokens anew.
   *
   * @throws {Error} If some cannot be used; the old ones stay in use.
   */
  reload(): Promise<void>;
}

/** A program: its names and texts, its configuration, its start. */
export interface Program<C extends ProgramConfig> {
  /** The name of its command, which stands before every complaint. */
  readonly name: string;
  /** What it is, within a sentence: `the gateway`. */
  readonly noun: string;
  /** Its version. */
  readonly version: string;
  /** What `--help` prints. */
  readonly help: string;
  /** Flags beyond those that every program has. */
  readonly flags: FlagTable;
  /** What the log says at start when there is no configuration file. */
  readonly unconfigured: string;
  /**
   * Loads a configuration.
   *
   * @param file The file; `undefined` for the built-in settings.
   * @param env The environment.
   * @param flags Flags that change it.
   * @returns The configuration and its warnings.
   * @throws {ConfigError} If it cannot be used.
   */
  load(
    file: ConfigFile | undefined,
    env: Environment,
    flags: ConfigFlags,
  ): LoadedConfig<C>;
  /**
   * The ports without which it does not start.
   *
   * @param config The configuration.
   * @returns Each with its key.
   */
  listeners(config: C): ProgramListener[];
  /**
   * The tokens that are read from files or the environment.
   *
   * @param config The configuration.
   * @returns The tokens and their key.
   */
  tokens(config: C): ProgramTokens;
  /**
   * What deserves a look though it is no mistake.
   *
   * @param config The configuration.
   * @returns What to say.
   */
  notes(config: C): ProgramNote[];
  /**
   * Looks ahead at what only this program has; the ports, their certificates,
   * the tokens, the log file and the notes are looked at anyway.
   *
   * @param loaded The configuration.
   * @returns What a start would refuse as errors, what it would say as
   * warnings.
   */
  lookAhead(loaded: LoadedConfig<C>): Promise<Diagnostic[]>;
  /**
   * Starts it.
   *
   * @param config The configuration.
   * @param log Where it reports.
   * @returns It, running.
   */
  start(config: C, log: Logger): Promise<RunningProgram>;
}

/**
 * What the gateway has to know.
 *
 * @module
 */

import type {
  DaemonConfig,
  DeepPartial,
  DialConfig,
  ListenConfig,
  ObservabilityConfig,
} from "@frontier/platform/config";
import type { LogConfig, LogFileConfig, Logger } from "@frontier/platform/log";
import type { ForwardDeadlines, HashBy, ReaskIds } from "./choices.ts";
import type {
  ControlplaneConfig,
  ControlplaneOptions,
} from "./controlplane.ts";
import type { DaoConfig } from "./dao.ts";
import type { FrontlasConfig, FrontlasOptions } from "./frontlas.ts";
import type { Limits } from "./limits.ts";
import type { MqmConfig } from "./mqm/mod.ts";

/** The listener for edges and how they get their ids. */
export interface EdgeboundConfig extends ListenConfig {
  /**
   * Where connections go that do not speak the protocol, or absent to close
   * them.
   */
  readonly bypass?: DialConfig;
  /**
   * Whether the gateway assigns an id to an edge while no service answers
   * `get_edge_id`; otherwise such an edge is refused.
   */
  readonly allocateEdgeIds: boolean;
  /**
   * Whether an edge is refused, with an error that it may try again on, while
   * no service answers `edge_online`. Without it such an edge gets in unasked,
   * as with the Go gateway.
   */
  readonly requireEdgeOnline: boolean;
  /**
   * Which edges are asked for their ids again when a service registers
   * `get_edge_id`.
   */
  readonly reaskIds: ReaskIds;
}

/**
 * Everything the gateway has to know, complete: what a file left out has its
 * default.
 */
export interface FrontierConfig {
  /** The listener for services. */
  readonly servicebound: ListenConfig;
  /** The listener for edges. */
  readonly edgebound: EdgeboundConfig;
  /** How one of several services is chosen. */
  readonly hashBy: HashBy;
  /** To whom a caller's time limit travels as a deadline. */
  readonly forwardDeadlines: ForwardDeadlines;
  /** The bounds that protect the gateway. */
  readonly limits: Limits;
  /** What is logged, how, and where to. */
  readonly log: LogConfig;
  /**
   * Seconds that draining may last at most; it ends as soon as all peers have
   * gone. 0 closes at once. Set by `FRONTIER_DRAIN_SECONDS`.
   */
  readonly drainSeconds: number;
  /**
   * Connections that begin to leave in a second while it drains; more where the
   * time would not do otherwise.
   */
  readonly drainRate: number;
  /** This gateway's name within a cluster; empty lets it make one up at each start. */
  readonly frontierId: string;
  /** The port for operators and their programs. */
  readonly controlplane: ControlplaneConfig;
  /** External message queues: which brokers take which topics. */
  readonly mqm: MqmConfig;
  /** The store behind the control plane. */
  readonly dao: DaoConfig;
  /** The health and metrics port. */
  readonly observability: ObservabilityConfig;
  /** Settings of the process. Used by the command line only. */
  readonly daemon: DaemonConfig;
  /** The link to the directory of a cluster. */
  readonly frontlas: FrontlasConfig;
}

/**
 * {@linkcode FrontierConfig} for a caller: whatever is left out has its
 * default. A complete configuration is one, too.
 */
export interface FrontierOptions {
  /**
   * The listener for services.
   *
   * @default {{ hostname: "127.0.0.1", port: 30011 }}
   */
  readonly servicebound?: Partial<ListenConfig>;
  /**
   * The listener for edges.
   *
   * @default {{ hostname: "0.0.0.0", port: 30012, allocateEdgeIds: true,
   * requireEdgeOnline: false, reaskIds: "ours" }}
   */
  readonly edgebound?: Partial<EdgeboundConfig>;
  /**
   * How one of several services is chosen.
   *
   * @default {"edgeid"}
   */
  readonly hashBy?: HashBy;
  /**
   * To whom a caller's time limit travels as a deadline.
   *
   * @default {"services"}
   */
  readonly forwardDeadlines?: ForwardDeadlines;
  /**
   * The bounds that protect the gateway.
   *
   * @default {DEFAULT_LIMITS}
   */
  readonly limits?: Partial<Limits>;
  /**
   * What is logged, how, and where to. Used by the command line only: in a
   * program, hand over a {@linkcode logger}.
   */
  readonly log?: Partial<Omit<LogConfig, "file">> & {
    file?: Partial<LogFileConfig>;
  };
  /**
   * Seconds that draining may last at most.
   *
   * @default {25}
   */
  readonly drainSeconds?: number;
  /**
   * Connections that begin to leave in a second while it drains.
   *
   * @default {1_000}
   */
  readonly drainRate?: number;
  /**
   * This gateway's name within a cluster, which no other may have.
   *
   * @default {"" one is made up at each start}
   */
  readonly frontierId?: string;
  /**
   * The port for operators and their programs. What is left out has its
   * default.
   *
   * @default {{ enable: false, listen: { hostname: "127.0.0.1", port: 30010 }
   * }}
   */
  readonly controlplane?: ControlplaneOptions;
  /**
   * External message queues. A part that is given replaces the defaults key by
   * key.
   *
   * @default {{} no broker}
   */
  readonly mqm?: DeepPartial<MqmConfig>;
  /**
   * The health and metrics port. It is not opened unless `enable` is true.
   *
   * @default {{ addr: "0.0.0.0:9091" }}
   */
  readonly observability?: Partial<ObservabilityConfig>;
  /** Settings of the process. Used by the command line only. */
  readonly daemon?: DaemonConfig;
  /**
   * The store behind the control plane.
   *
   * @default {{ backend: "buntdb", debug: false }}
   */
  readonly dao?: Partial<DaoConfig>;
  /**
   * The link to the directory of a cluster. What is left out has its default.
   *
   * @default {{ enable: false }}
   */
  readonly frontlas?: FrontlasOptions;
  /**
   * Where the gateway writes what it has to say.
   *
   * @default {NULL_LOGGER}
   */
  readonly logger?: Logger;
}

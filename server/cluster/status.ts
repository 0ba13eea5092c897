/**
 * What a gateway's link to the directory of its cluster is doing, for operators.
 *
 * @module
 */

/** What the link to the directory is doing. */
export interface ClusterStatus {
  /** What the gateway calls itself in the cluster. */
  readonly frontierId: string;
  /** Where the link is in its life; `up` once the directory has taken it. */
  readonly state: "connecting" | "up" | "closed";
  /** Why it is not up, or takes no reports, while both are tried again; empty otherwise. */
  readonly problem: string;
  /** The directory that it leads to, or is tried next; `host:port`. */
  readonly address: string;
  /** Whose directory it is; `undefined` while the link is not up. */
  readonly kind: "frontlas" | "go" | undefined;
  /** Where services are told that the gateway is; empty before the first attempt. */
  readonly serviceAddr: string;
  /** Where edges are told that it is; empty before the first attempt. */
  readonly edgeAddr: string;
  /** Whether the directory has been told of everybody who was here when the link came up. */
  readonly synced: boolean;
  /** Peers that have come or gone and that it has not confirmed. */
  readonly pending: number;
  /** When it last confirmed something, in Unix milliseconds; 0 before that. */
  readonly acknowledgedMs: number;
}

/** What is counted of the link since the gateway started. */
export interface ClusterCounts {
  /** Times the directory has taken us. */
  links: number;
  /** Attempts that came to nothing. */
  failures: number;
  /** Peers that came, went or were told of again, and that a directory has confirmed. */
  events: number;
  /** Reports that a directory did not take, and that are repeated. */
  refusals: number;
  /** Times everything was told from the beginning, the first of a link included. */
  resyncs: number;
  /** Edges that were closed because they are connected elsewhere by now. */
  evictions: number;
}

/** @returns Counts of nothing. */
export function noCounts(): ClusterCounts {
  return {
    links: 0,
    failures: 0,
    events: 0,
    refusals: 0,
    resyncs: 0,
    evictions: 0,
  };
}

/**
 * What is counted of gateways and what they tell.
 *
 * @module
 */

import type { CloseReason } from "@frontier/proto/internal";

/** Why a gateway was not let in. */
export const REFUSALS = [
  "malformed",
  "unnamed",
  "already_set",
  "store",
  "closing",
] as const;

/** One of {@linkcode REFUSALS}. */
export type Refusal = typeof REFUSALS[number];

/** How the link of a gateway has ended. */
export const LINK_ENDS = [
  "left",
  "lost",
  "silent",
  "replaced",
  "protocol",
  "closing",
] as const;

/** One of {@linkcode LINK_ENDS}. */
export type LinkEnd = typeof LINK_ENDS[number];

/**
 * Tells how a link has ended.
 *
 * @param reason Why it is over.
 * @returns What is counted.
 */
export function linkEndOf({ kind }: CloseReason): LinkEnd {
  switch (kind) {
    case "peer-closed":
      return "left";
    case "silent":
    case "slow":
    case "timeout":
      return "silent";
    case "replaced":
      return "replaced";
    case "protocol":
      return "protocol";
    case "going-away":
    case "closed":
      return "closing";
    default:
      return "lost";
  }
}

/** What gateways tell of peers. */
export const TOLD = [
  "edge_online",
  "edge_offline",
  "edge_heartbeat",
  "service_online",
  "service_offline",
  "service_heartbeat",
] as const;

/** One of {@linkcode TOLD}. */
export type Told = typeof TOLD[number];

/** Numbers since the start. Nothing in them is a name of anybody. */
export class PresenceTally {
  /** Gateways let in: those of ours, and Go's. */
  readonly admitted: Record<"ours" | "go", number> = { ours: 0, go: 0 };
  /** Gateways not let in. */
  readonly refused: Record<Refusal, number> = zeros(REFUSALS);
  /** Links that have ended. */
  readonly ended: Record<LinkEnd, number> = zeros(LINK_ENDS);
  /** What gateways have told; the heartbeats are those of Go gateways. */
  readonly told: Record<Told, number> = zeros(TOLD);
  /** Batches of gateways of ours. */
  batches = 0;
  /** Batches and calls that were answered with an error, for what they said. */
  rejected = 0;
  /** What was told and lost against something newer. */
  superseded = 0;
  /** Edges that were online at another gateway as well. */
  moved = 0;
  /** Evictions told to a gateway that is connected here. */
  evictionsTold = 0;
  /** Evictions left for a gateway that is connected elsewhere. */
  evictionsLeft = 0;
  /** Edges that stay connected to an older gateway, for it is a Go one. */
  evictionsImpossible = 0;
  /** Times a gateway was asked to tell everything again. */
  resyncs = 0;
  /** Times a gateway has told everything, and what it did not tell was removed. */
  syncs = 0;
  /** Records removed because their gateway does not know them. */
  unknownRemoved = 0;
  /** Records removed because their gateway is dead. */
  deadRemoved = 0;
  /** Calls of the store that failed. */
  storeErrors = 0;
}

function zeros<T extends string>(names: readonly T[]): Record<T, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<
    T,
    number
  >;
}

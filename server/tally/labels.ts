/**
 * What is told apart when a gateway counts. All sets are closed: no id, no
 * address and no name of a peer is ever among them.
 *
 * @module
 */

import {
  type CloseKind,
  errorCodeOf,
  type FrontierErrorCode,
} from "@frontier/proto/internal";

/** All of a closed set, in the order they are written: the compiler says when one is missing. */
function keysOf<T extends string>(
  all: Readonly<Record<T, true>>,
): readonly T[] {
  return Object.keys(all) as T[];
}

/** Where peers come from. */
export const SIDES = ["edge", "service"] as const;

/** Which way a request or message goes. */
export const WAYS = [
  "edge_to_service",
  "service_to_edge",
  "in_stream",
  "edge_to_broker",
] as const;

/** The place of messages to brokers: after all requests, among the messages the last. */
export const TO_BROKER = 2 * WAYS.length - 1;

/**
 * How something ended: well, or with an error of this code. `unheard` is what
 * ended when nobody waited for it any more.
 */
export type ResultCode = "ok" | "unheard" | FrontierErrorCode;

/** All of them; a number stands for its place here. */
export const RESULT_CODES: readonly ResultCode[] = keysOf<ResultCode>({
  "ok": true,
  "unheard": true,
  "remote": true,
  "timeout": true,
  "canceled": true,
  "short-buffer": true,
  "force-closed": true,
  "edge-not-online": true,
  "service-not-online": true,
  "rpc-not-online": true,
  "topic-not-online": true,
  "payload-too-large": true,
  "answer-lost": true,
  "refused": true,
  "protocol": true,
  "eof": true,
  "not-connected": true,
  "no-such-rpc": true,
  "broker-unavailable": true,
  "outcome-unknown": true,
});

/** The place of a code. */
export const RESULT_INDEX: ReadonlyMap<string, number> = new Map(
  RESULT_CODES.map((code, i) => [code, i]),
);

/** It went well. */
export const OK = 0;
/** Nobody waited for it any more. */
export const UNHEARD = 1;
/** An error of the application on the other side. */
export const REMOTE = 2;

/**
 * @param wireText Why the gateway said no.
 * @returns The place of its code; what a rule says in its own words is `refused`.
 */
export function resultOf(wireText: string): number {
  const code = errorCodeOf(wireText);
  return RESULT_INDEX.get(code === "remote" ? "refused" : code)!;
}

/** Why a connection that was let in has ended. */
export const CLOSE_KINDS: readonly CloseKind[] = keysOf<CloseKind>({
  "closed": true,
  "peer-closed": true,
  "lost": true,
  "refused": true,
  "replaced": true,
  "reconnect": true,
  "kicked": true,
  "going-away": true,
  "timeout": true,
  "silent": true,
  "slow": true,
  "short-of-memory": true,
  "protocol": true,
  "internal": true,
});

/** What services are asked and told. */
export const HOOKS = ["get_edge_id", "edge_online", "edge_offline"] as const;

/** What a question came to; see `edgebound/hook_call.ts`. */
export const HOOK_OUTCOMES = [
  "answer",
  "refusal",
  "unsent",
  "late",
  "lost",
  "nobody",
] as const;

export { TURNED_AWAY, type TurnedAway } from "@frontier/platform/ports";

/**
 * Methods by which gateways ask services about edges.
 *
 * @module
 */

import { checkHandler, checkId } from "@frontier/endpoint/internal";
import type { Handler } from "@frontier/endpoint";
import { decodeEdgeEvent, type EdgeEvent, encodeEdgeId } from "./edge_event.ts";

/** Asks for the id of an edge. */
export const GET_EDGE_ID = "get_edge_id";
/** Tells of an edge that wants to come. */
export const EDGE_ONLINE = "edge_online";
/** Tells of an edge that has gone. */
export const EDGE_OFFLINE = "edge_offline";
/** All of them. */
export const HOOKS: readonly string[] = [
  GET_EDGE_ID,
  EDGE_ONLINE,
  EDGE_OFFLINE,
];

/**
 * Makes what answers {@linkcode GET_EDGE_ID}.
 *
 * @param choose Gets the meta of an edge and returns its id.
 * @returns The handler.
 */
export function edgeIdHandler(
  choose: (meta: Uint8Array) => bigint | PromiseLike<bigint>,
): Handler {
  checkHandler(choose);
  return async (request) => encodeEdgeId(checkId(await choose(request.data)));
}

/**
 * Makes what answers {@linkcode EDGE_ONLINE} or {@linkcode EDGE_OFFLINE}.
 *
 * @param listener Gets the event.
 * @returns The handler.
 */
export function edgeEventHandler(
  listener: (event: EdgeEvent) => void | PromiseLike<void>,
): Handler {
  checkHandler(listener);
  return (request) => listener(decodeEdgeEvent(request.data));
}

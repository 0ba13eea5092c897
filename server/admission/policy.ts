/**
 * Rules about who may do what.
 *
 * @module
 */

import type { Identity, PeerAddress } from "@frontier/platform";

/**
 * Why something is not allowed, as the peer is told; an empty text is sent as
 * `refused`. `undefined` allows it.
 */
export type Refusal = string | undefined;

/** A peer that wants something. */
export interface PolicyPeer {
  /** Which side it is on. */
  readonly kind: "edge" | "service";
  /** Its id; 0n while it has none, which is so for an edge at its connect. */
  readonly id: bigint;
  /** Where it connects from. */
  readonly address: PeerAddress;
  /** Who it is by a certificate that was verified; `undefined` without one. */
  readonly identity: Identity | undefined;
  /** What an edge says of itself, as it came; not to be changed. `undefined` when it says nothing, and for a service. */
  readonly meta: Uint8Array | undefined;
  /** The name of a service; empty for an edge. */
  readonly name: string;
}

/** What a call, a message or a stream is for. */
export interface PolicyRoute {
  /**
   * How the target is named: an edge calls a `method`, publishes to a `topic`,
   * opens a stream to a service's `name`; a service names an `edge`.
   */
  readonly kind: "method" | "topic" | "name" | "edge";
  /**
   * The method, topic or service name; the decimal id of an edge. A topic that
   * only takers of `*` get is `*`.
   */
  readonly name: string;
  /** The edge, where one is named. */
  readonly edge: PolicyPeer | undefined;
}

/**
 * A rule. Each step it leaves out allows everything; a step that throws, or
 * whose promise rejects, refuses. Several rules are asked in turn, and the
 * first refusal stands.
 *
 * @example Only devices of the house, and nobody but them opens doors
 * ```ts
 * import type { Policy } from "@frontier/server";
 *
 * const house: Policy = {
 *   name: "house",
 *   connect: (peer) =>
 *     peer.kind === "service" || peer.address.hostname.startsWith("10.")
 *       ? undefined
 *       : "not of this house",
 *   call: (_peer, route) => route.name === "format" ? "not allowed" : undefined,
 * };
 * ```
 */
export interface Policy {
  /** What to call it in the log. */
  readonly name: string;
  /**
   * A peer connects: an edge before services are asked about it, a service
   * before it is routable. An edge waits for at most 8 s, services included.
   *
   * @param peer Who.
   * @returns Why not; a promise holds this peer up and no other.
   */
  connect?(peer: PolicyPeer): Refusal | Promise<Refusal>;
  /**
   * A service announces a method it answers.
   *
   * @param peer Who.
   * @param method Which method.
   * @returns Why calls are not routed to it; the service is told, if it is ours.
   */
  register?(peer: PolicyPeer, method: string): Refusal;
  /**
   * A service announces a topic it takes, at its connect.
   *
   * @param peer Who.
   * @param topic Which topic.
   * @returns Why the service is refused.
   */
  topic?(peer: PolicyPeer, topic: string): Refusal;
  /**
   * A peer calls. Asked once per peer and route, and kept.
   *
   * @param peer Who.
   * @param route Whom.
   * @returns Why not.
   */
  call?(peer: PolicyPeer, route: PolicyRoute): Refusal;
  /**
   * A peer sends a message. Asked once per peer and route, and kept.
   *
   * @param peer Who.
   * @param route To whom.
   * @returns Why not.
   */
  publish?(peer: PolicyPeer, route: PolicyRoute): Refusal;
  /**
   * A peer opens a stream. Asked once per peer and route, and kept.
   *
   * @param peer Who.
   * @param route To whom.
   * @returns Why not.
   */
  stream?(peer: PolicyPeer, route: PolicyRoute): Refusal;
}

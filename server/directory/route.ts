/**
 * What leads where.
 *
 * @module
 */

import type { Target } from "../exchange/target.ts";
import type { ServicePeer } from "./peer.ts";

/** By what a target is found: a hook is a method that only the gateway calls. */
export type RouteKind = "method" | "topic" | "name" | "hook";

/** One way: what is asked for, and who takes it. */
export interface Route {
  /** By what it is found. */
  readonly kind: RouteKind;
  /** The method, topic or name, as text. */
  readonly name: string;
  /** Where it leads. */
  readonly target: Target;
  /** Whose it is; `undefined` for a topic that a broker takes. */
  readonly owner: ServicePeer | undefined;
}

/**
 * All routes that answer to the same method, topic, name or hook. It is the
 * same object as long as there is one of them, and has at least one.
 */
export interface RouteSet {
  /** By what they are found. */
  readonly kind: RouteKind;
  /** The method, topic or name, as text. */
  readonly name: string;
  /** The routes; never changed in place. */
  readonly routes: readonly Route[];
}

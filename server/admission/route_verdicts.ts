/**
 * What rules said about routes.
 *
 * @module
 */

import { EdgePeer, type Peer } from "../directory/peer.ts";
import type { RouteSet } from "../directory/route.ts";
import type { Policies, RouteAction } from "./policies.ts";
import type { PolicyRoute, Refusal } from "./policy.ts";
import { policyPeer } from "./policy_peer.ts";

/** Verdicts on one peer and one route, by action; `null` allows. */
type Kept = Partial<Record<RouteAction, string | null>>;

/**
 * Asks the rules once per peer, route and action, and keeps what they say as
 * long as both are there: calls and messages pass by a look-up.
 */
export class RouteVerdicts {
  readonly #policies: Policies;
  #kept: WeakMap<Peer, WeakMap<RouteSet | EdgePeer, Kept>> = new WeakMap();

  /**
   * @param policies The rules.
   */
  constructor(policies: Policies) {
    this.#policies = policies;
  }

  /**
   * Tells whether a peer may do something.
   *
   * @param peer Who.
   * @param action What.
   * @param route To whom: the routes that an edge asks for, or the edge that a
   * service names.
   * @returns Why not; `undefined` when it may.
   */
  refusal(
    peer: Peer,
    action: RouteAction,
    route: RouteSet | EdgePeer,
  ): Refusal {
    let routes = this.#kept.get(peer);
    if (routes === undefined) {
      routes = new WeakMap();
      this.#kept.set(peer, routes);
    }
    let kept = routes.get(route);
    if (kept === undefined) {
      kept = {};
      routes.set(route, kept);
    }
    const known = kept[action];
    if (known !== undefined) return known ?? undefined;
    const refusal = this.#policies.route(peer, action, view(route));
    kept[action] = refusal ?? null;
    return refusal;
  }

  /** Forgets all verdicts: the rules have changed. */
  forget(): void {
    this.#kept = new WeakMap();
  }
}

function view(route: RouteSet | EdgePeer): PolicyRoute {
  if (route instanceof EdgePeer) {
    return { kind: "edge", name: `${route.id}`, edge: policyPeer(route) };
  }
  const { kind, name } = route;
  return { kind: kind === "hook" ? "method" : kind, name, edge: undefined };
}

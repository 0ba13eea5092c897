/**
 * Asks the rules.
 *
 * @module
 */

import { formatAddress } from "@frontier/platform";
import type { Logger } from "@frontier/platform/log";
import type { Peer } from "../directory/peer.ts";
import { policyPeer } from "./policy_peer.ts";
import type { Policy, PolicyPeer, PolicyRoute, Refusal } from "./policy.ts";

/** What a peer is told when a rule fails, or gives no reason: an empty text would read as success. */
const REFUSED = "refused";

/** What peers do on routes. */
export type RouteAction = "call" | "publish" | "stream";

/**
 * The rules of an embedder in the order they are asked. A rule that fails
 * refuses, and is logged.
 */
export class Policies {
  readonly #policies: readonly Policy[];
  readonly #log: Logger;

  /**
   * @param policies The rules; at least one.
   * @param log Where failures are reported.
   */
  constructor(policies: readonly Policy[], log: Logger) {
    this.#policies = policies;
    this.#log = log;
  }

  /** Whether any rule is about calls, messages or streams. */
  get asksRoutes(): boolean {
    return this.#policies.some(({ call, publish, stream }) =>
      call !== undefined || publish !== undefined || stream !== undefined
    );
  }

  /**
   * A peer connects.
   *
   * @param peer Who.
   * @param done Gets the verdict, once: at once, unless a rule takes its time.
   */
  connect(peer: Peer, done: (refusal: Refusal) => void): void {
    this.#connect(policyPeer(peer), 0, done);
  }

  /**
   * A service announces a method.
   *
   * @param peer Who.
   * @param method Which method.
   * @returns Why not.
   */
  register(peer: Peer, method: string): Refusal {
    return this.#first((policy, who) => policy.register?.(who, method), peer);
  }

  /**
   * A service takes a topic.
   *
   * @param peer Who.
   * @param topic Which topic.
   * @returns Why not.
   */
  topic(peer: Peer, topic: string): Refusal {
    return this.#first((policy, who) => policy.topic?.(who, topic), peer);
  }

  /**
   * A peer calls, publishes or opens a stream.
   *
   * @param peer Who.
   * @param action What it does.
   * @param route To whom.
   * @returns Why not.
   */
  route(peer: Peer, action: RouteAction, route: PolicyRoute): Refusal {
    return this.#first((policy, who) => policy[action]?.(who, route), peer);
  }

  #connect(
    peer: PolicyPeer,
    from: number,
    done: (refusal: Refusal) => void,
  ): void {
    for (let i = from; i < this.#policies.length; i++) {
      const policy = this.#policies[i]!;
      let refusal: Refusal | Promise<Refusal>;
      try {
        refusal = policy.connect?.(peer);
      } catch (error) {
        refusal = this.#failed(policy, peer, error);
      }
      if (typeof refusal === "object") {
        refusal.then(
          (late) => late,
          (error: unknown) => this.#failed(policy, peer, error),
        ).then((late) => {
          if (late === undefined) this.#connect(peer, i + 1, done);
          else done(late || REFUSED);
        });
        return;
      }
      if (refusal !== undefined) {
        done(refusal || REFUSED);
        return;
      }
    }
    done(undefined);
  }

  #first(
    ask: (policy: Policy, who: PolicyPeer) => Refusal,
    peer: Peer,
  ): Refusal {
    const who = policyPeer(peer);
    for (const policy of this.#policies) {
      try {
        const refusal = ask(policy, who);
        if (refusal !== undefined) return refusal || REFUSED;
      } catch (error) {
        return this.#failed(policy, who, error);
      }
    }
    return undefined;
  }

  #failed(policy: Policy, peer: PolicyPeer, error: unknown): string {
    this.#log.error(`Policy "${policy.name}" failed, which refuses`, {
      peer: `${peer.kind} ${peer.id} (${formatAddress(peer.address)})`,
      error: error instanceof Error ? error.message : String(error),
    });
    return REFUSED;
  }
}

/**
 * @param policies The rules of an embedder.
 * @param log Where failures are reported.
 * @returns What asks them; `undefined` when there are none, so that nothing is asked.
 */
export function compilePolicies(
  policies: readonly Policy[],
  log: Logger,
): Policies | undefined {
  return policies.length === 0 ? undefined : new Policies(policies, log);
}

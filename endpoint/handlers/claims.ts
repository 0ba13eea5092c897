/**
 * Handlers whose register is under way.
 *
 * @module
 */

import type { MethodTable } from "./method_table.ts";
import type { Handler } from "./request.ts";

/** One handler that is to answer a method. */
export interface Claim {
  /** The method. */
  readonly method: string;
  /** The handler. */
  readonly handler: Handler;
  /** Ends the register when the method is unregistered. */
  stop: () => void;
}

/** The claims to one method. */
interface Contest {
  /** What answers when no claim succeeds. */
  settled: Handler | undefined;
  /** The claims under way, the newest last. */
  claims: Claim[];
}

/**
 * The newest handler answers at once, while its register is under way: the
 * peer may route the first call before its confirmation is read. When that
 * register fails, the handler before it answers again.
 */
export class Claims {
  readonly #methods: MethodTable;
  readonly #contests = new Map<string, Contest>();

  /**
   * Starts without claims.
   *
   * @param methods Where the handlers are looked up.
   */
  constructor(methods: MethodTable) {
    this.#methods = methods;
  }

  /**
   * Lets a handler answer a method.
   *
   * @param method Its name; upper and lower case differ.
   * @param handler What answers from now on.
   * @returns The claim; confirm it, or let it fail.
   */
  begin(method: string, handler: Handler): Claim {
    const claim: Claim = { method, handler, stop: () => {} };
    const settled = this.#methods.get(method);
    this.#methods.set(method, handler);
    const contest = this.#contests.get(method);
    if (contest !== undefined) contest.claims.push(claim);
    else this.#contests.set(method, { settled, claims: [claim] });
    return claim;
  }

  /**
   * The peer knows the method: older claims have lost.
   *
   * @param claim What `begin` returned; nothing happens when a newer one has
   * won.
   */
  confirm(claim: Claim): void {
    const { method } = claim;
    const contest = this.#contests.get(method);
    const at = contest?.claims.indexOf(claim) ?? -1;
    if (contest === undefined || at < 0) return;
    contest.settled = claim.handler;
    contest.claims.splice(0, at + 1);
    if (contest.claims.length === 0) this.#contests.delete(method);
  }

  /**
   * The register has failed: the handler before answers, if there was one.
   *
   * @param claim What `begin` returned; nothing happens when a newer one has
   * won.
   */
  fail(claim: Claim): void {
    const { method } = claim;
    const contest = this.#contests.get(method);
    const at = contest?.claims.indexOf(claim) ?? -1;
    if (contest === undefined || at < 0) return;
    const { claims } = contest;
    claims.splice(at, 1);
    const handler = claims.at(-1)?.handler ?? contest.settled;
    if (claims.length === 0) this.#contests.delete(method);
    if (handler === undefined) this.#methods.delete(method);
    else this.#methods.set(method, handler);
  }

  /**
   * Removes a method, and ends the registers of it that are under way.
   *
   * @param method Its name; upper and lower case differ.
   * @returns Whether there was a handler.
   */
  withdraw(method: string): boolean {
    const contest = this.#contests.get(method);
    this.#contests.delete(method);
    const had = this.#methods.delete(method);
    for (const claim of contest?.claims ?? []) claim.stop();
    return had;
  }
}

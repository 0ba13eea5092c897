/**
 * The methods of a service at all gateways.
 *
 * @module
 */

import {
  checkOperation,
  checkTimeout,
  Claims,
  MethodTable,
  OPERATION_KEYS,
} from "@frontier/endpoint/internal";
import type { Handler, OperationOptions } from "@frontier/endpoint";
import { FrontierError } from "@frontier/proto/internal";
import { Deadline } from "./deadline.ts";
import type { Gateways } from "./gateways.ts";

/** What a register needs. */
export interface MethodsOptions {
  /** Milliseconds it may take unless it says otherwise. */
  readonly timeoutMs: number;
  /** The end of the service. */
  readonly stop: AbortSignal;
}

/**
 * One table of methods that each connection tells its gateway of, before it is
 * used and once more after that: what was registered in between is not missed.
 */
export class Methods {
  /** What answers. */
  readonly table: MethodTable = new MethodTable();
  readonly #claims = new Claims(this.table);
  readonly #gateways: Gateways;
  readonly #options: MethodsOptions;

  /**
   * Starts without methods.
   *
   * @param gateways Whom to tell.
   * @param options How.
   */
  constructor(gateways: Gateways, options: MethodsOptions) {
    this.#gateways = gateways;
    this.#options = options;
  }

  /**
   * Answers a method from now on.
   *
   * @param method Its name.
   * @param handler What answers.
   * @param options Time limit and signal.
   * @returns When all gateways that are connected have confirmed it, or one has
   * and no other one does in time.
   * @throws {FrontierError} If one refuses it, or none confirms it.
   */
  async register(
    method: string,
    handler: Handler,
    options: OperationOptions = {},
  ): Promise<void> {
    checkOperation(options, OPERATION_KEYS);
    const timeoutMs = checkTimeout(
      options.timeoutMs ?? this.#options.timeoutMs,
    );
    const claim = this.#claims.begin(method, handler);
    const withdrawn = new AbortController();
    claim.stop = () => withdrawn.abort();
    const what = `register method "${method}"`;
    const deadline = new Deadline({
      what,
      timeoutMs,
      since: performance.now(),
      signal: options.signal,
      stop: this.#options.stop,
    });
    try {
      await this.#announce(method, deadline, withdrawn.signal);
      this.#claims.confirm(claim);
    } catch (error) {
      this.#claims.fail(claim);
      if (!withdrawn.signal.aborted) throw error;
      throw new FrontierError(
        "canceled",
        `Cannot ${what}: it was unregistered`,
      );
    } finally {
      deadline.end();
    }
  }

  /**
   * Stops answering a method.
   *
   * @param method Its name.
   * @returns Whether it was registered.
   */
  unregister(method: string): boolean {
    return this.#claims.withdraw(method);
  }

  async #announce(
    method: string,
    deadline: Deadline,
    withdrawn: AbortSignal,
  ): Promise<void> {
    for (;;) {
      const change = this.#gateways.change();
      try {
        if (await this.#tellAll(method, deadline, withdrawn)) return;
        withdrawn.throwIfAborted();
        await deadline.for(Promise.race([change.promise, aborted(withdrawn)]));
      } finally {
        change.forget();
      }
    }
  }

  /** Resolves to `false` when no gateway is connected. */
  async #tellAll(
    method: string,
    deadline: Deadline,
    withdrawn: AbortSignal,
  ): Promise<boolean> {
    const { ready } = this.#gateways;
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, withdrawn]);
    const leftMs = Math.max(1, deadline.leftMs);
    const outcomes = ready.map((gateway) =>
      gateway.announce(method, leftMs, signal)
    );
    let late: unknown;
    let told = false;
    try {
      for (const outcome of await deadline.for(Promise.allSettled(outcomes))) {
        if (outcome.status === "fulfilled") told ||= outcome.value;
        else if (isLate(outcome.reason)) late = outcome.reason;
        else throw outcome.reason;
      }
    } finally {
      over.abort();
    }
    if (!told && late !== undefined) throw late;
    return told;
  }
}

/** A gateway that is frozen hears of the method when it wakes, or with the next connection to it. */
function isLate(error: unknown): boolean {
  return error instanceof FrontierError && error.code === "timeout";
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}

/**
 * Sends operations to the gateway where their edge is.
 *
 * @module
 */

import {
  checkId,
  checkTimeout,
  type Connection,
  type EndpointCore,
} from "@frontier/endpoint/internal";
import type { OperationOptions } from "@frontier/endpoint";
import { FrontierError } from "@frontier/proto/internal";
import { GrpcError } from "@frontier/platform/grpc-client";
import { after, Backoff, deferred } from "@frontier/platform/internal";
import { Deadline } from "./deadline.ts";
import { isRefusal } from "./frontlas_client.ts";
import type { Gateway } from "./gateway.ts";
import type { Gateways } from "./gateways.ts";
import type { LookUps } from "./look_ups.ts";
import { Routes } from "./routes.ts";

/** Pauses between look-ups while a gateway says that Frontlas is behind. */
const BEHIND_MS = [50, 100, 200];
/** Bounds of the pauses between look-ups while Frontlas, or the gateway, cannot be reached. */
const AGAIN = { minDelayMs: 50, firstDelayMs: 150, maxDelayMs: 1_000 };

/** What the router needs. */
export interface RouterOptions {
  /** How many edges it remembers. */
  readonly routes: number;
  /** Milliseconds an operation may take unless it says otherwise. */
  readonly timeoutMs: number;
  /** Whether operations fail at once that cannot be sent at once. */
  readonly failFast: boolean;
  /** Operations that may wait, and their bytes. */
  readonly limits: { readonly waiting: number; readonly waitingBytes: number };
  /** The end of the service. */
  readonly stop: AbortSignal;
}

/** An operation for an edge. */
export interface Delivery<T> {
  /** The edge. */
  readonly edgeId: bigint;
  /** What it does, for messages. */
  readonly what: string;
  /** Bytes that it holds. */
  readonly bytes: number;
  /** Time limit and signal. */
  readonly options: OperationOptions | undefined;
  /** Sends it. */
  readonly send: (core: EndpointCore, timeoutMs: number) => Promise<T>;
}

/** A gateway that has said that an edge is not there. */
interface Denial {
  readonly connection: Connection | undefined;
  readonly error: FrontierError;
}

/**
 * Finds the gateway of an edge, in what it remembers or by asking Frontlas, and
 * sends once. What a gateway did not pass on, since the edge is not there, is
 * sent once more when the edge is elsewhere: nothing reaches an edge twice.
 */
export class Router {
  readonly #gateways: Gateways;
  readonly #lookUps: LookUps;
  readonly #options: RouterOptions;
  readonly #routes: Routes;
  #waiting = 0;
  #waitingBytes = 0;

  /**
   * Starts without remembering anything.
   *
   * @param gateways Where edges can be.
   * @param lookUps Says where they are.
   * @param options Its bounds.
   */
  constructor(gateways: Gateways, lookUps: LookUps, options: RouterOptions) {
    this.#gateways = gateways;
    this.#lookUps = lookUps;
    this.#options = options;
    this.#routes = new Routes(options.routes);
  }

  /** Operations that wait to be sent. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Edges whose gateways are remembered. */
  get known(): number {
    return this.#routes.size;
  }

  /**
   * Notes where an edge is.
   *
   * @param edgeId Which edge.
   * @param gateway Where something has just come from it.
   */
  learn(edgeId: bigint, gateway: Gateway): void {
    if (gateway.over || this.#routes.get(edgeId) === gateway) return;
    this.#routes.set(edgeId, gateway);
  }

  /**
   * Notes that an edge has gone.
   *
   * @param edgeId Which edge.
   * @param gateway Where it was.
   */
  unlearn(edgeId: bigint, gateway: Gateway): void {
    this.#routes.forget(edgeId, gateway);
  }

  /**
   * Forgets a gateway.
   *
   * @param gateway One that is not wanted any more.
   */
  forget(gateway: Gateway): void {
    this.#routes.forgetAll(gateway);
  }

  /**
   * Sends an operation to where its edge is.
   *
   * @param delivery The operation.
   * @returns Its outcome.
   */
  async deliver<T>(delivery: Delivery<T>): Promise<T> {
    const { edgeId, options } = delivery;
    checkId(edgeId);
    const timeoutMs = checkTimeout(
      options?.timeoutMs ?? this.#options.timeoutMs,
    );
    const since = performance.now();
    let denial: Denial | undefined;
    let leftMs = timeoutMs;
    let gateway = this.#routes.get(edgeId);
    for (;;) {
      if (gateway === undefined || !gateway.ready) {
        gateway = await this.#find(delivery, timeoutMs, since, denial);
        leftMs = timeoutMs - (performance.now() - since);
      }
      // Not a moment may pass from here to `send`: it must find the connection.
      const { connection } = gateway.connector;
      try {
        return await delivery.send(gateway.core, Math.max(1, leftMs));
      } catch (error) {
        if (!isElsewhere(error)) throw error;
        this.#routes.forget(edgeId, gateway);
        // Without verdicts the text may be that of the edge's application.
        const proven = error.wireText === undefined ||
          connection?.link.verdict === true;
        if (denial !== undefined || !proven) throw error;
        denial = { connection, error };
        gateway = undefined;
      }
    }
  }

  async #find<T>(
    delivery: Delivery<T>,
    timeoutMs: number,
    since: number,
    denial: Denial | undefined,
  ): Promise<Gateway> {
    const { what, options, bytes } = delivery;
    const { limits, stop } = this.#options;
    if (
      this.#waiting >= limits.waiting ||
      this.#waitingBytes + bytes > limits.waitingBytes
    ) {
      throw new FrontierError(
        "short-buffer",
        `Cannot ${what}: too much waits for a gateway already`,
      );
    }
    this.#waiting++;
    this.#waitingBytes += bytes;
    const signal = options?.signal;
    const deadline = new Deadline({ what, timeoutMs, since, signal, stop });
    try {
      return await this.#search(delivery, deadline, denial);
    } finally {
      deadline.end();
      this.#waiting--;
      this.#waitingBytes -= bytes;
    }
  }

  async #search<T>(
    { edgeId, what }: Delivery<T>,
    deadline: Deadline,
    denial: Denial | undefined,
  ): Promise<Gateway> {
    const pauses = new Backoff(AGAIN);
    for (let behind = 0;;) {
      const gateway = await this.#lookUp(edgeId, what, deadline);
      let pauseMs = pauses.next();
      if (gateway?.ready) {
        const { connection } = gateway.connector;
        if (denial === undefined || connection !== denial.connection) {
          this.#routes.set(edgeId, gateway);
          return gateway;
        }
        // The gateway knows who is connected to it: Frontlas has not heard yet.
        if (behind === BEHIND_MS.length) throw denial.error;
        pauseMs = BEHIND_MS[behind++]!;
      } else if (gateway !== undefined) {
        deadline.reason = new Error(
          `there is no connection to the gateway ${gateway.id} at ${gateway.address}`,
        );
      }
      if (this.#options.failFast && !gateway?.ready) {
        throw this.#notConnected(what, deadline.reason);
      }
      await this.#pause(pauseMs, gateway, deadline);
    }
  }

  /** Resolves to nothing when no Frontlas answers, or none that can be used. */
  async #lookUp(
    edgeId: bigint,
    what: string,
    deadline: Deadline,
  ): Promise<Gateway | undefined> {
    let place;
    try {
      place = await deadline.for(this.#lookUps.find(edgeId));
    } catch (error) {
      if (!(error instanceof GrpcError)) throw error;
      if (isRefusal(error)) {
        throw new FrontierError("refused", `Cannot ${what}: ${error.message}`, {
          cause: error,
        });
      }
      deadline.reason = error;
      return undefined;
    }
    const gateway = place && this.#gateways.find(place.id, place.address);
    if (gateway === undefined) {
      throw new FrontierError(
        "edge-not-online",
        `Cannot ${what}: edge not online at any gateway`,
      );
    }
    return gateway;
  }

  /** Until it is time to ask again, or the gateway can be used. */
  async #pause(
    ms: number,
    gateway: Gateway | undefined,
    deadline: Deadline,
  ): Promise<void> {
    const { promise, resolve } = deferred<void>();
    const giveUp = after(ms, resolve);
    const wasReady = gateway?.ready;
    try {
      for (;;) {
        const change = this.#gateways.change();
        try {
          const over = Promise.race([
            promise.then(() => true),
            change.promise.then(() => false),
          ]);
          if (await deadline.for(over)) return;
        } finally {
          change.forget();
        }
        if (gateway === undefined || gateway.over) return;
        if (gateway.ready && !wasReady) return;
      }
    } finally {
      giveUp();
    }
  }

  #notConnected(what: string, reason: unknown): FrontierError {
    const why = reason instanceof Error
      ? reason.message
      : "no gateway is known";
    return new FrontierError("not-connected", `Cannot ${what}: ${why}`, {
      cause: reason,
    });
  }
}

/** Whether a gateway has surely not passed an operation on, and another one may. */
function isElsewhere(error: unknown): error is FrontierError {
  return error instanceof FrontierError && error.retryable &&
    (error.code === "edge-not-online" || error.code === "not-connected");
}

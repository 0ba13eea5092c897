/**
 * Follows which gateways there are.
 *
 * @module
 */

import { GRPC_CODE, GrpcError } from "@frontier/platform/grpc-client";
import {
  after,
  Backoff,
  type BackoffPolicy,
} from "@frontier/platform/internal";
import { sleep } from "../connection/abortable.ts";
import { askList, followList, type Listed } from "./frontlas_api.ts";
import type { FrontlasClient } from "./frontlas_client.ts";

/** Milliseconds until the first event of a watch, connecting included. */
const FIRST_EVENT_MS = 5_000;
/** Milliseconds without an event after which a watch is lost, where Frontlas does not say. */
const SILENCE_MS = 60_000;
/** Polls after which Frontlas is asked again whether it can be watched: it may have been replaced. */
const POLLS = 6;

/** How gateways are followed. */
export interface RosterOptions {
  /** Pauses after failures. */
  readonly reconnect: BackoffPolicy;
  /** Milliseconds between two looks where watching is not possible. */
  readonly pollMs: number;
  /** Hears of each list. */
  readonly onList: (listed: Listed) => void;
  /** Hears that each Frontlas has failed, or the only one. */
  readonly onFailure: (reason: Error) => void;
}

/**
 * The list of gateways that are alive, as Frontlas tells it: ours tells every
 * change, the original one is asked again and again. While none answers, the
 * last list holds.
 */
export class Roster {
  readonly #frontlas: FrontlasClient;
  readonly #options: RosterOptions;
  readonly #backoff: Backoff;
  #failures = 0;
  #known = false;

  /**
   * Starts without a list.
   *
   * @param frontlas Whom to ask.
   * @param options How.
   */
  constructor(frontlas: FrontlasClient, options: RosterOptions) {
    this.#frontlas = frontlas;
    this.#options = options;
    this.#backoff = new Backoff(options.reconnect);
  }

  /**
   * Follows the gateways.
   *
   * @param stop Ends it when aborted.
   */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const index = this.#frontlas.preferred;
      try {
        if (!await this.#watch(index, stop)) await this.#poll(index, stop);
        continue;
      } catch (error) {
        if (stop.aborted) return;
        await this.#failed(index, error as Error, stop);
      }
    }
  }

  async #failed(index: number, error: Error, stop: AbortSignal): Promise<void> {
    this.#frontlas.drop(index);
    const round = ++this.#failures >= this.#frontlas.size;
    if (round) {
      this.#failures = 0;
      this.#options.onFailure(error);
    }
    // The first list is looked for at once; later many have lost theirs at a time.
    if (round || this.#known) await sleep(this.#backoff.next(), stop);
  }

  #heard(listed: Listed): void {
    this.#known = true;
    this.#failures = 0;
    this.#backoff.reset();
    this.#options.onList(listed);
  }

  /** Resolves to `false` when this Frontlas tells no changes. */
  async #watch(index: number, stop: AbortSignal): Promise<boolean> {
    const client = await this.#frontlas.client(index);
    const over = new AbortController();
    const end = () => over.abort();
    stop.addEventListener("abort", end, { once: true });
    let silenceMs = FIRST_EVENT_MS;
    let hush = after(silenceMs, end);
    try {
      await followList(client, (heartbeatMs, listed) => {
        hush();
        silenceMs = heartbeatMs * 2 || SILENCE_MS;
        hush = after(silenceMs, end);
        if (listed === undefined) this.#failures = 0;
        else this.#heard(listed);
      }, over.signal);
    } catch (error) {
      const unknown = error instanceof GrpcError &&
        error.code === GRPC_CODE.unimplemented;
      if (unknown) return false;
      if (!over.signal.aborted || stop.aborted) throw error;
      throw new GrpcError(
        "follow the gateways",
        GRPC_CODE.deadlineExceeded,
        `Frontlas is silent for ${silenceMs} ms`,
      );
    } finally {
      hush();
      stop.removeEventListener("abort", end);
    }
    throw new GrpcError(
      "follow the gateways",
      GRPC_CODE.unavailable,
      "Frontlas has ended the watch",
    );
  }

  async #poll(index: number, stop: AbortSignal): Promise<void> {
    const { pollMs } = this.#options;
    for (let i = 0; i < POLLS && !stop.aborted; i++) {
      const client = await this.#frontlas.client(index);
      const options = { timeoutMs: FIRST_EVENT_MS, signal: stop };
      this.#heard(await askList(client, options));
      await sleep(pollMs * (0.75 + Math.random() / 2), stop);
    }
  }
}

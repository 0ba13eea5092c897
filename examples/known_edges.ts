/**
 * The edges that a service knows of, held to the truth: a gateway that dies
 * tells nobody of its edges, and nobody hears of those that leave while the
 * service is away.
 *
 * @module
 */

import { FrontierError, type ServiceLike } from "@frontier/client";

/** Longest wait for the answer of an edge, in milliseconds. */
const PATIENCE_MS = 2_000;

/**
 * Edges between their online and offline events. After the loss of a connection
 * all that were known before it are in doubt, until they are asked.
 */
export class KnownEdges {
  readonly #service: Pick<ServiceLike, "call" | "status">;
  readonly #onGone: (edgeId: bigint) => void;
  readonly #ids = new Set<bigint>();
  readonly #doubtful = new Set<bigint>();

  /**
   * @param service Who hears of them.
   * @param onGone Hears of those that are gone without an event.
   */
  constructor(
    service: Pick<ServiceLike, "call" | "status">,
    onGone: (edgeId: bigint) => void = () => {},
  ) {
    this.#service = service;
    this.#onGone = onGone;
    void this.#follow();
  }

  /** How many there are. */
  get size(): number {
    return this.#ids.size;
  }

  /** @param edgeId One that is online: the gateway has just said so. */
  add(edgeId: bigint): void {
    this.#ids.add(edgeId);
    this.#doubtful.delete(edgeId);
  }

  /** @param edgeId One of whom no event has told, and none may when it leaves. */
  doubt(edgeId: bigint): void {
    this.#ids.add(edgeId);
    this.#doubtful.add(edgeId);
  }

  /** @param edgeId One that is offline. */
  delete(edgeId: bigint): void {
    this.#ids.delete(edgeId);
    this.#doubtful.delete(edgeId);
  }

  /**
   * Asks for one that is in doubt.
   *
   * @param edgeId The edge.
   * @returns Whether it is online.
   */
  async has(edgeId: bigint): Promise<boolean> {
    if (!this.#ids.has(edgeId)) return false;
    if (!this.#doubtful.has(edgeId)) return true;
    const there = await this.#answers(edgeId);
    // Meanwhile it may have come or gone with an event.
    if (this.#doubtful.delete(edgeId) && !there) {
      this.#ids.delete(edgeId);
      this.#onGone(edgeId);
    }
    return this.#ids.has(edgeId);
  }

  async #follow(): Promise<void> {
    for await (const { state } of this.#service.status()) {
      if (state === "disconnected") {
        for (const edgeId of this.#ids) this.#doubtful.add(edgeId);
      } else if (state === "connected") {
        for (const edgeId of [...this.#doubtful]) void this.has(edgeId);
      }
    }
  }

  async #answers(edgeId: bigint): Promise<boolean> {
    try {
      // Nobody has such a method: to say so the edge must be there.
      await this.#service.call(edgeId, "", "", { timeoutMs: PATIENCE_MS });
      return true;
    } catch (error) {
      // What cannot be known counts as a yes.
      return FrontierError.from(error).code !== "edge-not-online";
    }
  }
}

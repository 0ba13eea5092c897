/**
 * Asks where edges are.
 *
 * @module
 */

import { GRPC_CODE, type GrpcError } from "@frontier/platform/grpc-client";
import { askPlace, type Place } from "./frontlas_api.ts";
import type { FrontlasClient } from "./frontlas_client.ts";

/** Look-ups under way at a time; more wait for their turn. */
const AT_A_TIME = 64;
/** How the original Frontlas says that there is no such edge (docs/spec/frontlas.md §3.7). */
const NO_RECORD = "redis: nil";

/** Looks edges up; who asks for the same edge at a time shares one look-up. */
export class LookUps {
  readonly #frontlas: FrontlasClient;
  readonly #underWay = new Map<bigint, Promise<Place | undefined>>();
  readonly #turns: (() => void)[] = [];
  #running = 0;

  /**
   * Starts without look-ups.
   *
   * @param frontlas Whom to ask.
   */
  constructor(frontlas: FrontlasClient) {
    this.#frontlas = frontlas;
  }

  /**
   * Looks an edge up.
   *
   * @param edgeId Which.
   * @returns Where it is; `undefined` when it is online nowhere.
   * @throws {GrpcError} If no Frontlas answers, or none is willing to.
   */
  find(edgeId: bigint): Promise<Place | undefined> {
    let found = this.#underWay.get(edgeId);
    if (found === undefined) {
      found = this.#find(edgeId);
      this.#underWay.set(edgeId, found);
      const over = () => void this.#underWay.delete(edgeId);
      found.then(over, over);
    }
    return found;
  }

  async #find(edgeId: bigint): Promise<Place | undefined> {
    if (this.#running >= AT_A_TIME) {
      await new Promise<void>((resolve) => this.#turns.push(resolve));
    } else this.#running++;
    try {
      return await this.#frontlas.ask(
        (client, timeoutMs) => askPlace(client, edgeId, { timeoutMs }),
        isUnknown,
      );
    } catch (error) {
      if (isUnknown(error as GrpcError)) return undefined;
      throw error;
    } finally {
      const next = this.#turns.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}

/** Whether Frontlas says that the edge is online nowhere. */
function isUnknown({ code, details }: GrpcError): boolean {
  return code === GRPC_CODE.notFound ||
    (code === GRPC_CODE.unknown && details === NO_RECORD);
}

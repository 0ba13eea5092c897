/**
 * What an operator should know of an endpoint.
 *
 * @module
 */

import type { Load } from "@frontier/endpoint/internal";
import type { FrontierError } from "@frontier/proto/internal";
import {
  guardedLogger,
  type Logger,
  NULL_LOGGER,
} from "@frontier/platform/internal";
import { isAtWrongPort } from "./wrong_port.ts";

/** Writes to the logger of an endpoint, if there is one. */
export class Notices {
  readonly #kind: "service" | "edge";
  readonly #port: number;
  readonly #log: Logger;
  #warned = false;

  /**
   * Has nothing to say yet.
   *
   * @param kind What to call the endpoint, and where gateways listen for it.
   * @param logger Where to write; nowhere unless given.
   */
  constructor(
    kind: { readonly name: "service" | "edge"; readonly port: number },
    logger: Logger = NULL_LOGGER,
  ) {
    this.#kind = kind.name;
    this.#port = kind.port;
    this.#log = guardedLogger(logger);
  }

  /**
   * Says that requests begin to wait for a place, or that none does any more.
   *
   * @param busy Whether they do.
   * @param load How much is going on.
   */
  onBusy(busy: boolean, load: Load): void {
    if (busy) {
      this.#log.warn("Requests wait: the places for handlers are used up", {
        ...load,
      });
    } else this.#log.info("No request waits for a place any more", { ...load });
  }

  /**
   * Says once that the endpoint seems to have dialled the port of the other kind.
   *
   * @param error What an operation or an attempt to connect has failed with.
   * @param address Where the gateway is, as `host:port`.
   */
  onError(error: FrontierError, address: string): void {
    if (this.#warned || !isAtWrongPort(this.#kind, error)) return;
    this.#warned = true;
    const other = this.#kind === "service" ? "edges" : "services";
    this.#log.warn(
      `This ${this.#kind} seems to have dialled the port for ${other}`,
      { address, answer: error.message, usualPort: this.#port },
    );
  }

  /**
   * Says that another gateway is looked for, since this one stops.
   *
   * @param address Where this one is, as `host:port`.
   */
  onGoingAway(address: string): void {
    this.#log.info("The gateway goes away: looking for another", { address });
  }
}

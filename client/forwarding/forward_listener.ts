/**
 * A local port that leads to the target of an agent.
 *
 * @module
 */

import {
  after,
  describeError,
  type Logger,
  NULL_LOGGER,
} from "@frontier/platform/internal";
import type { Service } from "../service.ts";
import { connectThrough, type TargetOptions } from "./connect_target.ts";
import { SocketListener } from "./listener.ts";
import { relay, type RelayCount } from "./relay.ts";
import type { SocketConnection } from "./socket_connection.ts";

/** What a {@linkcode ForwardListener} does. */
export interface ForwardListenOptions extends TargetOptions {
  /**
   * Address to listen on.
   *
   * @default {"127.0.0.1"}
   */
  readonly hostname?: string;
  /** Port to listen on; 0 lets the system choose. */
  readonly port: number;
  /**
   * Hears of each connection.
   *
   * @default {nobody}
   */
  readonly logger?: Logger;
}

/** Accepts connections and leads each to the target of an agent. */
export class ForwardListener implements AsyncDisposable {
  /** What has passed. */
  readonly count: RelayCount = { sent: 0, received: 0 };
  readonly #services: readonly Service[];
  readonly #options: ForwardListenOptions;
  readonly #open = new Map<SocketConnection, Promise<void>>();
  #listener!: SocketListener;

  private constructor(
    services: readonly Service[],
    options: ForwardListenOptions,
  ) {
    this.#services = services;
    this.#options = options;
  }

  /**
   * Begins to listen. The agent is asked only when somebody connects; a
   * connection that it refuses, or that is lost, is reset.
   *
   * @param service A service at the gateway of the agent, or one at each gateway
   * where the agent may be, to which more may be added; they stay open when the
   * listener is closed.
   * @param options Where to listen, and where to lead.
   * @returns The listener.
   * @throws {Error} If the port cannot be bound.
   *
   * @example The SSH server of a device on a port of this machine
   * ```ts
   * import type { Service } from "@frontier/client";
   * import { ForwardListener } from "@frontier/client/forward";
   *
   * async function open(service: Service, edgeId: bigint): Promise<number> {
   *   const options = { edgeId, target: "ssh", port: 0 };
   *   const listener = await ForwardListener.listen(service, options);
   *   return listener.addr.port;
   * }
   * ```
   */
  static async listen(
    service: Service | readonly Service[],
    options: ForwardListenOptions,
  ): Promise<ForwardListener> {
    const { hostname = "127.0.0.1", port } = options;
    const forward = new ForwardListener(
      // Not a copy: those that come later are used, too.
      Array.isArray(service) ? service : [service],
      options,
    );
    const { logger = NULL_LOGGER } = options;
    forward.#listener = await SocketListener.listen({
      hostname,
      port,
      onConnection: (connection) => forward.#serve(connection),
      onError: (error) =>
        logger.warn("Cannot accept a connection", {
          peer: "clients",
          error: error.message,
        }),
    });
    return forward;
  }

  /** Where it listens. */
  get addr(): { readonly hostname: string; readonly port: number } {
    return this.#listener.addr;
  }

  /** Connections now, those included that wait for the agent. */
  get connections(): number {
    return this.#open.size;
  }

  /**
   * Stops listening and resets the connections that are left.
   *
   * @param options How many milliseconds connections may take to end by
   * themselves; 0 unless given.
   * @returns When all are over. Never rejects.
   */
  async close(options: { timeoutMs?: number } = {}): Promise<void> {
    this.#listener.close();
    const { timeoutMs = 0 } = options;
    const giveUp = after(timeoutMs, () => {
      for (const connection of this.#open.keys()) connection.reset();
    });
    await Promise.all(this.#open.values());
    giveUp();
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #serve(connection: SocketConnection): void {
    const serving = this.#forward(connection)
      .finally(() => this.#open.delete(connection));
    this.#open.set(connection, serving);
  }

  /** Never rejects. */
  async #forward(connection: SocketConnection): Promise<void> {
    const { target, edgeId, logger = NULL_LOGGER } = this.#options;
    const about = { peer: `target ${target}`, edge: edgeId };
    try {
      const remote = await connectThrough(this.#services, this.#options);
      logger.info("Forwarding", about);
      await relay(connection, remote, this.count);
      logger.info("Forward ended", about);
    } catch (error) {
      connection.reset();
      logger.warn("Forward failed", { ...about, error: describeError(error) });
    }
  }
}

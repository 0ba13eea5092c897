/**
 * One gateway of a cluster.
 *
 * @module
 */

import {
  type EndpointCore,
  Register,
  type SharedParts,
} from "@frontier/endpoint/internal";
import type { FrontierError } from "@frontier/proto/internal";
import type { Tracer } from "@frontier/platform/trace";
import { Connector, type Kind } from "../connection/connector.ts";
import type { Status } from "../connection/status.ts";
import type { ConnectOptions } from "../options.ts";

/** What a gateway needs to be used. */
export interface GatewayParts {
  /** What the service says about itself. */
  readonly kind: Kind;
  /** How to connect, whatever the address. */
  readonly options: ConnectOptions;
  /** The id to ask gateways for. */
  readonly serviceId: bigint;
  /** Begins spans; `undefined` when nobody collects them. */
  readonly tracer: Tracer | undefined;
  /** Makes what the service has in common at all gateways. */
  readonly share: (gateway: Gateway) => SharedParts;
  /** Hears of each change. */
  readonly onStatus: (gateway: Gateway, status: Status) => void;
}

/**
 * A connection to one gateway, kept as long as the gateway is wanted. The
 * gateway counts as usable only while the connection is.
 */
export class Gateway {
  /** Its id within the cluster. */
  readonly id: string;
  /** Where services reach it. */
  readonly address: string;
  /** Whether Frontlas names it. */
  listed = true;
  /** Takes its place once it is connected: the same gateway at another address. */
  successor: Gateway | undefined = undefined;
  /** Whether it is not wanted any more. */
  over = false;
  /** The life of the connection. */
  readonly connector: Connector;
  readonly #serviceId: bigint;

  /**
   * Begins to connect.
   *
   * @param id Its id.
   * @param to Where it is.
   * @param parts What it needs.
   */
  constructor(
    id: string,
    to: { address: string; hostname: string; port: number; wantedId: bigint },
    parts: GatewayParts,
  ) {
    this.id = id;
    this.address = to.address;
    this.#serviceId = parts.serviceId;
    const { hostname, port, wantedId } = to;
    this.connector = new Connector(
      parts.kind,
      {
        ...parts.options,
        hostname,
        port,
        wantedId,
        waitForFirstConnect: true,
        // What waits here could go to another gateway meanwhile.
        failFast: true,
      },
      parts.tracer,
      parts.share(this),
    );
    void this.#follow(parts.onStatus);
    this.connector.start().catch(() => {
      // It was closed before it had ever connected.
    });
  }

  /** What sends operations. */
  get core(): EndpointCore {
    return this.connector.core;
  }

  /** Whether operations are sent at once. */
  get ready(): boolean {
    return !this.over && this.core.ready;
  }

  /**
   * Tells the gateway of a method.
   *
   * @param method Its name.
   * @param timeoutMs Milliseconds it may take.
   * @param signal Gives up when aborted.
   * @returns Whether the gateway has confirmed it; `false` when the connection
   * was lost, since the next one tells of all methods.
   * @throws {FrontierError} If the gateway refuses it, does not answer, or the wait
   * was given up.
   */
  announce(
    method: string,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (!this.ready) {
        resolve(false);
        return;
      }
      const register = new Register(method, timeoutMs, signal, {
        resolve: () => resolve(true),
        reject: (error: FrontierError) => {
          const { code } = error;
          const lost = code === "force-closed" || code === "not-connected";
          if (lost) resolve(false);
          else reject(error);
        },
      });
      if (register.watch()) this.core.submit(register);
    });
  }

  async #follow(
    onStatus: (gateway: Gateway, status: Status) => void,
  ): Promise<void> {
    for await (const status of this.connector.status.changes()) {
      if (status.state === "connected") this.#askAgain();
      onStatus(this, status);
    }
  }

  /**
   * The original gateway takes no second connection with an id before it has
   * noticed the end of the first, and while it waits it serves no service: only
   * ours are asked for the same id again.
   */
  #askAgain(): void {
    const { connection } = this.connector;
    if (connection === undefined) return;
    this.connector.wantedId = connection.link.ours ? this.#serviceId : 0n;
  }
}

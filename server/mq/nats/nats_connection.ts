/**
 * One connection to NATS, which comes back by itself.
 *
 * @module
 */

import { connect, type NatsConnection } from "@nats-io/transport-node";
import { Backoff } from "@frontier/platform/internal";
import type { NatsConfig } from "../../config/mod.ts";
import { clientTls } from "../client_tls.ts";
import { pause } from "../pause.ts";
import { problemOf } from "../problem.ts";
import type { ProducerState } from "../producer.ts";
import { readSecret } from "../secret.ts";

/** Milliseconds between two signs of life; two that are missed end the connection. */
const PING_MS = 5_000;
/** Milliseconds that one attempt to connect may take. */
const CONNECT_MS = 5_000;

/**
 * The client of nats.io throws away what is published while it is away; so it
 * is never told to publish then, and whoever uses it asks
 * {@linkcode NatsLink.state} first.
 */
export class NatsLink {
  /** Whether it can be published to. */
  state: ProducerState = { kind: "connecting" };
  /** The connection; `undefined` until the first one is there. */
  connection: NatsConnection | undefined = undefined;
  readonly #config: NatsConfig;
  readonly #listeners: (() => void)[] = [];
  readonly #prepare: (connection: NatsConnection) => Promise<void>;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined = undefined;
  #closed = false;

  /**
   * @param config Where, and as whom.
   * @param prepare Called with each new connection before it is used; throws
   * when the server lacks what is needed.
   */
  constructor(
    config: NatsConfig,
    prepare: (connection: NatsConnection) => Promise<void>,
  ) {
    this.#config = config;
    this.#prepare = prepare;
  }

  /**
   * @param listener Called after each change of the state.
   */
  onState(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Begins to connect; once. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** @returns When the connection is closed and nothing of it is left. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stop.abort();
    await this.connection?.close().catch(() => {});
    await this.#running;
    this.#turn({ kind: "closed" });
  }

  async #run(): Promise<void> {
    const backoff = new Backoff();
    while (!this.#closed) {
      try {
        const connection = await this.#connect();
        this.connection = connection;
        if (this.#closed) {
          await connection.close();
          return;
        }
        await this.#serve(connection, () => backoff.reset());
      } catch (error) {
        if (this.#closed) return;
        this.#turn({ kind: "down", problem: problemOf(error) });
      }
      await pause(backoff.next(), this.#stop.signal);
    }
  }

  /** Uses a connection until it is closed for good. */
  async #serve(connection: NatsConnection, ready: () => void): Promise<void> {
    const prepare = async () => {
      await this.#prepare(connection);
      ready();
      this.#turn({ kind: "up" });
    };
    try {
      await prepare();
      for await (const status of connection.status()) {
        switch (status.type) {
          case "disconnect":
          case "staleConnection":
            this.#turn({ kind: "down", problem: "connection lost" });
            break;
          case "reconnect":
            await prepare();
            break;
          case "error":
            this.#problem(problemOf(status.error));
        }
      }
      const error = await connection.closed();
      throw error ?? new Error("connection closed");
    } finally {
      await connection.close().catch(() => {});
    }
  }

  #connect(): Promise<NatsConnection> {
    const { addrs, tls, user, password, token } = this.#config;
    const pass = readSecret(password, "mqm.nats.password");
    const secret = readSecret(token, "mqm.nats.token");
    const own = credentials(addrs);
    const files = clientTls(tls);
    return connect({
      servers: addrs.map(withoutUser),
      name: "frontier",
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 750,
      reconnectJitterTLS: 750,
      timeout: CONNECT_MS,
      pingInterval: PING_MS,
      maxPingOut: 2,
      ...(user !== "" ? { user, pass } : own),
      ...(secret !== "" && { token: secret }),
      // TLS that is asked for is never left out by the server.
      ...(files !== undefined && { tls: files }),
    });
  }

  #problem(problem: string): void {
    if (this.state.kind !== "up") this.#turn({ kind: "down", problem });
  }

  #turn(state: ProducerState): void {
    if (this.#closed && state.kind !== "closed") return;
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** User and password in front of the first address that has some. */
function credentials(
  addrs: readonly string[],
): { user?: string; pass?: string } {
  for (const addr of addrs) {
    const found = /^(?:[a-z]+:\/\/)?([^:@/]*):([^@/]*)@/i.exec(addr);
    if (found === null) continue;
    return {
      user: decodeURIComponent(found[1]!),
      pass: decodeURIComponent(found[2]!),
    };
  }
  return {};
}

function withoutUser(addr: string): string {
  return addr.replace(/^([a-z]+:\/\/)?[^@/]*@/i, "$1");
}

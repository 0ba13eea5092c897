/**
 * One connection to NATS, which comes back by itself.
 *
 * @module
 */

import { readSecret } from "@frontier/platform/config";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { NatsConfig } from "../../config/mod.ts";
import { ClientKeeper, type KeeperTurn } from "../client_keeper.ts";
import { clientTls } from "../client_tls.ts";
import { problemOf } from "../problem.ts";

/** Milliseconds between two signs of life; two that are missed end the connection. */
const PING_MS = 5_000;
/** Milliseconds that one attempt to connect may take. */
const CONNECT_MS = 5_000;

/**
 * The client of nats.io throws away what is published while it is away; so it
 * is never told to publish then, and whoever uses it asks for the state first.
 */
export class NatsLink {
  /** Called after each change of the state. */
  onState: (() => void) | undefined = undefined;
  /** The connection; `undefined` until the first one is there. */
  connection: NatsConnection | undefined = undefined;
  /** Makes connections, one after the other. */
  readonly keeper: ClientKeeper;
  readonly #config: NatsConfig;
  readonly #prepare: (connection: NatsConnection) => Promise<void>;

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
    // The client knows all addresses.
    this.keeper = new ClientKeeper(
      [""],
      (turn) => this.#use(turn),
      () => this.onState?.(),
    );
  }

  /** Uses a connection until it is closed for good, or given up. */
  async #use(turn: KeeperTurn): Promise<void> {
    const connection = await this.#connect();
    this.connection = connection;
    const served = this.#serve(connection, turn);
    served.catch(() => {});
    try {
      await Promise.race([served, turn.lost]);
    } finally {
      await connection.close().catch(() => {});
      await served.catch(() => {});
    }
  }

  /** Follows what happens to a connection; throws when it is closed. */
  async #serve(connection: NatsConnection, turn: KeeperTurn): Promise<void> {
    await this.#prepare(connection);
    turn.works();
    for await (const status of connection.status()) {
      switch (status.type) {
        case "disconnect":
        case "staleConnection":
          this.keeper.turn({ kind: "down", problem: "connection lost" });
          break;
        case "reconnect":
          await this.#prepare(connection);
          turn.works();
          break;
        case "error":
          this.#problem(problemOf(status.error));
      }
    }
    throw await connection.closed() ?? new Error("connection closed");
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
    if (this.keeper.state.kind === "up") return;
    this.keeper.turn({ kind: "down", problem });
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

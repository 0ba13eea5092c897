/**
 * The listener of a control port, plain or with TLS.
 *
 * @module
 */

import { createServer, type Server, type Socket } from "node:net";
import {
  createServer as createTlsServer,
  type Server as TlsServer,
  type TLSSocket,
} from "node:tls";
import { acceptAgain } from "../accept_again.ts";
import type { Logger } from "../log/mod.ts";
import type { StrangerLog } from "../log/stranger_log.ts";
import {
  readServerIdentity,
  type ServerIdentity,
  type TlsServerOptions,
} from "../tls/credentials.ts";
import type { PeerAddress } from "../transport.ts";
import type { Connection } from "./connection.ts";
import type { Connections } from "./connections.ts";

/** Connections the kernel holds until they are accepted. */
const BACKLOG = 256;

/** What {@linkcode Listener} is made of. */
export interface ListenerOptions {
  /** Address or name of the interface. */
  readonly hostname: string;
  /** TCP port; 0 lets the system choose one. */
  readonly port: number;
  /** TLS, or absent for plain TCP. */
  readonly tls?: TlsServerOptions | undefined;
  /** Where connections are counted. */
  readonly connections: Connections;
  /** Where skipped files are named. */
  readonly log: Logger;
  /** Where peers are named that do not come to terms. */
  readonly strangers: StrangerLog;
  /**
   * Takes over a connection that may speak.
   *
   * @param connection One that may speak; whoever takes it closes it.
   * @param protocol What was agreed on within TLS; `undefined` when nothing was.
   */
  readonly onConnection: (
    connection: Connection,
    protocol: string | undefined,
  ) => void;
}

/** Accepts connections, and shakes hands where there is TLS. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server | TlsServer;
  #identity: ServerIdentity | undefined;

  private constructor(
    options: ListenerOptions,
    identity: ServerIdentity | undefined,
  ) {
    this.#options = options;
    this.#identity = identity;
    this.#server = identity === undefined ? this.#plain() : this.#secure();
  }

  /**
   * @param options What it is made of.
   * @returns The listener, bound.
   * @throws {Error} If it cannot be bound, or a certificate cannot be used.
   */
  static async open(options: ListenerOptions): Promise<Listener> {
    const { tls, log } = options;
    const identity = tls === undefined
      ? undefined
      : await readServerIdentity(tls, log);
    const listener = new Listener(options, identity);
    await listener.#listen();
    return listener;
  }

  /** Where it listens. */
  get addr(): PeerAddress {
    const address = this.#server.address();
    if (address === null || typeof address === "string") {
      throw new Error("The listener is closed");
    }
    return {
      network: "tcp",
      hostname: address.address,
      port: address.port,
    };
  }

  /**
   * Reads the certificates anew, for the connections to come.
   *
   * @throws {Error} If some cannot be used; the old ones stay in use.
   */
  async reload(): Promise<void> {
    const { tls, log } = this.#options;
    if (tls === undefined) return;
    const identity = await readServerIdentity(tls, log, this.#identity);
    this.#identity = identity;
    if (identity.kept.length === 0) return;
    throw new Error(
      `Cannot use all certificates anew: ${
        identity.kept.join("; ")
      }; the old ones in their place stay in use`,
    );
  }

  /** Accepts no more. */
  close(): void {
    this.#server.close();
  }

  async #listen(): Promise<void> {
    const { hostname, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host: hostname, port, backlog: BACKLOG }, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    this.#server.on(
      "error",
      (error: Error) =>
        this.#options.log.error("The control port cannot accept", {
          error: error.message,
        }),
    );
  }

  #plain(): Server {
    return createServer((socket) => {
      const connection = this.#enter(socket);
      if (connection !== undefined) {
        this.#options.onConnection(connection, undefined);
      }
    });
  }

  #secure(): TlsServer {
    const { mtls } = this.#options.tls!;
    // By where they come from: the socket inside TLS does not say which one it is in.
    const shaking = new Map<string, Connection>();
    const server = createTlsServer({
      SNICallback: (name, done) => {
        const { clients } = this.#identity!;
        // Without a list of its own the runtime would ask the system's.
        if (clients?.authorities.length === 0) {
          done(new Error("No authority can vouch for the client"));
        } else done(null, this.#identity!.contextFor(name));
      },
      requestCert: mtls,
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
      ALPNProtocols: ["h2", "http/1.1"],
      // None: the connection's own time ends it. A timer of the runtime would
      // keep all there is of a client that has gone until its time is over.
      handshakeTimeout: -1,
    });
    server.prependListener("connection", (socket: Socket) => {
      const connection = this.#enter(socket);
      if (connection === undefined) return;
      const key = keyOf(socket);
      shaking.set(key, connection);
      socket.once("close", () => shaking.delete(key));
    });
    server.on("secureConnection", (socket: TLSSocket) => {
      socket.on("error", () => {});
      const connection = shaking.get(keyOf(socket));
      if (connection === undefined) {
        socket.destroy();
        return;
      }
      connection.socket = socket;
      try {
        this.#identity!.clients?.check(socket);
      } catch (error) {
        this.#report(socket, error);
        socket.destroy();
        return;
      }
      const { alpnProtocol } = socket;
      this.#options.onConnection(connection, alpnProtocol || undefined);
    });
    server.on("tlsClientError", (error: Error, socket: TLSSocket) => {
      this.#report(socket, error);
      socket.destroy();
    });
    return server;
  }

  #enter(socket: Socket): Connection | undefined {
    socket.on("error", () => {});
    // Head and body of an answer are two writes: the second must not wait for the peer's leave.
    socket.setNoDelay(true);
    socket.once("close", () => acceptAgain(this.#server, BACKLOG));
    const connection = this.#options.connections.enter(socket);
    if (connection === undefined) {
      const { strangers } = this.#options;
      strangers.report(
        socket.remoteAddress ?? "",
        "The control port has no room for another connection",
      );
      socket.destroy();
    }
    return connection;
  }

  #report(socket: Socket, error: unknown): void {
    this.#options.strangers.report(
      socket.remoteAddress ?? "",
      "A TLS handshake of the control port failed",
      { error },
    );
  }
}

function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}|${remotePort}`;
}

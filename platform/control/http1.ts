/**
 * HTTP/1.1 over connections that are handed over.
 *
 * @module
 */

import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import { type Connection, IDLE_MS } from "./connection.ts";

/** Bytes of the largest head of a request. */
const MAX_HEAD_BYTES = 16_384;

/** Answers a request of either HTTP. */
export type RequestListener = (
  request: IncomingMessage,
  response: ServerResponse,
) => unknown;

/** Speaks HTTP/1.1; it does not listen itself. */
export class Http1 {
  readonly #server: ReturnType<typeof createServer>;
  readonly #connections: WeakMap<Socket, Connection> = new WeakMap();
  #ending = false;

  /**
   * @param listener Answers requests.
   */
  constructor(listener: RequestListener) {
    this.#server = createServer(
      { maxHeaderSize: MAX_HEAD_BYTES },
      (request, response) => {
        this.#follow(request, response);
        listener(request, response);
      },
    );
    // What it says in its answers is what we do.
    this.#server.keepAliveTimeout = IDLE_MS;
    // A server that does not listen would close a connection after an answer.
    Object.defineProperty(this.#server, "listening", { get: () => true });
  }

  /**
   * @param connection Speaks HTTP/1.1 from here on.
   */
  take(connection: Connection): void {
    this.#connections.set(connection.socket, connection);
    this.#server.emit("connection", connection.socket);
  }

  /** Keeps no connection any longer than for the request that it has. */
  end(): void {
    this.#ending = true;
  }

  #follow(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#connections.get(request.socket);
    if (connection === undefined) return;
    connection.begin(performance.now());
    request.once("end", () => connection.arrived(performance.now()));
    response.once("close", () => {
      connection.end(performance.now(), request.readableEnded);
      // Where nobody has read the body, its end has not been seen.
      request.resume();
      if (this.#ending) connection.socket.destroy();
    });
  }
}

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
import { ApiError } from "./api_error.ts";
import { type Connection, IDLE_MS } from "./connection.ts";
import type { InputTurns } from "./input_turns.ts";
import { PacedSocket } from "./paced_socket.ts";

/** Bytes of the largest head of a request. */
const MAX_HEAD_BYTES = 16_384;

/** Bytes of a connection's answers that may wait to be read while the next one is made. */
const MAX_UNREAD_BYTES = 65_536;

/** Says why to who sends what is no request; the connection ends with it. */
function refuse(
  error: Error & { code?: string },
  socket: { writable: boolean; end(text: string): void; destroy(): void },
): void {
  if (!socket.writable) return socket.destroy();
  const [status, words, told] = error.code === "HPE_HEADER_OVERFLOW"
    ? [431, "Request Header Fields Too Large", TOO_LARGE] as const
    : [400, "Bad Request", NO_REQUEST] as const;
  const body = JSON.stringify({ ...told.toJSON(), code: status });
  socket.end(
    `HTTP/1.1 ${status} ${words}\r\ncontent-type: application/json\r\n` +
      `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}

const NO_REQUEST = new ApiError(
  "INVALID_ARGUMENT",
  "Cannot read the request: it is no HTTP/1.1",
);
const TOO_LARGE = new ApiError(
  "INVALID_ARGUMENT",
  `Cannot read the request: its head, the address included, may have at most ${MAX_HEAD_BYTES} bytes; name fewer ids at once, or send them as JSON in a POST where there is one`,
  { reason: "HEAD_TOO_LARGE", metadata: { max: String(MAX_HEAD_BYTES) } },
);

/** Answers a request of either HTTP. */
export type RequestListener = (
  request: IncomingMessage,
  response: ServerResponse,
) => unknown;

/** Speaks HTTP/1.1; it does not listen itself. */
export class Http1 {
  readonly #server: ReturnType<typeof createServer>;
  readonly #turns: InputTurns;
  readonly #connections: WeakMap<object, Connection> = new WeakMap();
  /** Requests that wait for their turn, of connections with one under way. */
  readonly #waiting: WeakMap<object, (() => void)[]> = new WeakMap();
  #ending = false;

  /**
   * @param listener Answers requests.
   * @param turns Tells when connections are read.
   */
  constructor(listener: RequestListener, turns: InputTurns) {
    this.#turns = turns;
    this.#server = createServer(
      { maxHeaderSize: MAX_HEAD_BYTES },
      (request, response) => {
        this.#follow(request, response);
        this.#inTurn(request, response, () => listener(request, response));
      },
    );
    this.#server.on("clientError", refuse);
    // What it says in its answers is what we do.
    this.#server.keepAliveTimeout = IDLE_MS;
    // A server that does not listen would close a connection after an answer.
    Object.defineProperty(this.#server, "listening", { get: () => true });
  }

  /**
   * @param connection Speaks HTTP/1.1 from here on.
   */
  take(connection: Connection): void {
    const socket = new PacedSocket(connection.socket, this.#turns);
    connection.output = socket;
    this.#connections.set(socket, connection);
    this.#server.emit("connection", socket);
  }

  /** Keeps no connection any longer than for the request that it has. */
  end(): void {
    this.#ending = true;
  }

  /**
   * Makes the answers of a connection one after the other, and the next one
   * only when most of the one before is read: what is made ahead of its turn
   * would be kept, whole, out of sight of all bounds.
   */
  #inTurn(
    request: IncomingMessage,
    response: ServerResponse,
    listen: () => unknown,
  ): void {
    const socket = request.socket as unknown as PacedSocket;
    const answer = () => {
      const { "content-length": length, "transfer-encoding": coding } =
        request.headers;
      // What follows a request waits; a body is part of it.
      if (coding === undefined && Number(length ?? 0) === 0) socket.hold();
      else {
        socket.release(true);
        request.once("end", () => socket.hold());
      }
      response.once("close", () => this.#next(request, socket));
      listen();
    };
    const waiting = this.#waiting.get(socket);
    if (waiting !== undefined) waiting.push(answer);
    else {
      this.#waiting.set(socket, []);
      answer();
    }
  }

  /** A request is answered; the rest of its body is read, by nobody. */
  #next(request: IncomingMessage, socket: PacedSocket): void {
    if (socket.destroyed) return;
    if (socket.writableLength > MAX_UNREAD_BYTES) {
      socket.once("drain", () => this.#next(request, socket));
      return;
    }
    if (request.destroyed && !request.readableEnded) {
      // The rest of its body will never be read, and nothing can follow it.
      socket.end();
      return;
    }
    if (!request.readableEnded) {
      request.once("end", () => this.#next(request, socket));
      return;
    }
    const next = this.#waiting.get(socket)?.shift();
    if (next !== undefined) next();
    else {
      this.#waiting.delete(socket);
      socket.release();
    }
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

/**
 * HTTP/2 over connections that are handed over: gRPC and REST side by side.
 *
 * @module
 */

// First: see there.
import { withHttp2Server } from "./http2_guard.ts";
import {
  createServer,
  type Http2Server,
  type Http2Session,
  type Http2Stream,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { type Server, ServerCredentials } from "@grpc/grpc-js";
import { ApiError, STATUS } from "./api_error.ts";
import type { Connection } from "./connection.ts";
import type { Connections } from "./connections.ts";
import type { RequestListener } from "./http1.ts";
import type { InputTurns } from "./input_turns.ts";
import { PacedSocket } from "./paced_socket.ts";

type OnStream = (
  stream: Http2Stream,
  headers: IncomingHttpHeaders,
  ...more: unknown[]
) => void;

/**
 * Watches of one connection at most: fewer than the streams that it may have,
 * for what is one too many of those waits in its sender, who is told nothing.
 */
const MAX_WATCHES = 96;

const TOO_MANY_WATCHES = new ApiError(
  "RESOURCE_EXHAUSTED",
  `Cannot watch: this connection has ${MAX_WATCHES} watches, which is the most; share one, or open another connection`,
);

/** Speaks HTTP/2: a call is gRPC if its content type says so, else REST. */
export class Http2 {
  readonly #rpc: Server;
  readonly #injector: ReturnType<Server["createConnectionInjector"]>;
  readonly #rest: Http2Server;
  readonly #sessions: Map<Http2Session, Connection> = new Map();
  readonly #turns: InputTurns;
  #taking: Connection | undefined = undefined;
  /** Watches of each connection. */
  readonly #watches: WeakMap<Http2Session, number> = new WeakMap();

  /**
   * @param rpc Answers gRPC.
   * @param listener Answers everything else.
   * @param connections Where streams are counted.
   * @param turns Tells when connections are read.
   * @param watched Paths of calls that last as long as their caller wants.
   */
  constructor(
    rpc: Server,
    listener: RequestListener,
    connections: Connections,
    turns: InputTurns,
    watched: ReadonlySet<string>,
  ) {
    this.#rpc = rpc;
    this.#turns = turns;
    const [injector, server] = withHttp2Server(() =>
      rpc.createConnectionInjector(ServerCredentials.createInsecure())
    );
    this.#injector = injector;
    this.#rest = createServer(listener as never);
    const toGrpc = server.listeners("stream") as OnStream[];
    server.removeAllListeners("stream");
    server.on("session", (session) => {
      const connection = this.#taking;
      if (connection === undefined) return;
      this.#sessions.set(session, connection);
      session.once("close", () => this.#sessions.delete(session));
    });
    server.on("stream", (stream, headers, ...more) => {
      const session = stream.session;
      connections.enterStream(
        session === undefined ? undefined : this.#sessions.get(session),
        stream,
      );
      const type = (headers["content-type"] ?? "").toLowerCase();
      const [path = ""] = (headers[":path"] ?? "").split("?", 1);
      if (watched.has(path) && !this.#watch(stream)) {
        refuse(stream, type);
      } else if (type.startsWith("application/grpc")) {
        // The library knows it in small letters only.
        headers["content-type"] = type;
        for (const handle of toGrpc) {
          handle.call(server, stream, headers, ...more);
        }
      } else this.#rest.emit("stream", stream, headers, ...more);
    });
  }

  /**
   * @param connection Speaks HTTP/2 from here on.
   */
  take(connection: Connection): void {
    connection.becomeHttp2();
    this.#taking = connection;
    const socket = new PacedSocket(connection.socket, this.#turns);
    connection.output = socket;
    this.#injector.injectConnection(socket as never);
    this.#taking = undefined;
  }

  /** Counts a watch; answers whether its connection may have it. */
  #watch(stream: Http2Stream): boolean {
    const { session } = stream;
    if (session === undefined) return true;
    const watches = this.#watches.get(session) ?? 0;
    if (watches >= MAX_WATCHES) return false;
    this.#watches.set(session, watches + 1);
    stream.once("close", () => {
      this.#watches.set(session, this.#watches.get(session)! - 1);
    });
    return true;
  }

  /** Takes no new calls; a connection ends with the last one that it has. */
  end(): void {
    for (const session of [...this.#sessions.keys()]) session.close();
  }

  /** Ends what is left. */
  destroy(): void {
    for (const session of [...this.#sessions.keys()]) session.destroy();
    this.#rpc.forceShutdown();
  }
}

/** Ends a watch that is one too many, in the words of its protocol. */
function refuse(stream: Http2Stream, type: string): void {
  const { code, message } = TOO_MANY_WATCHES;
  const answer = stream as ServerHttp2Stream;
  stream.on("error", () => {});
  stream.resume();
  if (type.startsWith("application/grpc")) {
    answer.respond({
      ":status": 200,
      "content-type": type,
      "grpc-status": String(STATUS[code].grpc),
      "grpc-message": message,
    }, { endStream: true });
    return;
  }
  answer.respond({
    ":status": STATUS[code].http,
    "content-type": "application/json",
  });
  answer.end(JSON.stringify(TOO_MANY_WATCHES));
}

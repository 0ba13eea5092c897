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
} from "node:http2";
import { type Server, ServerCredentials } from "@grpc/grpc-js";
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

/** Speaks HTTP/2: a call is gRPC if its content type says so, else REST. */
export class Http2 {
  readonly #rpc: Server;
  readonly #injector: ReturnType<Server["createConnectionInjector"]>;
  readonly #rest: Http2Server;
  readonly #sessions: Map<Http2Session, Connection> = new Map();
  readonly #turns: InputTurns;
  #taking: Connection | undefined = undefined;

  /**
   * @param rpc Answers gRPC.
   * @param listener Answers everything else.
   * @param connections Where streams are counted.
   * @param turns Tells when connections are read.
   */
  constructor(
    rpc: Server,
    listener: RequestListener,
    connections: Connections,
    turns: InputTurns,
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
      if (type.startsWith("application/grpc")) {
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

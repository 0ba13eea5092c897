/**
 * Publishes the web servers of edges under `/{edge}/...`.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { type Duplex, pipeline } from "node:stream";
import { FrontierError, type Service } from "@frontier/client";
import { StreamSocket } from "../stream_socket.ts";
import {
  addForwarded,
  endToEnd,
  type Headers,
  publishPaths,
} from "./headers.ts";
import type { PublishedEdges } from "./published_edges.ts";

/** Bytes of the longest head of an answer that is waited for. */
const MAX_HEAD = 65_536;

/** An answer instead of that of an edge. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Where a request goes. */
interface Route {
  /** The first part of the path, as the client wrote it. */
  readonly prefix: string;
  /** The rest. */
  readonly path: string;
}

/** The path of a request, in two parts; `undefined` for the list of edges. */
function routeOf(url: string): Route | undefined {
  const [, prefix, path = ""] = /^(\/[^/?]+)(.*)$/.exec(url) ?? [];
  return prefix === undefined ? undefined : { prefix, path };
}

/** Answers requests with the help of edges. */
export class Proxy {
  readonly #service: Service;
  readonly #edges: PublishedEdges;

  /**
   * @param service The service that reaches the edges.
   * @param edges The edges.
   */
  constructor(service: Service, edges: PublishedEdges) {
    this.#service = service;
    this.#edges = edges;
  }

  /**
   * Answers a request.
   *
   * @param incoming The request.
   * @param response The answer.
   */
  async answer(
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const route = routeOf(incoming.url ?? "/");
    if (route === undefined) return this.#list(response);
    if (!route.path.startsWith("/")) {
      // Relative links of the page need the slash.
      const location = `${route.prefix}/${route.path}`;
      response.writeHead(308, { location }).end();
      return;
    }
    try {
      const socket = await this.#open(route.prefix);
      response.once("close", () => socket.destroy());
      pass(incoming, response, socket, route);
    } catch (error) {
      refuse(response, error);
    }
  }

  /**
   * Passes a connection on that wants to speak something else, as WebSocket.
   *
   * @param incoming The request.
   * @param client Its connection.
   * @param head What has come on it after the request.
   */
  async upgrade(
    incoming: IncomingMessage,
    client: Duplex,
    head: Uint8Array,
  ): Promise<void> {
    client.on("error", () => client.destroy());
    try {
      const route = routeOf(incoming.url ?? "/");
      if (route === undefined) throw new Refusal(404, "no edge is named");
      const socket = await this.#open(route.prefix);
      const headers = endToEnd(incoming);
      addForwarded(headers, incoming, route.prefix);
      headers.connection = ["Upgrade"];
      headers.upgrade = [incoming.headers.upgrade ?? ""];
      socket.write(requestHead(incoming.method!, route.path || "/", headers));
      await changeProtocol(client, socket, head);
    } catch (error) {
      const { status, text } = refusalOf(error);
      client.end(
        `HTTP/1.1 ${status} Refused\r\nContent-Length: ${
          Buffer.byteLength(text)
        }\r\nConnection: close\r\n\r\n${text}`,
      );
    }
  }

  async #open(prefix: string): Promise<StreamSocket> {
    const edgeId = this.#edges.find(decode(prefix.slice(1)));
    if (edgeId === undefined) {
      throw new Refusal(404, `no edge is named ${prefix.slice(1)}`);
    }
    return new StreamSocket(await this.#service.openStream(edgeId));
  }

  #list(response: ServerResponse): void {
    const { names } = this.#edges;
    const lines = names.map((name) => `/${encodeURIComponent(name)}/\n`);
    response.writeHead(200, { "content-type": "text/plain; charset=utf-8" })
      .end(lines.join("") || "no edge is online\n");
  }
}

/** Sends a request over a stream, and the answer back. */
function pass(
  incoming: IncomingMessage,
  response: ServerResponse,
  socket: StreamSocket,
  { prefix, path }: Route,
): void {
  const headers = endToEnd(incoming);
  addForwarded(headers, incoming, prefix);
  if (incoming.headers["transfer-encoding"] !== undefined) {
    headers["transfer-encoding"] = ["chunked"];
  }
  const outgoing = request({
    method: incoming.method!,
    path,
    headers,
    setHost: false,
    createConnection: () => socket,
  });
  outgoing.once("response", (answer) => {
    const headers = endToEnd(answer);
    publishPaths(headers, prefix);
    response.writeHead(answer.statusCode!, answer.statusMessage!, headers);
    // What breaks off here breaks off there: an incomplete body must not look complete.
    pipeline(answer, response, (error) => error && response.destroy());
  });
  outgoing.once("error", (error) => refuse(response, error));
  pipeline(incoming, outgoing, () => {});
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, text } = refusalOf(error);
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    connection: "close",
  }).end(text);
}

function refusalOf(error: unknown): { status: number; text: string } {
  if (error instanceof Refusal) {
    return { status: error.status, text: `${error.message}\n` };
  }
  if (
    error instanceof FrontierError && error.code === "edge-not-online"
  ) return { status: 404, text: "the edge is not online\n" };
  return { status: 502, text: "the web server of the edge does not answer\n" };
}

/**
 * Leads a client to a web server that has agreed to speak something else. Before
 * it has, and where it does not, nothing more of the client goes there: that
 * would be requests which nobody has looked at.
 */
async function changeProtocol(
  client: Duplex,
  socket: Duplex,
  head: Uint8Array,
): Promise<void> {
  client.once("close", () => socket.destroy());
  const answer = await readHead(socket);
  if (/^HTTP\/1\.1 101\b/.test(answer.toString("latin1"))) {
    client.write(answer);
    socket.write(head);
    // Either end closes the other: nobody is left to tell of errors.
    pipeline(client, socket, client, () => {});
    return;
  }
  const line = answer.indexOf("\r\n") + 2;
  client.write(answer.subarray(0, line));
  client.write("Connection: close\r\n");
  client.write(answer.subarray(line));
  client.resume();
  pipeline(socket, client, () => {});
}

/** Reads until the head of an answer is complete; what has come after it is with it. */
function readHead(socket: Duplex): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  let bytes = Buffer.alloc(0);
  const onData = (part: Uint8Array) => {
    bytes = Buffer.concat([bytes, part]);
    if (bytes.includes("\r\n\r\n")) resolve(bytes);
    else if (bytes.length > MAX_HEAD) onEnd();
  };
  const onEnd = () => reject(new Error("Cannot read an answer: it ended"));
  socket.on("data", onData).once("end", onEnd).once("close", onEnd);
  return promise.finally(() => {
    socket.off("data", onData).off("end", onEnd).off("close", onEnd).pause();
  });
}

/** The head of a request, which the parser has found to be well-formed. */
function requestHead(method: string, path: string, headers: Headers): Buffer {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    values.map((value) => `${name}: ${value}\r\n`)
  );
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`,
    "latin1",
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * A small port for operators: a few pages, over HTTP/1.1.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "../log/mod.ts";

/** Connections at a time; more are closed unread. */
const MAX_CONNECTIONS = 128;
/** Milliseconds a request may take to come, and an answer to be read on. */
const SLOW_MS = 5_000;
/** Bytes of a request's head. */
const MAX_HEAD_BYTES = 8_192;
/** Milliseconds between two looks for requests that take too long. */
const LOOK_MS = 1_000;

/** What a page is asked. */
export interface PageRequest {
  /** The address that was asked for. */
  readonly url: URL;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** What a page answers. */
export interface PageAnswer {
  /**
   * The HTTP status.
   * @default 200
   */
  readonly status?: number;
  /**
   * The media type.
   * @default "text/plain; charset=utf-8"
   */
  readonly type?: string;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What it says. */
  readonly body: string | Uint8Array;
}

/** Answers what is asked of one path. A page that throws is answered with status 500, and logged. */
export type Page = (request: PageRequest) => PageAnswer | Promise<PageAnswer>;

/** What {@linkcode openHttpPort} needs. */
export interface HttpPortOptions {
  /** Address of the interface to listen on. */
  readonly hostname: string;
  /** TCP port; 0 lets the system choose one. */
  readonly port: number;
  /** The pages, by path. */
  readonly pages: Readonly<Record<string, Page>>;
  /**
   * Milliseconds without a byte after which an answer is given up; what a page needs to think is part of it.
   * @default 30_000
   */
  readonly idleMs?: number;
  /** Where failures are reported. */
  readonly log: Logger;
}

/** A port that is open. */
export interface HttpPort extends AsyncDisposable {
  /** Where it listens. */
  readonly addr: { readonly hostname: string; readonly port: number };
}

/**
 * Opens a port that serves pages to whoever asks by GET or HEAD. It is meant for operators' programs and yet bounded: in connections,
 * in the size of what is asked, and in the time that asking and reading may take. Each connection carries one request.
 *
 * @param options What it serves, and where.
 * @returns The open port. Dispose of it to stop: answers under way are cut.
 * @throws {Error} If the address cannot be bound, or the runtime does not permit it.
 */
export async function openHttpPort(
  options: HttpPortOptions,
): Promise<HttpPort> {
  const { hostname, port, idleMs = 30_000 } = options;
  await mayListen(hostname, port);
  const server = http.createServer({
    headersTimeout: SLOW_MS,
    requestTimeout: SLOW_MS,
    connectionsCheckingInterval: LOOK_MS,
    maxHeaderSize: MAX_HEAD_BYTES,
  }, (request, response) => void serve(options, request, response));
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = idleMs;
  server.on("clientError", (_, socket) => void socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, () => {
      server.off("error", reject);
      resolve();
    });
  });
  server.on("error", (error: Error) => {
    options.log.error("A port for operators failed", {
      address: `${hostname}:${port}`,
      error: error.message,
    });
  });
  const bound = server.address() as AddressInfo;
  return {
    addr: { hostname: bound.address, port: bound.port },
    async [Symbol.asyncDispose](): Promise<void> {
      const closed = new Promise<void>((resolve) =>
        server.close(() => resolve())
      );
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Without the permission neither an error comes nor an open port. */
async function mayListen(hostname: string, port: number): Promise<void> {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  const { state } = await Deno.permissions.query({
    name: "net",
    host: port === 0 ? host : `${host}:${port}`,
  });
  if (state === "granted") return;
  throw new Deno.errors.NotCapable(
    `Cannot listen on ${host}:${port}: run with --allow-net=${host}:${port}`,
  );
}

async function serve(
  options: HttpPortOptions,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  response.shouldKeepAlive = false;
  response.on("error", () => {});
  const answer = await answerTo(options, request, response);
  const { status = 200, type = "text/plain; charset=utf-8" } = answer;
  const body = typeof answer.body === "string"
    ? Buffer.from(answer.body)
    : answer.body;
  if (response.destroyed) return;
  response.writeHead(status, {
    "content-type": type,
    "content-length": body.length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    connection: "close",
    ...answer.headers,
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** Never rejects. */
async function answerTo(
  { pages, log }: HttpPortOptions,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<PageAnswer> {
  const { method = "", url: target = "" } = request;
  const url = URL.parse(target, "http://localhost");
  if (url === null) {
    return { status: 400, body: "Cannot read the address that is asked for\n" };
  }
  const page = Object.hasOwn(pages, url.pathname)
    ? pages[url.pathname]
    : undefined;
  if (page === undefined) {
    const known = Object.keys(pages).join(", ");
    return { status: 404, body: `404 page not found: there is ${known}\n` };
  }
  if (method !== "GET" && method !== "HEAD") {
    return {
      status: 405,
      headers: { allow: "GET, HEAD" },
      body: `Cannot ${method} ${url.pathname}: it is read by GET or HEAD\n`,
    };
  }
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    return await page({ url, signal: gone.signal });
  } catch (error) {
    if (!gone.signal.aborted) {
      log.error("A page for operators failed", { path: url.pathname, error });
    }
    return { status: 500, body: "500 internal error, see the log\n" };
  }
}

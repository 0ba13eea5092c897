/**
 * What happens to the headers of requests and answers on their way.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";

/** Headers that are about one connection, not about the request. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
]);

/** Header names with all their values. */
export type Headers = Record<string, string[]>;

/**
 * @param message A request or answer.
 * @returns Those of its headers that go on.
 */
export function endToEnd(message: IncomingMessage): Headers {
  const headers: Headers = {};
  const named = (message.headers.connection ?? "").toLowerCase()
    .split(",").map((name) => name.trim());
  for (let i = 0; i < message.rawHeaders.length; i += 2) {
    const name = message.rawHeaders[i]!.toLowerCase();
    if (HOP_BY_HOP.has(name) || named.includes(name)) continue;
    (headers[name] ??= []).push(message.rawHeaders[i + 1]!);
  }
  return headers;
}

/**
 * Says where a request came from.
 *
 * @param headers Those that go on; they are added to.
 * @param request The request.
 * @param prefix The part of its path that is taken off.
 */
export function addForwarded(
  headers: Headers,
  request: IncomingMessage,
  prefix: string,
): void {
  const before = headers["x-forwarded-for"] ?? [];
  const client = request.socket.remoteAddress ?? "unknown";
  headers["x-forwarded-for"] = [[...before, client].join(", ")];
  headers["x-forwarded-host"] = [request.headers.host ?? ""];
  headers["x-forwarded-proto"] = ["http"];
  headers["x-forwarded-prefix"] = [prefix];
}

/**
 * Makes paths in the headers of an answer those of the published server.
 *
 * @param headers The headers; they are changed.
 * @param prefix The part of the path that was taken off.
 */
export function publishPaths(headers: Headers, prefix: string): void {
  headers.location = (headers.location ?? []).map((location) =>
    /^\/(?!\/)/.test(location) ? prefix + location : location
  );
  if (headers.location.length === 0) delete headers.location;
  if (headers["set-cookie"] !== undefined) {
    headers["set-cookie"] = headers["set-cookie"].map((cookie) =>
      cookie.replace(/(;\s*path=)\//i, `$1${prefix}/`)
    );
  }
}

/**
 * Keeps the runtime alive. Whoever uses HTTP/2 of `node:http2`, as server or as
 * client, loads this module first.
 *
 * When a session of `node:http2` is closed while bytes that arrived are still
 * being processed, the runtime frees it under the native code that processes
 * them: the process dies, without anything that could be caught, and the other
 * side can bring it about (denoland/deno#36788). So closing waits for the next
 * turn of the event loop here. `http2_guard_test.ts` shows it with memory that
 * is overwritten when it is freed.
 *
 * @module
 */

import http2 from "node:http2";

/** What is called on a session, whatever its side. */
interface GuardedSession {
  readonly closed: boolean;
  readonly destroyed: boolean;
  close(callback?: () => void): void;
  destroy(error?: Error, code?: number): void;
  once(event: "close", listener: () => void): unknown;
}

/** What makes a server; there is more, which is not our concern. */
interface SessionServer {
  prependListener(
    event: "session",
    listener: (session: GuardedSession) => void,
  ): unknown;
}

const guarded = new WeakSet<object>();

function guard(session: GuardedSession): GuardedSession {
  if (guarded.has(session)) return session;
  guarded.add(session);
  const { close, destroy } = session;
  session.close = (callback) => {
    if (session.closed || session.destroyed) return;
    // Now, or who waits for the end may wait for ever.
    if (typeof callback === "function") session.once("close", callback);
    setImmediate(() => close.call(session));
  };
  session.destroy = (error, code) => {
    setImmediate(() => destroy.call(session, error, code));
  };
  return session;
}

const module = http2 as unknown as Record<
  string,
  (...args: unknown[]) => unknown
>;
/** Who wants to know of a server, innermost last. */
const watchers: ((server: unknown) => void)[] = [];

for (const name of ["createServer", "createSecureServer"]) {
  const original = module[name]!;
  module[name] = (...args) => {
    const server = original.apply(http2, args);
    (server as SessionServer).prependListener("session", guard);
    watchers.at(-1)?.(server);
    return server;
  };
}
const connect = module.connect!;
module.connect = (...args) =>
  guard(connect.apply(http2, args) as GuardedSession);

/**
 * Finds the HTTP/2 server that a library makes for itself.
 *
 * @param make Lets the library make it.
 * @returns What `make` returned, and the server.
 * @throws {Error} If none was made.
 */
export function withHttp2Server<T>(make: () => T): [T, http2.Http2Server] {
  let found: unknown = undefined;
  watchers.push((server) => found = server);
  try {
    const made = make();
    if (found === undefined) throw new Error("No HTTP/2 server was made");
    return [made, found as http2.Http2Server];
  } finally {
    watchers.pop();
  }
}

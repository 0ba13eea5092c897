/** Local peers of forwarded connections: servers that do one thing, and what is seen of a socket. */

import net from "node:net";
import { createHash } from "node:crypto";

/** A server of a target. */
export interface TargetPeer extends Disposable {
  readonly address: { readonly hostname: string; readonly port: number };
}

/**
 * Serves connections on a port of loopback.
 *
 * @param serve What to do with each; errors end it.
 * @returns The server.
 */
export function target(
  serve: (conn: Deno.TcpConn) => Promise<void>,
): TargetPeer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  const one = async (conn: Deno.TcpConn) => {
    open.add(conn);
    await serve(conn).catch(() => {});
    open.delete(conn);
    close(conn);
  };
  (async () => {
    for (;;) {
      try {
        void one(await listener.accept());
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) return;
        // A client that was gone before it was accepted is no reason to stop.
      }
    }
  })();
  return {
    address: { hostname: "127.0.0.1", port: listener.addr.port },
    [Symbol.dispose]() {
      try {
        listener.close();
      } catch {
        // Nobody listens any more.
      }
      for (const conn of open) close(conn);
    },
  };
}

/** Closes a connection that may be closed already. */
export function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It is closed.
  }
}

/** Sends everything back, and ends when the other side does. */
export const echo = (): TargetPeer =>
  target(async (conn) => {
    await conn.readable.pipeTo(conn.writable);
  });

/** Resets every connection as soon as something arrives on it. */
export async function resetting(): Promise<TargetPeer> {
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.resetAndDestroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    address: { hostname: "127.0.0.1", port },
    [Symbol.dispose]: () => void server.close(),
  };
}

/**
 * Writes bytes that nobody can guess, and sums them up.
 *
 * @param conn Where to.
 * @param total How many bytes.
 * @returns Their SHA-256.
 */
export async function sendRandom(
  conn: Deno.Conn,
  total: number,
): Promise<string> {
  const hash = createHash("sha256");
  const piece = crypto.getRandomValues(new Uint8Array(65_536));
  const numbers = new DataView(piece.buffer);
  for (let sent = 0; sent < total;) {
    // No two pieces are alike.
    numbers.setFloat64(0, sent);
    const part = piece.subarray(0, Math.min(piece.length, total - sent));
    hash.update(part);
    await writeAll(conn, part);
    sent += part.length;
  }
  return hash.digest("hex");
}

/** Writes all of the bytes. */
export async function writeAll(
  conn: Deno.Conn,
  bytes: Uint8Array,
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await conn.write(bytes.subarray(at));
  }
}

/**
 * Reads to the end.
 *
 * @param conn Where from.
 * @returns How many bytes, and their SHA-256.
 */
export async function readToEnd(
  conn: Deno.Conn,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  const buf = new Uint8Array(262_144);
  let bytes = 0;
  for (;;) {
    const count = await conn.read(buf);
    if (count === null) return { bytes, sha256: hash.digest("hex") };
    hash.update(buf.subarray(0, count));
    bytes += count;
  }
}

/** Reads to the end, as text. */
export async function readText(conn: Deno.Conn): Promise<string> {
  return await new Response(conn.readable).text();
}

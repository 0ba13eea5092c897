/**
 * What the runtime can do at best: bytes from one socket to another and nothing else. Speaks to the benchmark as
 * `gateway_process.ts` does. The first connection to the edge port is joined with the first one to the service port, the second with the
 * second, and so on.
 *
 * @module
 */

import { obeyLines } from "./bare_lines.ts";

/** Bytes of a read buffer at first; and after a full read. */
const SMALL = 4_096;
const LARGE = 262_144;

const listeners = [0, 1].map(() =>
  Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 4096 })
);
void join();
await obeyLines(listeners);

async function join(): Promise<void> {
  for (;;) {
    const [a, b] = await Promise.all(
      listeners.map((listener) => listener.accept()),
    );
    if (a === undefined || b === undefined) return;
    void pump(a, b);
    void pump(b, a);
  }
}

async function pump(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  to.setNoDelay(true);
  let buffer = new Uint8Array(SMALL);
  try {
    for (;;) {
      const n = await from.read(buffer);
      if (n === null) break;
      for (let at = 0; at < n;) at += await to.write(buffer.subarray(at, n));
      if (n === SMALL) buffer = new Uint8Array(LARGE);
    }
  } catch {
    // A connection that is cut ends its relay; the generator counts that as an error if it is one.
  }
  for (const conn of [from, to]) {
    try {
      conn.close();
    } catch {
      // The other direction has closed it.
    }
  }
}

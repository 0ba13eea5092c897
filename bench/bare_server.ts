/**
 * What a connection costs at least: accept, one pending read, and the shortest answer that the load generator takes. Speaks to the
 * benchmark as `gateway_process.ts` does. Each read is taken for whole frames, as the generator sends them when it connects
 * or sends a heartbeat; nothing is looked at but their types, ids and lengths.
 *
 * @module
 */

import { obeyLines } from "./bare_lines.ts";

const CONN = 0x01;
const HEADER_SIZE = 14;

const listeners = [0, 1].map(() =>
  Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 4096 })
);
for (const listener of listeners) void serve(listener);
await obeyLines(listeners);

async function serve(listener: Deno.TcpListener): Promise<void> {
  for (;;) void answer(await listener.accept());
}

async function answer(conn: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(256);
  try {
    for (let n; (n = await conn.read(buffer)) !== null;) {
      for (let at = 0; at < n; at += HEADER_SIZE + buffer[at + 13]!) {
        await conn.write(reply(buffer.subarray(at)));
      }
    }
  } catch {
    // The generator cuts its connections.
  }
  try {
    conn.close();
  } catch {
    // It is gone already.
  }
}

function reply(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  const conn = frame[1] === CONN;
  // Code 0, an id of 8 bytes, an empty object; a heartbeat's ack is a header only.
  const length = conn ? 11 : 0;
  const bytes = new Uint8Array(HEADER_SIZE + length);
  bytes.set(frame.subarray(0, HEADER_SIZE));
  bytes[1] = (frame[1] as number) + 1;
  bytes.fill(0, 10, 13);
  bytes[13] = length;
  if (conn) bytes.set([0, 0, 0, 0, 0, 0, 0, 0, 1, 0x7b, 0x7d], HEADER_SIZE);
  return bytes;
}

/**
 * What the runtime can do at best: bytes from one socket to another and nothing else. Speaks to the benchmark as
 * `gateway_process.ts` does. The first connection to the edge port is joined with the first one to the service port, the second with the
 * second, and so on.
 *
 * @module
 */

const listeners = [0, 1].map(() =>
  Deno.listen({ hostname: "127.0.0.1", port: 0 })
);
const [edge, service] = listeners.map((listener) =>
  (listener.addr as Deno.NetAddr).port
);
print(JSON.stringify({ edge, service }));
void join();
for await (const _ of Deno.stdin.readable) print("ok");
Deno.exit(0);

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}

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
  const buffer = new Uint8Array(262_144);
  try {
    for (;;) {
      const n = await from.read(buffer);
      if (n === null) break;
      for (let at = 0; at < n;) at += await to.write(buffer.subarray(at, n));
    }
  } catch {
    // A connection that is cut ends its relay; the generator counts that as an error if it is one.
  }
  to.close();
}

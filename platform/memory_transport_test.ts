import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MemoryNetwork } from "./memory_transport.ts";
import { formatAddress, type Transport } from "./transport.ts";

async function pair(): Promise<[Transport, Transport]> {
  const network = new MemoryNetwork();
  return [network.connect(), await network.accept()];
}

async function readExactly(
  transport: Transport,
  count: number,
): Promise<number[]> {
  const all: number[] = [];
  const buf = new Uint8Array(1_000);
  while (all.length < count) {
    const got = await transport.read(buf);
    if (got === null) break;
    all.push(...buf.subarray(0, got));
  }
  return all;
}

Deno.test("bytes arrive in order, whatever the sizes of reads and writes", async () => {
  const [a, b] = await pair();
  const bytes = new Uint8Array(300_000).map((_, i) => i * 7);
  const write = async () => {
    for (let at = 0; at < bytes.length;) {
      at += await a.write(bytes.subarray(at, at + 1 + (at % 9_000)));
    }
    a.close();
  };
  const [, got] = await Promise.all([write(), readExactly(b, Infinity)]);
  assertEquals(got, [...bytes]);
});

Deno.test("writer waits for a reader that does not read", async () => {
  const [a, b] = await pair();
  let written = 0;
  const write = async () => {
    while (written < 200_000) written += await a.write(new Uint8Array(10_000));
  };
  const writing = write();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(written, 65_536);
  await readExactly(b, 100_000);
  await readExactly(b, 100_000);
  await writing;
});

Deno.test("written bytes are the writer's again", async () => {
  const [a, b] = await pair();
  const bytes = new Uint8Array([1, 2, 3]);
  await a.write(bytes);
  bytes.fill(9);
  assertEquals(await readExactly(b, 3), [1, 2, 3]);
});

Deno.test("close ends pending reads and writes at both ends", async () => {
  const [a, b] = await pair();
  const reads = Promise.all([
    a.read(new Uint8Array(9)),
    b.read(new Uint8Array(9)),
  ]);
  a.close();
  a.close();
  assertEquals(await reads, [null, null]);
  await assertRejects(() => b.write(new Uint8Array(1)), Error, "Cannot write");
  const [c, d] = await pair();
  await c.write(new Uint8Array(65_536));
  const stuck = c.write(new Uint8Array(1));
  d.close();
  await assertRejects(() => stuck, Error, "Cannot write");
});

Deno.test("what was written before the close can still be read", async () => {
  const [a, b] = await pair();
  await a.write(new Uint8Array([1, 2]));
  a.close();
  assertEquals(await readExactly(b, 9), [1, 2]);
});

Deno.test("several readers of accept are served in turn", async () => {
  const network = new MemoryNetwork();
  const accepts = [network.accept(), network.accept()];
  const dialled = [network.connect(), network.connect()];
  const accepted = await Promise.all(accepts);
  for (const [i, one] of accepted.entries()) {
    assertEquals(one.remoteAddr, dialled[i]!.localAddr);
  }
  assertEquals(formatAddress(dialled[1]!.localAddr), ":2");
});

Deno.test("closed network takes and gives nothing", async () => {
  const network = new MemoryNetwork();
  const waiting = network.accept();
  network.close();
  await assertRejects(() => waiting, Error, "the network is closed");
  await assertRejects(() => network.accept(), Error, "the network is closed");
  assertThrows(() => network.connect(), Error, "the network is closed");

  const other = new MemoryNetwork();
  const client = other.connect();
  other.close();
  assertEquals(await client.read(new Uint8Array(1)), null);
  await assertRejects(() => other.accept(), Error, "the network is closed");
});

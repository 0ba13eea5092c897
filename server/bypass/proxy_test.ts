import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  connectTcp,
  listenTcp,
  MemoryNetwork,
  type Transport,
} from "@frontier/platform";
import { proxy } from "./proxy.ts";

async function connect(): Promise<[near: Transport, far: Transport]> {
  const network = new MemoryNetwork();
  const near = network.connect();
  return [near, await network.accept()];
}

async function readAll(transport: Transport): Promise<number[]> {
  const all: number[] = [];
  const buf = new Uint8Array(65_536);
  for (let n; (n = await transport.read(buf)) !== null;) {
    all.push(...buf.subarray(0, n));
  }
  return all;
}

async function writeAll(to: Transport, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}

const turn = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("proxy() passes on everything both ways and counts it", async () => {
  const [client, gateway] = await connect();
  const [out, target] = await connect();
  const running = proxy(
    gateway,
    new Uint8Array([1, 2]),
    () => Promise.resolve(out),
  );
  await client.write(new Uint8Array([3]));
  const buf = new Uint8Array(8);
  assertEquals(await target.read(buf), 2);
  assertEquals(await target.read(buf), 1);
  const answer = Uint8Array.from({ length: 300_000 }, (_, i) => i * 7);
  const reading = readAll(client);
  await writeAll(target, answer);
  target.close();
  // What the target said before it ended arrives whole.
  assertEquals(new Uint8Array(await reading), answer);
  assertEquals(await running, { up: 3, down: 300_000 });
});

Deno.test("proxy() passes on the answer to a client that has ended", async () => {
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const conn = await Deno.connect({ port: listener.addr.port });
  const gateway = await listener.accept();
  const [out, target] = await connect();
  const running = proxy(
    gateway,
    new Uint8Array([9]),
    () => Promise.resolve(out),
  );
  await conn.closeWrite();
  await turn(50);
  await writeAll(target, new Uint8Array([4, 5, 6]));
  const buf = new Uint8Array(8);
  assertEquals(await conn.read(buf), 3);
  // Both ends are closed when the answer pauses.
  assertEquals(await conn.read(buf), null);
  assertEquals(await readAll(target), [9]);
  assertEquals(await running, { up: 1, down: 3 });
  conn.close();
  listener.close();
});

Deno.test("proxy() reads no faster than the other side takes", async () => {
  const [client, gateway] = await connect();
  const [out, target] = await connect();
  const running = proxy(gateway, new Uint8Array(1), () => Promise.resolve(out));
  let sent = 0;
  const sending = (async () => {
    const chunk = new Uint8Array(16_384);
    try {
      while (true) sent += await client.write(chunk);
    } catch {
      // Closed below.
    }
  })();
  await turn(50);
  const stalled = sent;
  await turn(50);
  assertEquals(sent, stalled);
  assert(sent < 400_000, `${sent} bytes went into nothing`);
  // The way back is not held up by it.
  await target.write(new Uint8Array([1]));
  assertEquals(await client.read(new Uint8Array(4)), 1);
  target.close();
  client.close();
  await running;
  await sending;
});

Deno.test("proxy() closes the client if the target cannot be reached", async () => {
  const [client, gateway] = await connect();
  await assertRejects(
    () =>
      proxy(
        gateway,
        new Uint8Array(1),
        () => Promise.reject(new Error("Nobody there")),
      ),
    Error,
    "Nobody there",
  );
  assertEquals(await client.read(new Uint8Array(1)), null);
});

Deno.test("proxy() survives a client that is reset", async () => {
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const client = await connectTcp({ port: listener.addr.port });
  const gateway = await listener.accept();
  const [out, target] = await connect();
  const running = proxy(gateway, new Uint8Array(1), () => Promise.resolve(out));
  await writeAll(target, new Uint8Array(50_000));
  await turn(20);
  // Closed with unread bytes: the kernel resets the connection.
  client.close();
  await readAll(target);
  await running;
  listener.close();
});

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connectTcp, listenTcp } from "./tcp.ts";
import { formatAddress } from "./transport.ts";

Deno.test("listener and dialler meet, and know each other's address", async () => {
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const [client, server] = await Promise.all([
    connectTcp({ port: listener.addr.port }),
    listener.accept(),
  ]);
  assertEquals(client.remoteAddr, listener.addr);
  assertEquals(client.localAddr, server.remoteAddr);
  assertEquals(
    formatAddress(listener.addr),
    `127.0.0.1:${listener.addr.port}`,
  );
  await client.write(new Uint8Array([1, 2, 3]));
  const buf = new Uint8Array(8);
  assertEquals(await server.read(buf), 3);
  client.close();
  client.close();
  assertEquals(await server.read(buf), null);
  server.close();
  listener.close();
});

Deno.test("IPv6 addresses are written in brackets", () => {
  assertEquals(
    formatAddress({ hostname: "::1", port: 5 }),
    "[::1]:5",
  );
});

Deno.test("close ends a pending read and a pending accept", async () => {
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const [client, server] = await Promise.all([
    connectTcp({ port: listener.addr.port }),
    listener.accept(),
  ]);
  const read = client.read(new Uint8Array(8)).catch((error) => error);
  client.close();
  const outcome = await read;
  assert(outcome === null || outcome instanceof Error);
  server.close();
  const accept = listener.accept();
  listener.close();
  await assertRejects(() => accept);
});

Deno.test("failed connect names the address", async () => {
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await assertRejects(
    () => connectTcp({ port }),
    Error,
    `Cannot connect to 127.0.0.1:${port}: `,
  );
});

Deno.test("aborted connect rejects with the reason", async () => {
  const reason = new Error("Cannot wait any longer");
  await assertRejects(
    () => connectTcp({ port: 9, signal: AbortSignal.abort(reason) }),
    Error,
    "Cannot wait any longer",
  );
});

Deno.test("port in use cannot be bound twice", () => {
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  assertThrows(() =>
    listenTcp({ hostname: "127.0.0.1", port: listener.addr.port })
  );
  listener.close();
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import { dial } from "./dial.ts";
import { listenTcp } from "./tcp.ts";

Deno.test("dial() refuses what is not an address", async () => {
  const bad = ["", "host", "host:", "host:0", "host:65536", "::1:80", "a b:1"];
  for (const addr of bad) {
    await assertRejects(() => dial(addr), SyntaxError, `Cannot dial "${addr}"`);
  }
});

Deno.test("dial() takes names, addresses and nothing for the host", async () => {
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  for (const host of ["localhost", "127.0.0.1", ""]) {
    const accepted = listener.accept();
    const client = await dial(`${host}:${port}`);
    assertEquals(client.remoteAddr.port, port);
    client.close();
    (await accepted).close();
  }
  listener.close();
});

Deno.test("dial() tells where nobody listens", async () => {
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const tls = { mtls: false, caCerts: [], certs: [], insecureSkipVerify: true };
  for (const options of [undefined, tls]) {
    const error = await assertRejects(() => dial(`127.0.0.1:${port}`, options));
    assert(error instanceof Error);
    assert(error.message.startsWith(`Cannot connect to 127.0.0.1:${port}: `));
  }
});

Deno.test("dial() gives up when aborted, before and while", async () => {
  const reason = new Error("Not wanted any more");
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const addr = `127.0.0.1:${listener.addr.port}`;
  const tls = { mtls: false, caCerts: [], certs: [], insecureSkipVerify: true };
  for (const options of [undefined, tls]) {
    const signal = AbortSignal.abort(reason);
    const error = await assertRejects(() => dial(addr, options, { signal }));
    assertEquals(error, reason);
  }
  // The handshake is the part of dialling that can be kept waiting here.
  const stop = new AbortController();
  const dialling = dial(addr, tls, { signal: stop.signal });
  const accepted = await listener.accept();
  stop.abort(reason);
  assertEquals(await assertRejects(() => dialling), reason);
  accepted.close();
  await assertRejects(
    () => dial(addr, tls, { timeoutMs: 50 }),
    Error,
    `Cannot connect to ${addr}: `,
  );
  listener.close();
});

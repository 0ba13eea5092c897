import { assertEquals, assertRejects } from "@std/assert";
import { MemoryNetwork, type Transport } from "@frontier/platform";
import { sniff } from "./sniff.ts";

/** Both ends of a connection. */
async function connect(): Promise<[client: Transport, server: Transport]> {
  const network = new MemoryNetwork();
  const client = network.connect();
  return [client, await network.accept()];
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

Deno.test("sniff() tells the protocol by two bytes", async () => {
  const cases: [number[], boolean][] = [
    [[1, 1], true],
    [[1, 1, 0, 0, 7], true],
    [[1, 2], false],
    [[2, 1], false],
    [[0, 0], false],
    [[0x47, 0x45, 0x54], false],
  ];
  for (const [bytes, protocol] of cases) {
    const [client, server] = await connect();
    await client.write(new Uint8Array(bytes));
    assertEquals(await sniff(server), {
      protocol,
      first: new Uint8Array(bytes),
    });
    client.close();
  }
});

Deno.test("sniff() waits for the second byte only if the first leaves it open", async () => {
  const [client, server] = await connect();
  const sniffing = sniff(server);
  await client.write(new Uint8Array([1]));
  await turn();
  await client.write(new Uint8Array([1, 9]));
  assertEquals(await sniffing, {
    protocol: true,
    first: new Uint8Array([1, 1, 9]),
  });
  const [other, foreign] = await connect();
  await other.write(new Uint8Array([0x47]));
  assertEquals(await sniff(foreign), {
    protocol: false,
    first: new Uint8Array([0x47]),
  });
  client.close();
  other.close();
});

Deno.test("sniff() drops who says too little in time", async () => {
  for (const said of [0, 1]) {
    const [client, server] = await connect();
    if (said > 0) await client.write(new Uint8Array([1]));
    await assertRejects(
      () => sniff(server, 30),
      Error,
      `${said} bytes within 30 ms`,
    );
    assertEquals(await client.read(new Uint8Array(1)), null);
  }
});

Deno.test("sniff() drops who ends too early", async () => {
  const [client, server] = await connect();
  await client.write(new Uint8Array([1]));
  client.close();
  await assertRejects(() => sniff(server), Error, "it ended after 1 bytes");
});

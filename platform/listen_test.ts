import { assert, assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { dial } from "./dial.ts";
import { listen } from "./listen.ts";
import { NULL_LOGGER } from "./log.ts";

const here = (name: string): string =>
  fileURLToPath(new URL(`./testdata/${name}`, import.meta.url));
const LOCALHOST = {
  mtls: false,
  caCerts: [],
  certs: [{ cert: here("localhost.pem"), key: here("localhost.key") }],
};
const CLIENT = {
  mtls: true,
  caCerts: [here("ca.pem")],
  certs: [],
  insecureSkipVerify: false,
};
const PLACE = { hostname: "127.0.0.1", port: 0 };

Deno.test("listen() and dial() speak plain TCP or TLS as configured", async () => {
  for (const secure of [false, true]) {
    const listener = await listen(
      { ...PLACE, ...(secure && { tls: LOCALHOST }) },
      NULL_LOGGER,
    );
    assertEquals(listener.reload !== undefined, secure);
    await listener.reload?.();
    const accepted = listener.accept();
    const client = await dial(
      `127.0.0.1:${listener.addr.port}`,
      secure ? CLIENT : undefined,
    );
    const server = await accepted;
    await client.write(new Uint8Array([7]));
    const buf = new Uint8Array(4);
    assertEquals(await server.read(buf), 1);
    assertEquals(buf[0], 7);
    client.close();
    assertEquals(await server.read(buf), null);
    server.close();
    listener.close();
  }
});

Deno.test("listen() names an address that it cannot have", async () => {
  const taken = await listen(PLACE, NULL_LOGGER);
  const { port } = taken.addr;
  for (const tls of [undefined, LOCALHOST]) {
    await assertRejects(
      () =>
        listen(
          { hostname: "127.0.0.1", port, ...(tls && { tls }) },
          NULL_LOGGER,
        ),
      Error,
      `Cannot listen on 127.0.0.1:${port}: `,
    );
  }
  taken.close();
});

Deno.test("listen() frees the address when the certificates are no good", async () => {
  const first = await listen(PLACE, NULL_LOGGER);
  const { port } = first.addr;
  first.close();
  await assertRejects(() =>
    listen(
      { hostname: "127.0.0.1", port, tls: { ...LOCALHOST, certs: [] } },
      NULL_LOGGER,
    )
  );
  const second = await listen({ hostname: "127.0.0.1", port }, NULL_LOGGER);
  assert(second.addr.port === port);
  second.close();
});

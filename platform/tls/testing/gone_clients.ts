/**
 * A program of its own, run with `--v8-flags=--expose-gc`: clients leave in the
 * middle of their handshakes. It prints what their server keeps of each
 * afterwards, in bytes.
 *
 * @module
 */

import { memoryUsage } from "node:process";
import { fileURLToPath } from "node:url";
import { connectTcp, listenTcp } from "../../tcp.ts";
import { connectTls } from "../connect.ts";
import { TlsServer } from "../server.ts";

const CLIENTS = 300;
/** Milliseconds a handshake may take; longer than the program runs. */
const TIMEOUT_MS = 60_000;
/** Milliseconds until all that follows from an end is done. */
const SETTLE_MS = 1_000;

const nothing = () => {};
const path = (name: string): string =>
  fileURLToPath(new URL(`../../testdata/${name}`, import.meta.url));
const tls = await TlsServer.read({
  mtls: false,
  caCerts: [],
  certs: [{ cert: path("localhost.pem"), key: path("localhost.key") }],
}, { debug: nothing, info: nothing, warn: nothing, error: nothing });
const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
const { port } = listener.addr;
const buf = new Uint8Array(8_192);

/** What a client says first, from one that gets no answer. */
async function firstWords(): Promise<Uint8Array> {
  const stop = new AbortController();
  const joining = connectTls({
    hostname: "127.0.0.1",
    port,
    signal: stop.signal,
    tls: { mtls: false, caCerts: [], certs: [], insecureSkipVerify: true },
  });
  const raw = await listener.accept();
  const count = await raw.read(buf);
  stop.abort();
  await joining.catch(nothing);
  raw.close();
  return buf.slice(0, count!);
}

const hello = await firstWords();

/** Comes, hears the answer, and goes. */
async function visit(): Promise<void> {
  const client = await connectTcp({ port });
  const secured = tls.secure(await listener.accept(), TIMEOUT_MS);
  await client.write(hello);
  await client.read(buf);
  client.close();
  await secured.then(() => {
    throw new Error("It has shaken hands");
  }, nothing);
}

async function heap(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  (globalThis as unknown as { gc: () => void }).gc();
  return memoryUsage().heapUsed;
}

// What the first ones load and compile stays.
for (let i = 0; i < 20; i++) await visit();
const before = await heap();
for (let i = 0; i < CLIENTS; i += 20) {
  await Promise.all(Array.from({ length: 20 }, visit));
}
console.log(Math.round((await heap() - before) / CLIENTS));
listener.close();

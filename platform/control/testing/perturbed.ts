/**
 * Opens, cancels and closes calls of gRPC in every order that a peer may choose. To be run with memory that is overwritten
 * when it is freed: the process must outlive it. Ends with one line.
 *
 * @module
 */

import "../http2_guard.ts";
import { credentials, makeGenericClientConstructor } from "@grpc/grpc-js";
import { NULL_LOGGER } from "../../log/mod.ts";
import { ControlPort } from "../port.ts";
import { echoApi } from "./echo_api.ts";
import {
  callHeaders,
  DATA,
  END_HEADERS,
  END_STREAM,
  frame,
  GOAWAY,
  HEADERS,
  join,
  PING,
  PREFACE,
  RST_STREAM,
  SETTINGS,
} from "./http2_frames.ts";

const rounds = Number(Deno.args[0]);

await using port = await ControlPort.open({
  hostname: "127.0.0.1",
  port: 0,
  apis: [echoApi()],
  log: NULL_LOGGER,
});
const target = `127.0.0.1:${port.addr.port}`;

/** A call with an empty message. */
const CALL = [
  frame(HEADERS, END_HEADERS, 1, callHeaders("/test.Echo/Watch")),
  frame(DATA, END_STREAM, 1, new Uint8Array(5)),
];
const CANCEL = frame(RST_STREAM, 0, 1, new Uint8Array([0, 0, 0, 8]));
const GONE = frame(GOAWAY, 0, 0, new Uint8Array(8));

/** What a peer may send in one piece after its settings. */
const PIECES: Uint8Array[][] = [
  [GONE],
  [...CALL, CANCEL, GONE],
  [...CALL, GONE],
  [...CALL, GONE, CANCEL],
  // An answer that nobody asked for.
  [frame(PING, END_STREAM, 0, new Uint8Array(8))],
  [...CALL, frame(PING, END_STREAM, 0, new Uint8Array(8))],
  // On a stream that is not open, and of a length that cannot be.
  [frame(DATA, 0, 99, new Uint8Array(4))],
  [...CALL, frame(SETTINGS, 0, 0, new Uint8Array(5))],
  [frame(RST_STREAM, 0, 7, new Uint8Array(4))],
];

/** Sends a piece, and reads until the other side has had enough. */
async function raw(piece: Uint8Array[]): Promise<void> {
  using conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: port.addr.port,
  });
  await conn.write(join([PREFACE, frame(SETTINGS, 0, 0), ...piece]));
  const end = setTimeout(() => conn.closeWrite().catch(() => {}), 20);
  try {
    const buf = new Uint8Array(4096);
    while (await conn.read(buf) !== null);
  } catch {
    // A reset is an end, too.
  }
  clearTimeout(end);
}

const definition = {
  check: {
    path: "/test.Echo/Check",
    requestStream: false,
    responseStream: false,
    requestSerialize: (value: Uint8Array) => globalThis.Buffer.from(value),
    requestDeserialize: (value: Uint8Array) => value,
    responseSerialize: (value: Uint8Array) => globalThis.Buffer.from(value),
    responseDeserialize: (value: Uint8Array) => value,
  },
};
const Client = makeGenericClientConstructor({
  ...definition,
  watch: {
    ...definition.check,
    path: "/test.Echo/Watch",
    responseStream: true,
  },
}, "test.Echo");

/** Calls, watches, cancels, and closes. */
async function client(i: number): Promise<void> {
  const client = new Client(target, credentials.createInsecure());
  const empty = new Uint8Array(0);
  await new Promise<void>((resolve, reject) =>
    client.check!(
      empty,
      (error: Error | null) => error === null ? resolve() : reject(error),
    )
  );
  const watch = client.watch!(empty);
  watch.on("error", () => {});
  await new Promise((resolve) => watch.once("data", resolve));
  // Before, with and after the end of the connection.
  if (i % 3 === 0) watch.cancel();
  client.close();
  if (i % 3 === 1) watch.cancel();
  if (i % 3 === 2) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    watch.cancel();
  }
}

for (let i = 0; i < rounds; i++) {
  for (const piece of PIECES) await raw(piece);
  await client(i);
}
await port.close();
console.log(`${rounds} rounds`);

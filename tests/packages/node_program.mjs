/**
 * A service and an edge on Node.js, for `node_test.ts`: does everything once and prints what came of it, in lines of JSON.
 *
 * `node node_program.mjs SERVICE_PORT EDGE_PORT [CA CERT KEY]`; with certificates over TLS.
 */

import process from "node:process";
import readline from "node:readline/promises";
import { Edge, FrontierError, Service } from "@frontier/client";
import { connectTls } from "@frontier/client/tls";

const [servicePort, edgePort, ca, cert, key] = process.argv.slice(2);
const say = (what, value) => console.log(JSON.stringify({ what, value }));
const lines = readline.createInterface({ input: process.stdin })
  [Symbol.asyncIterator]();
const soon = { minDelayMs: 10, firstDelayMs: 50, maxDelayMs: 100 };

const over = (own) =>
  ca === undefined ? {} : {
    dial: (to) => connectTls({ ...to, caFile: ca, ...own }),
  };
const service = await Service.connect({
  name: "node",
  topics: ["news"],
  port: Number(servicePort),
  reconnect: soon,
  methods: {
    echo: (request) => request.data,
    fail: () => {
      throw new Error("no luck");
    },
  },
  ...over({ certFile: cert, keyFile: key }),
});
const edge = await Edge.connect({
  port: Number(edgePort),
  reconnect: soon,
  ...over({}),
});
await edge.register("where", () => "on the edge");
say("edge id", String(edge.edgeId));

// Every length around what the codec and the sockets treat apart.
let wrong = 0;
for (
  const length of [
    0,
    1,
    2,
    3,
    57,
    511,
    512,
    767,
    768,
    49_151,
    49_152,
    49_153,
    300_000,
    3_000_000,
  ]
) {
  const data = new Uint8Array(length).map((_, i) => i * 31 + length);
  const reply = await edge.call("echo", data);
  if (
    reply.data.length !== length ||
    reply.data.some((byte, i) => byte !== data[i])
  ) wrong++;
}
say("echoes that differ", wrong);
say("called by the service", (await service.call(edge.edgeId, "where")).text());
const refused = await edge.call("fail").catch((error) => error);
say("error of a handler", [
  refused instanceof FrontierError,
  refused.code,
  refused.message.includes("no luck"),
]);

const arriving = (async () => {
  for await (const message of service.messages()) {
    const text = message.text();
    message.done();
    return text;
  }
})();
await edge.publish("news", "something happened");
say("message", await arriving);

const accepting = (async () => {
  for await (const stream of service.streams()) return stream;
})();
const stream = await edge.openStream("node");
const accepted = await accepting;
const total = 4_000_000;
const sending = (async () => {
  const writer = stream.writable.getWriter();
  for (let at = 0; at < total; at += 50_000) {
    await writer.write(new Uint8Array(50_000).fill(at / 50_000));
  }
  await writer.close();
})();
let received = 0;
let sum = 0;
for await (const chunk of accepted.readable) {
  received += chunk.length;
  for (const byte of chunk) sum += byte;
}
await sending;
say("stream", [received, sum]);

say("ready", true);
// The gateway is started anew now.
await lines.next();
const deadline = Date.now() + 20_000;
let again;
while (again === undefined && Date.now() < deadline) {
  again = await edge.call("echo", "again", { timeoutMs: 2_000 }).then(
    (reply) => reply.text(),
    () => undefined,
  );
}
say("after the gateway came back", again);
await edge.close();
await service.close();
say("closed", true);
lines.return?.();
process.stdin.destroy();

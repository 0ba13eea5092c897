/** An edge whose every answer asks something back. */

import { Edge, FrontierError } from "@frontier/client";

const edge = await Edge.connect({
  port: Number(Deno.args[0]),
  reconnect: false,
  methods: {
    greet: async ({ data }) => {
      const found = await edge.call("lookup", data);
      const failed = await edge.call("fail").catch((error) => error);
      if (!(failed instanceof FrontierError)) throw new Error("did not fail");
      return `${found.text()} ${failed.code}`;
    },
  },
});
console.log(`edge ${edge.edgeId}`);

const messages = (async () => {
  for await (const message of edge.messages()) {
    await message.withTrace(() => edge.publish("news", message.data));
    message.done();
  }
})().catch(() => {});
const streams = (async () => {
  for await (const stream of edge.streams()) {
    const back = await stream.withTrace(() => edge.openStream("files"));
    await back.closed;
  }
})().catch(() => {});
await edge.closed;
await Promise.all([messages, streams]);

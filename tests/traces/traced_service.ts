/** A service that does all there is with one edge, in one trace where traces are collected. */

import { Service } from "@frontier/client";
import { trace } from "@opentelemetry/api";

const service = await Service.connect({
  port: Number(Deno.args[0]),
  name: "files",
  topics: ["news"],
  reconnect: false,
});
await service.register("lookup", ({ data }) => data);
await service.register("fail", () => {
  throw new Error("not today");
});
const edgeId = BigInt(Deno.args[1]!);

await trace.getTracer("test").startActiveSpan("all of it", async (span) => {
  const reply = await service.call(edgeId, "greet", "x");
  if (reply.text() !== "x remote") throw new Error(reply.text());
  const told = service.publish(edgeId, "hello");
  const news = await service.receive();
  news.done();
  await told;
  const stream = await service.openStream(edgeId);
  const opened = await service.acceptStream();
  await stream.close();
  await opened.close();
  span.end();
});
await service.close();

/** What operators need beyond the nine methods. */

import { assert, assertEquals } from "@std/assert";
import { Stage } from "./stage.ts";

type Row = Record<string, unknown>;

/** Waits until something is so. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000;
  while (!await holds()) {
    assert(Date.now() < end, "it never came about");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("counters count what a connection does", async () => {
  await using stage = await Stage.open();
  const edge = await stage.edge("counted");
  const service = await stage.service("greeter", ["news"]);
  await service.register("greet", ({ data }) => data);
  await edge.register("blink", ({ data }) => data);
  const path = `/admin/v1/edges/${edge.edgeId}`;
  const counters = async () =>
    (await stage.rest(path)).body.counters as Record<string, string>;
  const before = await counters();
  assertEquals([before.calls_in, before.messages_in], ["0", "0"]);
  for (let i = 0; i < 3; i++) await edge.call("greet", "x");
  await service.call(edge.edgeId, "blink", "x");
  const publish = edge.publish("news", "x".repeat(1_000));
  for await (const message of service.messages()) {
    message.done();
    break;
  }
  await publish;
  const after = await counters();
  assertEquals(
    [after.calls_in, after.calls_out, after.messages_in, after.messages_out],
    ["3", "1", "1", "0"],
  );
  assert(Number(after.bytes_in) - Number(before.bytes_in) > 1_000);
  const { body } = await stage.rest(`/admin/v1/services/${service.serviceId}`);
  const { calls_out, messages_out } = body.counters as Record<string, string>;
  assertEquals([calls_out, messages_out], ["3", "1"]);
  assertEquals(body.methods, ["greet"]);
  assertEquals(body.topics, ["news"]);
});

Deno.test("edges are found by what their meta contains, and since when they are there", async () => {
  await using stage = await Stage.open();
  for (const meta of ["site-1/door", "site-2/door", "site-2/lamp"]) {
    await stage.edge(meta);
  }
  const metas = async (query: string) => {
    const { body } = await stage.rest(`/admin/v1/edges?${query}`);
    return (body.connections as Row[]).map(({ meta }) => meta).sort();
  };
  assertEquals(await metas("meta=door"), ["site-1/door", "site-2/door"]);
  assertEquals(await metas("meta=2%2F"), ["site-2/door", "site-2/lamp"]);
  assertEquals(await metas("meta=%25"), []);
  const now = Math.floor(Date.now() / 1000);
  assertEquals((await metas(`connected_since=${now - 60}`)).length, 3);
  assertEquals(await metas(`connected_since=${now + 60}`), []);
  assertEquals(await metas("order=%2Bmeta&page=2&page_size=2"), [
    "site-2/lamp",
  ]);
  assertEquals((await metas("page_size=2")).length, 2);
  assertEquals((await metas("page=1&page_size=0")).length, 3);
  assertEquals(await metas("page=2"), []);
});

Deno.test("open streams are listed from both ends", async () => {
  await using stage = await Stage.open();
  const edge = await stage.edge("opener");
  const service = await stage.service("files");
  const accepted = (async () => {
    for await (const stream of service.streams()) return stream;
  })();
  const stream = await edge.openStream("files");
  const other = (await accepted)!;
  await stream.write(new Uint8Array(500));
  const streamsOf = async (path: string) => {
    const { body } = await stage.rest(`/admin/v1/${path}/streams`);
    return body as { streams: Row[]; count: number };
  };
  const ofEdge = `edges/${edge.edgeId}`;
  const ofService = `services/${service.serviceId}`;
  await until(async () =>
    (await streamsOf(ofService)).streams[0]?.bytes_out === "500"
  );
  const [{ age_ms: _, ...seen }] = (await streamsOf(ofEdge)).streams as [Row];
  assertEquals(seen, {
    stream_id: seen.stream_id,
    peer_kind: "CONNECTION_KIND_SERVICE",
    peer_id: String(service.serviceId),
    peer_service: "files",
    opener: true,
    bytes_in: "500",
    bytes_out: "0",
  });
  const [from] = (await streamsOf(ofService)).streams;
  assertEquals([from!.peer_id, from!.opener], [String(edge.edgeId), false]);
  await Promise.all([stream.close(), other.close()]);
  await until(async () => (await streamsOf(ofEdge)).count === 0);
});

Deno.test("a drain is begun, watched and ended over REST", async () => {
  const stage = await Stage.open();
  await stage.edge("one");
  await stage.service("two");
  const before = await stage.rest("/admin/v1/drain");
  assertEquals(before.body.phase, "running");
  assertEquals((await stage.rest("/admin/v1/status")).body.state, "running");
  const begun = await stage.rest("/admin/v1/drain", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"seconds": 20}',
  });
  assertEquals(begun.status, 200);
  assert(Number(begun.body.remaining_ms) > 15_000);
  assertEquals((await stage.rest("/admin/v1/status")).body.state, "draining");
  await until(async () =>
    (await stage.rest("/admin/v1/drain")).body.phase === "done"
  );
  const { body } = await stage.rest("/admin/v1/drain");
  assertEquals([(body.edges as Row).gone, (body.services as Row).gone], [1, 1]);
  await stage[Symbol.asyncDispose]();
});

Deno.test("the documents are served without a token, and are what is checked in", async () => {
  await using stage = await Stage.open({
    control: { tokens: [{ role: "read", token: "0123456789abcdef" }] },
  });
  const { text } = await stage.rest("/openapi.json");
  const kept = new URL("../../docs/openapi.json", import.meta.url);
  assertEquals(text, await Deno.readTextFile(kept));
  const page = await fetch(`http://${stage.target}/docs`);
  assertEquals(page.headers.get("content-type"), "text/html; charset=utf-8");
  assert(page.headers.get("content-security-policy")!.includes("'none'"));
  const html = await page.text();
  for (const path of Object.keys(JSON.parse(text).paths)) {
    assert(html.includes(`data-path="${path}"`), path);
  }
  assertEquals((await stage.rest("/v1/edges")).status, 401);
});

Deno.test("curl sees what the papers show", async () => {
  await using stage = await Stage.open();
  const edge = await stage.edge("alice");
  const curl = async (...args: string[]) => {
    const { stdout } = await new Deno.Command("curl", {
      args: ["-s", ...args],
    }).output();
    return new TextDecoder().decode(stdout);
  };
  const url = `http://${stage.target}`;
  const listed = await curl(`${url}/v1/edges?page=1&page_size=2`);
  assert(listed.includes(`"edge_id":"${edge.edgeId}"`), listed);
  const overHttp2 = await curl(
    "--http2-prior-knowledge",
    `${url}/v1/edges?page=1&page_size=2`,
  );
  assertEquals(overHttp2, listed);
  assertEquals(
    await curl("-X", "DELETE", `${url}/v1/edges/${edge.edgeId}`),
    "{}",
  );
});

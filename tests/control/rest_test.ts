/** The calls over REST as they are written in the papers of Frontier and of this project. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Stage } from "./stage.ts";

Deno.test("lists have the shape that clients of Frontier know", async () => {
  await using stage = await Stage.open();
  const alice = await stage.edge("alice");
  await stage.edge("bob");
  const service = await stage.service("greeter", ["t1", "t2"]);
  await service.register("greet", ({ data }) => data);

  const edges = await stage.rest("/v1/edges?page=1&page_size=1&meta=al");
  const [edge] = edges.body.edges as Record<string, string>[];
  assertEquals(edges.status, 200);
  assertEquals(Object.keys(edges.body), ["edges", "count"]);
  assertEquals(edges.body.count, -1);
  assertEquals(Object.keys(edge!), ["edge_id", "meta", "addr", "create_time"]);
  assertEquals(edge!.edge_id, String(alice.edgeId));
  assertEquals(edge!.meta, "alice");
  assertMatch(edge!.addr!, /^127\.0\.0\.1:\d+$/);
  assert(Math.abs(Number(edge!.create_time) - Date.now() / 1000) < 60);

  const one = await stage.rest(`/v1/edges/${alice.edgeId}`);
  assertEquals(one.body, edge);

  const services = await stage.rest("/v1/services?service=greet");
  const [found] = services.body.services as Record<string, string>[];
  assertEquals(found!.service_id, String(service.serviceId));
  assertEquals(found!.service, "greeter");
  assertEquals(
    (await stage.rest(`/v1/services/${service.serviceId}`)).body,
    found,
  );

  const id = `service_id=${service.serviceId}`;
  assertEquals((await stage.rest(`/v1/services/rpcs?${id}`)).body, {
    rpcs: ["greet"],
    count: -1,
  });
  const topics = (await stage.rest(`/v1/services/topics?${id}`)).body.topics;
  assertEquals((topics as string[]).sort(), ["t1", "t2"]);
});

Deno.test("the methods of edges are listed", async () => {
  await using stage = await Stage.open();
  const edge = await stage.edge("alice");
  await edge.register("blink", () => {});
  const { body } = await stage.rest(`/v1/edges/rpcs?edge_id=${edge.edgeId}`);
  assertEquals(body, { rpcs: ["blink"], count: -1 });
  const other = await stage.rest("/v1/edges/rpcs?edgeId=17");
  assertEquals(other.body, { rpcs: [], count: -1 });
});

Deno.test("parameters have the name of the field or that of JSON", async () => {
  await using stage = await Stage.open();
  for (const meta of ["a", "b", "c"]) await stage.edge(meta);
  for (const query of ["page=1&page_size=2", "page=1&pageSize=2"]) {
    const { body } = await stage.rest(`/v1/edges?${query}&order=meta&other=1`);
    assertEquals(
      (body.edges as { meta: string }[]).map(({ meta }) => meta),
      ["c", "b"],
    );
  }
  const { body } = await stage.rest("/v1/edges?order=%2Bmeta&meta=");
  assertEquals(
    (body.edges as { meta: string }[]).map(({ meta }) => meta),
    ["a", "b", "c"],
  );
});

Deno.test("a kick closes the connection, of an edge or a service", async () => {
  await using stage = await Stage.open();
  const edge = await stage.edge("alice");
  const service = await stage.service("greeter");
  const path = `/v1/edges/${edge.edgeId}`;
  assertEquals(await stage.rest(path, { method: "DELETE" }), {
    status: 200,
    body: {},
    text: "{}",
  });
  assertEquals((await stage.rest(path)).status, 404);
  const other = `/v1/services/${service.serviceId}`;
  // It is no edge.
  const wrong = `/v1/edges/${service.serviceId}`;
  assertEquals((await stage.rest(wrong, { method: "DELETE" })).status, 404);
  assertEquals((await stage.rest(other)).status, 200);
  assertEquals((await stage.rest(other, { method: "DELETE" })).status, 200);
  assertEquals((await stage.rest(other)).status, 404);
});

const EDGE_ID = "expected a whole number from 0 to 18446744073709551615";

/** What is wrong, and what its caller is told. */
const WRONG: [string, number, string, string, string][] = [
  ["GET /v1/edges/17", 404, "NOT_FOUND", "not found", "there is no edge 17"],
  ["DELETE /v1/edges/17", 404, "NOT_FOUND", "edge not online", "no edge 17"],
  ["GET /v1/services/17", 404, "NOT_FOUND", "not found", "no service 17"],
  ["DELETE /v1/services/17", 404, "NOT_FOUND", "not online", "service 17"],
  ["GET /v1/edges/abc", 400, "CODEC", 'edge_id "abc"', EDGE_ID],
  ["GET /v1/edges/-1", 400, "CODEC", 'edge_id "-1"', EDGE_ID],
  ["GET /v1/edges/18446744073709551616", 400, "CODEC", "edge_id", EDGE_ID],
  ["DELETE /v1/services/x", 400, "CODEC", 'service_id "x"', EDGE_ID],
  ["GET /v1/edges?page=x", 400, "CODEC", 'page "x"', "whole number"],
  ["GET /v1/edges?page=1&page=2", 400, "CODEC", "Too many values", "page"],
  ["GET /v1/edges?page_size=10001", 400, "INVALID_ARGUMENT", "10001", "10000"],
  ["GET /v1/edges?order=size", 400, "INVALID_ARGUMENT", '"size"', "edge_id"],
  ["GET /admin/v1/edges?mta=x", 400, "CODEC", '"mta"', "connected_since"],
  ["POST /v1/edges", 405, "METHOD_NOT_ALLOWED", "POST /v1/edges", "GET"],
  ["GET /v2/edges", 404, "NOT_FOUND", "GET /v2/edges", "/docs"],
  ["GET /debug/pprof", 404, "NOT_FOUND", "GET /debug/pprof", "/docs"],
];

for (const [call, status, reason, ...parts] of WRONG) {
  Deno.test(`${call} says what is wrong`, async () => {
    await using stage = await Stage.open();
    const [method, path] = call.split(" ");
    const answer = await stage.rest(path!, { method: method! });
    assertEquals(answer.status, status);
    const { code, message, metadata } = answer.body;
    assertEquals(Object.keys(answer.body), [
      "code",
      "reason",
      "message",
      "metadata",
    ]);
    assertEquals([code, answer.body.reason], [status, reason]);
    assertEquals(typeof metadata, "object");
    for (const part of parts) {
      assert(String(message).includes(part), String(message));
    }
  });
}

Deno.test("a path with a slash at its end leads to the one without, on this host", async () => {
  await using stage = await Stage.open();
  for (
    const [path, target] of [
      ["/v1/edges/", "/v1/edges"],
      ["/v1/edges/?page=1", "/v1/edges?page=1"],
      ["//elsewhere.example/", "/elsewhere.example"],
    ]
  ) {
    const response = await fetch(`http://${stage.target}${path}`, {
      redirect: "manual",
    });
    await response.body?.cancel();
    assertEquals(response.status, 301);
    assertEquals(response.headers.get("location"), target);
  }
});

Deno.test("ids beyond the numbers of JavaScript stay what they are", async () => {
  await using stage = await Stage.open();
  const { body } = await stage.rest("/v1/edges/18446744073709551615");
  assertEquals(body.metadata, { edge_id: "18446744073709551615" });
});

Deno.test("a meta that is no text is listed with what can be read of it", async () => {
  await using stage = await Stage.open();
  await stage.edge(new Uint8Array([0x61, 0xff, 0x62]));
  const { body } = await stage.rest("/v1/edges");
  assertEquals((body.edges as { meta: string }[])[0]!.meta, "a\ufffdb");
});

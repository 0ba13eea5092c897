/** The eight methods over REST, as the papers of Frontlas meant them. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { ControlStage } from "./control_stage.ts";

const EDGE = 7564932850180653057n;

/** Two gateways, three edges, a service that is at both. */
async function stage(): Promise<ControlStage> {
  const stage = await ControlStage.open();
  await stage.switched.gateway("frontier01", [EDGE, 2n], [9n]);
  await stage.switched.gateway("frontier02", [3n], [9n, 10n]);
  return stage;
}

const ONE = {
  frontierId: "frontier01",
  advertisedSbAddr: "frontier01:30011",
  advertisedEbAddr: "frontier01:30012",
};
const TWO = {
  frontierId: "frontier02",
  advertisedSbAddr: "frontier02:30011",
  advertisedEbAddr: "frontier02:30012",
};

Deno.test("gateways are listed: all, those of some edges, some by id", async () => {
  await using at = await stage();
  for (
    const [path, frontiers] of [
      ["/cluster/v1/frontiers", [ONE, TWO]],
      ["/cluster/v1/frontiers?count=10", [ONE, TWO]],
      ["/cluster/v1/frontiers?edge_ids=3", [TWO]],
      ["/cluster/v1/frontiers?edgeIds[]=3&edge_ids=2&edge_ids[]=3", [TWO, ONE]],
      [`/cluster/v1/frontiers?edge_ids=${EDGE}&edge_ids=2`, [ONE]],
      ["/cluster/v1/frontiers?edge_ids=99", []],
      ["/cluster/v1/frontiers?frontier_ids=frontier02", [TWO]],
      ["/cluster/v1/frontiers?frontierIds=nobody&frontier_ids=frontier01", [
        ONE,
      ]],
      // The first that is asked for counts.
      ["/cluster/v1/frontiers?edge_ids=3&frontier_ids=frontier01", [TWO]],
    ] as const
  ) {
    const { status, body } = await at.rest(path);
    const known = (body.frontiers as { frontierId: string }[])
      .toSorted((a, b) => a.frontierId < b.frontierId ? -1 : 1);
    assertEquals(status, 200);
    assertEquals(Object.keys(body), ["frontiers"], path);
    assertEquals(
      known,
      [...frontiers].sort((a, b) => a.frontierId < b.frontierId ? -1 : 1),
      path,
    );
  }
});

Deno.test("a page has a cursor, and the last one has 0", async () => {
  await using at = await stage();
  for (const what of ["frontiers", "edges", "services"]) {
    const seen: unknown[] = [];
    let cursor: unknown = 0;
    do {
      const { body } = await at.rest(
        `/cluster/v1/${what}?cursor=${cursor}&count=1`,
      );
      seen.push(...body[what] as unknown[]);
      assert(Number.isInteger(body.cursor));
      cursor = body.cursor;
    } while (cursor !== 0);
    assertEquals(seen.length, what === "frontiers" ? 2 : 3, what);
    const whole = await at.rest(`/cluster/v1/${what}?cursor=0&count=0`);
    assertEquals(whole.body.cursor, 0);
    assertEquals((whole.body[what] as unknown[]).length, seen.length);
  }
});

Deno.test("a page larger than allowed is one as large as allowed", async () => {
  const at = await ControlStage.open({ maxPageSize: 4 });
  await using _ = at;
  await at.switched.gateway("a", [1n, 2n, 3n, 4n, 5n, 6n]);
  const { body } = await at.rest("/cluster/v1/edges?cursor=0&count=4294967295");
  assertEquals((body.edges as unknown[]).length, 4);
  const ids = [1, 2, 3, 4, 5].map((id) => `edge_ids=${id}`).join("&");
  const { status, body: error } = await at.rest(`/cluster/v1/edges?${ids}`);
  assertEquals([status, error.reason], [400, "INVALID_ARGUMENT"]);
  assertMatch(String(error.message), /5 ids .* at most 4/);
});

Deno.test("an edge is found, with its gateway", async () => {
  await using at = await stage();
  const edge = await at.rest(`/cluster/v1/edge?edge_id=${EDGE}`);
  const { updateTime, ...rest } = edge.body.edge as Record<string, string>;
  assertEquals(rest, {
    edgeId: String(EDGE),
    addr: "10.0.0.1:0",
    frontierId: "frontier01",
  });
  assert(Math.abs(Number(updateTime) - Date.now() / 1_000) < 60);
  assertEquals(typeof updateTime, "string");
  const listed = await at.rest(
    `/cluster/v1/edges?edgeIds=${EDGE}&edge_ids=99&edge_ids=3`,
  );
  assertEquals(
    (listed.body.edges as { edgeId: string }[]).map(({ edgeId }) => edgeId),
    [String(EDGE), "3"],
  );
  const frontier = await at.rest(`/cluster/v1/frontier?edgeId=${EDGE}`);
  assertEquals(frontier.body, { fontier: ONE });
});

Deno.test("a service is found at its newest gateway, and listed at each", async () => {
  await using at = await stage();
  const { body } = await at.rest("/cluster/v1/service?service_id=10");
  const service = body.service as Record<string, string>;
  assertEquals(Object.keys(service).sort(), [
    "addr",
    "frontierId",
    "service",
    "updateTime",
  ]);
  assertEquals(service.service, '{"service":"greeter","topics":null}');
  assertEquals(service.frontierId, "frontier02");
  const listed = await at.rest(
    "/cluster/v1/services?service_ids=9&service_ids=11",
  );
  assertEquals(
    (listed.body.services as { frontierId: string }[])
      .map(({ frontierId }) => frontierId).sort(),
    ["frontier01", "frontier02"],
  );
});

Deno.test("edges and services are counted", async () => {
  await using at = await stage();
  assertEquals(
    (await at.rest("/cluster/v1/edges/count")).text,
    '{"count":"3"}',
  );
  assertEquals(
    (await at.rest("/cluster/v1/services/count")).text,
    '{"count":"3"}',
  );
});

Deno.test("more ids than an address can hold are asked for by POST", async () => {
  await using at = await stage();
  const ids = [
    String(EDGE),
    ...Array.from({ length: 2_000 }, (_, i) => `${i}`),
  ];
  const ask = (path: string, body: unknown) =>
    at.rest(`/cluster/v1/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const { body: { edges } } = await ask("edges", { edgeIds: ids });
  assertEquals(
    (edges as { edgeId: string }[]).map(({ edgeId }) => edgeId).sort(),
    ["2", "3", String(EDGE)],
  );
  const { body } = await ask("frontiers", { edge_ids: ids });
  assertEquals(body, { frontiers: [ONE, TWO] });
  const services = await ask("services", { serviceIds: ["10", "77"] });
  assertEquals((services.body.services as unknown[]).length, 1);
  const page = await ask("edges", { cursor: 0, count: 10 });
  assertEquals((page.body.edges as unknown[]).length, 3);
  // What asks for one has no use for it.
  assertEquals((await ask("edge", { edgeId: "2" })).status, 405);
  const query = ids.map((id) => `edge_ids=${id}`).join("&");
  const { status, body: error } = await at.rest(`/cluster/v1/edges?${query}`);
  assertEquals([status, error.reason], [431, "HEAD_TOO_LARGE"]);
});

Deno.test("without anything there, everything that there is has its zero", async () => {
  await using at = await ControlStage.open();
  for (
    const [path, text] of [
      ["frontiers", '{"frontiers":[]}'],
      ["frontiers?cursor=0&count=5", '{"frontiers":[],"cursor":0}'],
      ["edges?cursor=0&count=5", '{"edges":[],"cursor":0}'],
      ["services?cursor=0&count=5", '{"services":[],"cursor":0}'],
      ["edges?edge_ids=1", '{"edges":[]}'],
      ["edges/count", '{"count":"0"}'],
      ["health", '{"status":"SERVING"}'],
    ] as const
  ) {
    const answer = await at.rest(`/cluster/v1/${path}`);
    assertEquals(answer.status, 200);
    assertEquals(JSON.parse(answer.text), JSON.parse(text), path);
    assertEquals(answer.headers.get("content-type"), "application/json");
  }
});

Deno.test("what is connected to a gateway that has gone is not there", async () => {
  await using at = await ControlStage.open();
  const session = await at.switched.gateway("a", [1n], [2n]);
  assertEquals((await at.rest("/cluster/v1/frontier?edge_id=1")).status, 200);
  await at.switched.memory.release(session, 0);
  for (
    const path of [
      "frontier?edge_id=1",
      "edge?edge_id=1",
      "service?service_id=2",
    ]
  ) {
    const { status, body } = await at.rest(`/cluster/v1/${path}`);
    assertEquals([status, body.reason], [404, "NOT_FOUND"]);
    assertMatch(String(body.message), /^redis: nil/);
  }
  assertEquals(
    (await at.rest("/cluster/v1/frontiers")).text,
    '{"frontiers":[]}',
  );
});

Deno.test("a gateway that does not know where it is is not handed out", async () => {
  await using at = await ControlStage.open();
  await at.switched.memory.register({
    frontierId: "lost",
    instance: "",
    serviceAddr: "",
    edgeAddr: "",
  });
  await at.switched.gateway("a");
  for (const query of ["", "?cursor=0&count=10"]) {
    const { body } = await at.rest(`/cluster/v1/frontiers${query}`);
    assertEquals(
      (body.frontiers as { frontierId: string }[]).map((f) => f.frontierId),
      ["a"],
    );
  }
  // Operators see it.
  const { body } = await at.rest("/admin/v1/frontiers");
  assertEquals((body.gateways as unknown[]).length, 2);
});

const EDGE_ID = "expected a whole number from 0 to 18446744073709551615";

/** What is wrong, and what its caller is told. */
const WRONG: [string, number, string, string, string][] = [
  ["GET /cluster/v1/frontier?edge_id=17", 404, "NOT_FOUND", "redis: nil", "17"],
  ["GET /cluster/v1/frontier", 404, "NOT_FOUND", "redis: nil", "edge 0"],
  ["GET /cluster/v1/edge?edge_id=17", 404, "NOT_FOUND", "redis: nil", "17"],
  ["GET /cluster/v1/service?service_id=17", 404, "NOT_FOUND", "redis", "17"],
  ["GET /cluster/v1/edges", 500, "", "illegal request", "edge_ids"],
  ["GET /cluster/v1/edges?cursor=0", 500, "", "illegal request", "count"],
  ["GET /cluster/v1/edges?count=5", 500, "", "illegal request", "cursor"],
  ["GET /cluster/v1/services?count=", 500, "", "illegal", "service_ids"],
  ["GET /cluster/v1/edge?edge_id=abc", 400, "CODEC", '"abc"', EDGE_ID],
  ["GET /cluster/v1/edge?edge_id=-1", 400, "CODEC", '"-1"', EDGE_ID],
  ["GET /cluster/v1/edge?edge_id=1&edge_id=2", 400, "CODEC", "Too many", "2"],
  ["GET /cluster/v1/edges?edge_ids[]=x", 400, "CODEC", '"x"', EDGE_ID],
  ["GET /cluster/v1/edges?cursor=4294967296", 400, "CODEC", "cursor", "429"],
  ["GET /admin/v1/status?x=1", 400, "CODEC", '"x"', "there are none"],
  ["POST /cluster/v1/edge", 405, "METHOD_NOT_ALLOWED", "POST", "GET"],
  ["DELETE /cluster/v1/edge", 405, "METHOD_NOT_ALLOWED", "DELETE", "GET"],
  ["GET /cluster/v2/edges", 404, "NOT_FOUND", "GET /cluster/v2/edges", "/docs"],
  ["GET /debug/pprof/", 301, "", "", ""],
  ["GET /debug/pprof", 404, "NOT_FOUND", "GET /debug/pprof", "/docs"],
];

for (const [call, status, reason, ...parts] of WRONG) {
  Deno.test(`${call} says what is wrong`, async () => {
    await using at = await ControlStage.open();
    const [method, path] = call.split(" ");
    const answer = await at.rest(path!, { method: method! });
    assertEquals(answer.status, status);
    if (status === 301) return;
    const { code, message } = answer.body;
    assertEquals([code, answer.body.reason], [status, reason]);
    for (const part of parts) assert(String(message).includes(part), call);
  });
}

Deno.test("a path with a slash at its end leads to the one without", async () => {
  await using at = await ControlStage.open();
  const { status, headers } = await at.rest("/cluster/v1/edges/?cursor=0");
  assertEquals(
    [status, headers.get("location")],
    [301, "/cluster/v1/edges?cursor=0"],
  );
});

Deno.test("the documents show every route, in the names of JSON", async () => {
  await using at = await ControlStage.open();
  const { body } = await at.rest("/openapi.json");
  assertEquals(Object.keys(body.paths as object), [
    "/admin/v1/frontiers",
    "/admin/v1/status",
    "/admin/v1/watch",
    "/cluster/v1/edge",
    "/cluster/v1/edges",
    "/cluster/v1/edges/count",
    "/cluster/v1/frontier",
    "/cluster/v1/frontiers",
    "/cluster/v1/health",
    "/cluster/v1/service",
    "/cluster/v1/services",
    "/cluster/v1/services/count",
  ]);
  const text = JSON.stringify(body);
  assert(text.includes('"advertisedSbAddr"') && !text.includes("sb_addr"));
  const page = await at.rest("/docs");
  for (const path of Object.keys(body.paths as object)) {
    assert(page.text.includes(`data-path="${path}"`), path);
  }
});

Deno.test("operators see what a Frontlas does, and who is linked to it", async () => {
  await using at = await stage();
  at.links.add("frontier01");
  at.control.changed();
  const { body: listed } = await at.rest("/admin/v1/frontiers");
  assertEquals(listed.gateways, [{
    frontierId: "frontier01",
    serviceAddr: "frontier01:30011",
    edgeAddr: "frontier01:30012",
    edges: "2",
    services: "1",
    linked: true,
  }, {
    frontierId: "frontier02",
    serviceAddr: "frontier02:30011",
    edgeAddr: "frontier02:30012",
    edges: "1",
    services: "2",
    linked: false,
  }]);
  const { uptimeMs, ...status } = (await at.rest("/admin/v1/status")).body;
  assertMatch(String(uptimeMs), /^\d+$/);
  assertEquals(status, {
    version: "1.2.3",
    store: "memory",
    storeState: "up",
    presence: "lease",
    frontiers: "2",
    edges: "3",
    services: "3",
    links: 1,
    watchers: 0,
    keptAnswers: 0,
  });
});

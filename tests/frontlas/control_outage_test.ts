/** What the control plane of a Frontlas says while its store says nothing. */

import "../../platform/control/http2_guard.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { controlplane, health } from "@frontier/platform/cluster-api";
import { BytesClient } from "../../platform/control/testing/grpc_client.ts";
import { SwitchedStore } from "../../frontlas/control/testing/switched_store.ts";
import { ControlStage, until } from "./control_stage.ts";

const PATHS = [
  "/cluster/v1/frontier?edge_id=1",
  "/cluster/v1/edge?edge_id=1",
  "/cluster/v1/edges?edge_ids=1&edge_ids=2",
  "/cluster/v1/service?service_id=9",
  "/cluster/v1/services?service_ids=9",
  "/cluster/v1/frontiers",
  "/cluster/v1/frontiers?edge_ids=1",
  "/cluster/v1/frontiers?frontier_ids=a",
  "/cluster/v1/frontiers?cursor=0&count=5",
  "/cluster/v1/edges/count",
  "/cluster/v1/services/count",
  "/admin/v1/frontiers",
];

for (const known of [true, false]) {
  const when = known ? "is down" : "does not answer";
  Deno.test(`while the store ${when}, what was asked before is answered as it was, and marked`, async () => {
    await using at = await ControlStage.open();
    await at.switched.gateway("a", [1n, 2n], [9n]);
    const before = [];
    for (const path of PATHS) {
      const { status, text, headers } = await at.rest(path);
      assertEquals([status, headers.get("frontlas-stale")], [200, null], path);
      before.push(text);
    }
    at.switched.off(known);
    for (const [i, path] of PATHS.entries()) {
      const { status, text, headers } = await at.rest(path);
      assertEquals([status, text], [200, before[i]!], path);
      assertEquals(headers.get("frontlas-stale"), "true", path);
      assertMatch(headers.get("frontlas-age-ms")!, /^\d+$/);
    }
    for (
      const path of [
        "/cluster/v1/frontier?edge_id=3",
        "/cluster/v1/edges?edge_ids=1&edge_ids=3",
        "/cluster/v1/service?service_id=3",
        "/cluster/v1/edges?cursor=0&count=5",
        "/cluster/v1/services?cursor=0&count=5",
      ]
    ) {
      const { status, body } = await at.rest(path);
      assertEquals([status, body.reason], [503, "UNAVAILABLE"], path);
      assertMatch(String(body.message), /the store does not.*try again later/);
    }
    at.switched.on();
    const { headers } = await at.rest(PATHS[0]!);
    assertEquals(headers.get("frontlas-stale"), null);
  });
}

Deno.test("over gRPC the mark is metadata, and what nobody knows is UNAVAILABLE", async () => {
  await using at = await ControlStage.open();
  await at.switched.gateway("a", [1n]);
  using client = new BytesClient(at.port);
  const {
    GetFrontierByEdgeIDRequestSchema,
    GetFrontierByEdgeIDResponseSchema,
  } = controlplane;
  const ask = async (edgeId: bigint) => {
    const { bytes, ...rest } = await client.call(
      "/controlplane.ClusterService/GetFrontierByEdge",
      toBinary(
        GetFrontierByEdgeIDRequestSchema,
        create(GetFrontierByEdgeIDRequestSchema, { edgeId }),
      ),
    );
    return {
      ...rest,
      id: bytes &&
        fromBinary(GetFrontierByEdgeIDResponseSchema, bytes).fontier!
          .frontierId,
    };
  };
  const before = await ask(1n);
  assertEquals([before.code, before.id], [0, "a"]);
  assertEquals(before.metadata!["frontlas-stale"], undefined);
  at.switched.off();
  const stale = await ask(1n);
  assertEquals([stale.code, stale.id], [0, "a"]);
  assertEquals(stale.metadata!["frontlas-stale"], "true");
  assertMatch(String(stale.metadata!["frontlas-age-ms"]), /^\d+$/);
  const missing = await ask(2n);
  assertEquals(missing.code, 14);
  assertMatch(missing.details, /the store does not/);
});

Deno.test("health says the truth about the store, in both protocols, to those who ask and those who wait", async () => {
  await using at = await ControlStage.open({
    tokens: [{
      role: "read",
      token: { value: "0123456789abcdef", file: "", env: "" },
    }],
  });
  using client = new BytesClient(at.port);
  const { HealthCheckResponseSchema } = health;
  const statuses: number[] = [];
  const stream = client.stream("/controlplane.Health/Watch");
  stream.on(
    "data",
    (bytes: Uint8Array) =>
      statuses.push(fromBinary(HealthCheckResponseSchema, bytes).status),
  );
  const all = async () => {
    const { status, body } = await at.rest("/cluster/v1/health");
    const codes = [];
    for (const name of ["controlplane.Health", "grpc.health.v1.Health"]) {
      const { code, bytes } = await client.call(`/${name}/Check`);
      assertEquals(code, 0);
      codes.push(fromBinary(HealthCheckResponseSchema, bytes!).status);
    }
    return JSON.stringify([status, body.status, ...codes]);
  };
  const up = '[200,"SERVING",1,1]';
  const down = '[503,"NOT_SERVING",2,2]';
  assertEquals(await all(), up);
  at.switched.off(false);
  await until(async () => await all() === down);
  assertEquals((await at.rest("/admin/v1/status")).status, 401);
  at.switched.on();
  await until(async () => await all() === up);
  await until(() => statuses.length === 3);
  at.control.stopping();
  assertEquals(await all(), down);
  assertEquals(at.control.problem, "Frontlas stops");
  await until(() => statuses.length === 4);
  assertEquals(statuses, [1, 2, 1, 2]);
  stream.cancel();
});

Deno.test("a Frontlas whose store is down from the start says so, and serves when it comes", async () => {
  const switched = new SwitchedStore();
  switched.off();
  await using at = await ControlStage.open({}, switched);
  assertEquals((await at.rest("/cluster/v1/health")).status, 503);
  assertEquals((await at.rest("/cluster/v1/frontiers")).status, 503);
  assertEquals((await at.rest("/admin/v1/watch")).status, 503);
  const { body } = await at.rest("/admin/v1/status");
  assertEquals(body.storeState, "down");
  assert(Number(body.storeDownMs) >= 0);
  assertEquals(at.control.problem, "the store does not answer");
  switched.on();
  await until(async () => (await at.rest("/cluster/v1/health")).status === 200);
  assertEquals((await at.rest("/cluster/v1/frontiers")).status, 200);
  assertEquals(at.control.problem, "");
});

Deno.test("a store that goes in the middle of a list ends the list, which goes on when it is back", async () => {
  await using at = await ControlStage.open();
  const ids = Array.from({ length: 50 }, (_, i) => BigInt(i + 1));
  await at.switched.gateway("a", ids);
  const page = (cursor: unknown) =>
    at.rest(`/cluster/v1/edges?count=10&cursor=${cursor}`);
  const first = await page(0);
  const seen = new Set<unknown>();
  const take = ({ body }: { body: Record<string, unknown> }) => {
    for (const { edgeId } of body.edges as { edgeId: string }[]) {
      seen.add(edgeId);
    }
    return body.cursor;
  };
  let cursor = take(first);
  // The question is under way when the store goes.
  const { promise, resolve } = Promise.withResolvers<void>();
  at.switched.gate = promise;
  const second = page(cursor);
  await until(() => at.switched.calls.get("edgePage") === 2);
  at.switched.off(false);
  resolve();
  assertEquals((await second).status, 503);
  at.switched.on();
  do cursor = take(await page(cursor)); while (cursor !== 0);
  assertEquals(seen.size, 50);
});

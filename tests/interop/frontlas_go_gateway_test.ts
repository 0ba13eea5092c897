import { assert, assertEquals, assertRejects } from "@std/assert";
import { REPORT_METHODS } from "@frontier/proto/cluster";
import {
  admin,
  openWorld,
  redisMissing,
  startStandalone,
} from "../redis/redis_under_test.ts";
import { eventually } from "../support/gateway.ts";
import { openPlane, type Plane } from "../support/frontlas_plane.ts";
import { GoError, GoPeer } from "./go_peer.ts";
import { LINES } from "./go_pair.ts";
import { interopTest } from "./interop_test_case.ts";

/** A Go gateway pauses 3.1 seconds before it dials again. */
const BACK_MS = 20_000;
const BIG = 7405239014619127057n;

function gateway(
  { addr }: Plane,
  options: {
    line?: "new" | "old";
    name?: string;
    meta?: string;
    retry?: boolean;
  },
): Promise<GoPeer> {
  return GoPeer.start({
    role: "gateway",
    port: addr.port,
    name: "g1",
    ...options,
  });
}

for (const line of LINES) {
  interopTest(`a gateway on the ${line} line reports to Frontlas`, async () => {
    await using plane = await openPlane();
    const { store, presence } = plane;
    await using go = await gateway(plane, { line });
    for (const method of REPORT_METHODS) {
      const event = await go.event("registered");
      assertEquals(event.method, method);
    }
    assertEquals(presence.connected, { ours: 0, go: 1 });
    const { serviceAddr, edgeAddr } = (await store.frontier("g1"))!;
    assertEquals([serviceAddr, edgeAddr], [
      "g1.example:30011",
      "g1.example:30012",
    ]);
    await go.report("edge_online", BIG, { text: "192.0.2.7:51234" });
    await go.report("edge_online", 18446744073709551615n, { text: "[::1]:1" });
    await go.report("service_online", 5n, {
      text: "192.0.2.8:1",
      topic: '{"service":"<a&b>\u2028","topics":["t"]}',
    });
    await go.report("frontier_stats", 0n);
    assertEquals((await store.edge(BIG))?.addr, "192.0.2.7:51234");
    assertEquals((await store.edge(2n ** 64n - 1n))?.frontierId, "g1");
    assertEquals(
      (await store.service(5n))[0]?.service,
      '{"service":"<a&b>\u2028","topics":["t"]}',
    );
    await go.report("edge_heartbeat", BIG);
    await go.report("service_heartbeat", 5n);
    await go.report("edge_offline", BIG);
    await go.report("service_offline", 5n);
    // Of what it does not know, too: a Go directory says nothing about it either.
    await go.report("edge_heartbeat", 77n);
    await go.report("edge_offline", 77n);
    assertEquals(await store.edge(BIG), undefined);
    assertEquals(await store.service(5n), []);
    assertEquals((await store.frontier("g1"))?.edges, 1);
    await go.close();
    await eventually(() => Promise.resolve(presence.size === 0));
    // It has said that it leaves.
    assertEquals(await store.frontier("g1"), undefined);
  });
}

interopTest(
  "a gateway whose id is taken is refused as by a Go Frontlas, and gets in when the other is dead",
  async () => {
    await using plane = await openPlane();
    const first = await gateway(plane, {});
    const refused = await assertRejects(() => gateway(plane, {}), GoError);
    assertEquals(refused.message, "frontier already set");
    for (
      const [meta, text] of [
        ["{", "Cannot decode meta of a gateway: malformed JSON"],
        ["hello", "Cannot decode meta of a gateway: malformed JSON"],
        [
          "{}",
          "Cannot admit a gateway without an id: set daemon.frontier_id, or NODE_NAME",
        ],
      ] as const
    ) {
      const error = await assertRejects(
        () => gateway(plane, { meta }),
        GoError,
      );
      assertEquals(error.message, text);
    }
    first.kill();
    await first[Symbol.asyncDispose]();
    await eventually(() => Promise.resolve(plane.presence.size === 0));
    await using _second = await gateway(plane, {});
    assertEquals(plane.presence.size, 1);
  },
);

interopTest(
  "a gateway with 1 000 edges is cut, comes back and has them still",
  async () => {
    await using plane = await openPlane();
    const { store, presence } = plane;
    await using go = await gateway(plane, { retry: true });
    const many = { count: 1_000, concurrency: 100 };
    const came = await go.reportMany("edge_online", BIG, {
      ...many,
      text: "192.0.2.7:1",
    });
    assertEquals([came.good, came.errors], [1_000, null]);
    assertEquals((await store.counts()).edges, 1_000);
    const there = await go.reportMany("edge_heartbeat", BIG, many);
    assertEquals(there.good, 1_000);
    // A peer cut within 1.5 seconds of its connect may lock itself up for ever.
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    await go.cut();
    await go.event("reonline", () => true, BACK_MS);
    assertEquals(presence.size, 1);
    // A Go gateway tells nothing again, and need not: its lease has not ended.
    assertEquals((await store.counts()).edges, 1_000);
    assertEquals(
      (await go.reportMany("edge_heartbeat", BIG, many)).good,
      1_000,
    );
    assertEquals((await store.counts()).edges, 1_000);
    assertEquals((await go.reportMany("edge_offline", BIG, many)).good, 1_000);
    assertEquals((await store.counts()).edges, 0);
  },
);

interopTest(
  "a gateway that is killed is gone after the grace, with its edges",
  async () => {
    await using plane = await openPlane();
    const { store } = plane;
    await using other = await gateway(plane, { name: "g2" });
    await other.report("edge_online", 1n, { text: "a" });
    const go = await gateway(plane, {});
    await go.reportMany("edge_online", BIG, {
      count: 100,
      concurrency: 10,
      text: "a",
    });
    const began = performance.now();
    go.kill();
    await go[Symbol.asyncDispose]();
    await eventually(
      async () => await store.edge(BIG) === undefined,
      30_000,
    );
    assert(performance.now() - began > 3_000, "it had no grace");
    assertEquals((await store.frontiers()).map((f) => f.frontierId), ["g2"]);
    assertEquals((await store.counts()).edges, 1);
  },
);

interopTest(
  "a gateway that reports for another one changes nothing of it",
  async () => {
    await using plane = await openPlane();
    await using one = await gateway(plane, {});
    await using two = await gateway(plane, { name: "g2" });
    await one.report("edge_online", BIG, { text: "a" });
    await two.report("edge_offline", BIG);
    await two.report("edge_heartbeat", BIG);
    assertEquals((await plane.store.edge(BIG))?.frontierId, "g1");
    // It may only be that the edge has come to it: the newer connection counts.
    await new Promise((resolve) => setTimeout(resolve, 5));
    await two.report("edge_online", BIG, { text: "b" });
    await one.report("edge_heartbeat", BIG);
    await one.report("edge_offline", BIG);
    assertEquals((await plane.store.edge(BIG))?.frontierId, "g2");
  },
);

const missing = redisMissing();
if (missing !== undefined) {
  Deno.test(`SKIPPED: a Go gateway's reports in Redis: ${missing}`, () => {});
} else {
  interopTest(
    "what a gateway reports stands in Redis as a Go Frontlas writes it",
    async () => {
      await using redis = await startStandalone();
      await using world = await openWorld(redis, "ttl");
      await using plane = await openPlane({ store: world.store });
      await using second = await openPlane({ store: world.other });
      await using asked = await admin(redis.nodes[0]!.port);
      const { client } = asked;
      await using go = await gateway(plane, {});
      await go.report("edge_online", BIG, { text: "192.0.2.7:51234" });
      await go.report("service_online", 5n, {
        text: "192.0.2.8:1",
        topic: '{"service":"s","topics":null}',
      });
      const now = Date.now() / 1_000;
      assertEquals({ ...await client.hGetAll("frontlas:frontiers:g1") }, {
        advertised_sb_addr: "g1.example:30011",
        advertised_eb_addr: "g1.example:30012",
        edge_count: "1",
        service_count: "1",
      });
      const record = await client.get(`frontlas:edges:${BIG}`);
      const edge =
        /^\{"frontier_id":"g1","addr":"192\.0\.2\.7:51234","update_time":(\d+)\}$/
          .exec(record!);
      assert(Math.abs(Number(edge?.[1]) - now) < 30, record!);
      const text = await client.hGet("frontlas:services:5", "g1");
      const said =
        /^service: (.*), frontier_id: g1, addr: 192\.0\.2\.8:1, update_time: \d+$/
          .exec(text!);
      assertEquals(said?.[1], '{"service":"s","topics":null}');
      for (
        const key of [
          "frontlas:alive:frontiers:g1",
          `frontlas:edges:${BIG}`,
          `frontlas:alive:edges:${BIG}`,
          "frontlas:services:5",
          "frontlas:alive:services:5",
        ]
      ) {
        const ttl = await client.ttl(key);
        assert(ttl > 20 && ttl <= 30, `${key}: ${ttl} s`);
      }
      // The other Frontlas refuses a second one, and finds the edge.
      const refused = await assertRejects(() => gateway(second, {}), GoError);
      assertEquals(refused.message, "frontier already set");
      assertEquals((await second.store.edge(BIG))?.frontierId, "g1");
      await using other = await gateway(second, { name: "g2" });
      await other.report("edge_online", BIG, { text: "b" });
      // The late end at the gateway before, reported to the other Frontlas, clears nothing.
      await go.report("edge_offline", BIG);
      assertEquals((await plane.store.edge(BIG))?.frontierId, "g2");
      assertEquals(
        await client.hGet("frontlas:frontiers:g1", "edge_count"),
        "0",
      );
      assertEquals(
        await client.hGet("frontlas:frontiers:g2", "edge_count"),
        "1",
      );
    },
  );

  interopTest(
    "a gateway survives the death of Redis, and what it has told is there again",
    async () => {
      await using redis = await startStandalone();
      await using world = await openWorld(redis, "ttl");
      await using plane = await openPlane({ store: world.store });
      await using go = await gateway(plane, {});
      const many = { count: 500, concurrency: 50 };
      await go.reportMany("edge_online", BIG, { ...many, text: "a" });
      await redis.nodes[0]!.process.kill();
      const failed = await go.reportMany("edge_heartbeat", BIG, {
        count: 20,
        concurrency: 20,
      });
      assertEquals(failed.good, 0);
      // One that comes meanwhile is not recorded, and not forgotten.
      await assertRejects(
        () => go.report("edge_online", 9n, { text: "b" }),
        GoError,
      );
      assertEquals(plane.presence.size, 1);
      await redis.nodes[0]!.process.start();
      await eventually(async () => {
        try {
          return (await world.store.counts()).edges === 501;
        } catch {
          return false;
        }
      }, 60_000);
      assertEquals((await world.store.edge(9n))?.frontierId, "g1");
    },
  );
}

/** Following the gateways of a cluster. */

import "../../platform/control/http2_guard.ts";
import { assert, assertEquals } from "@std/assert";
import { fromBinary } from "@bufbuild/protobuf";
import { cluster } from "@frontier/platform/cluster-api";
import {
  BytesClient,
  outcomeOf,
} from "../../platform/control/testing/grpc_client.ts";
import { ControlStage, until } from "./control_stage.ts";

const { FrontiersEvent_Type: Type, FrontiersEventSchema } = cluster;

/** Watches over gRPC, and knows what a watcher knows. */
class Follower implements Disposable {
  readonly events: cluster.FrontiersEvent[] = [];
  /** Addresses by id. */
  readonly known: Map<string, string> = new Map();
  readonly stream;
  readonly #client: BytesClient;

  constructor(port: number) {
    this.#client = new BytesClient(port);
    this.stream = this.#client.stream(
      "/frontier.cluster.v1.Cluster/WatchFrontiers",
    );
    this.stream.on("data", (bytes: Uint8Array) => {
      const event = fromBinary(FrontiersEventSchema, bytes);
      this.events.push(event);
      for (const { frontierId, serviceAddr } of event.online) {
        this.known.set(frontierId, serviceAddr);
      }
      for (const id of event.offline) this.known.delete(id);
    });
  }

  get types(): string[] {
    return this.events.map(({ type }) => Type[type]);
  }

  [Symbol.dispose](): void {
    this.stream.cancel();
    this.#client[Symbol.dispose]();
  }
}

Deno.test("a watcher gets all gateways at first, then each that comes, moves and goes", async () => {
  await using at = await ControlStage.open();
  await at.switched.gateway("a", [1n]);
  at.control.changed();
  await until(() => at.control.figures.cluster?.frontiers === 1);
  using follower = new Follower(at.port);
  await until(() => follower.events.length === 1);
  assertEquals(follower.types, ["SNAPSHOT"]);
  assertEquals(follower.events[0]!.heartbeatMs, 5_000);
  assertEquals([...follower.known], [["a", "a:30011"]]);

  const session = await at.switched.gateway("b");
  at.control.changed();
  await until(() => follower.events.length === 2);
  assertEquals(follower.events[1]!.online, [{
    $typeName: "frontier.cluster.v1.LiveFrontier",
    frontierId: "b",
    serviceAddr: "b:30011",
    edgeAddr: "b:30012",
  }]);

  await at.switched.memory.register({
    frontierId: "b",
    instance: session.instance,
    serviceAddr: "elsewhere:1",
    edgeAddr: "elsewhere:2",
  });
  at.control.changed();
  await until(() => follower.known.get("b") === "elsewhere:1");

  const { generation } = (await at.switched.memory.register({
    frontierId: "b",
    instance: session.instance,
    serviceAddr: "elsewhere:1",
    edgeAddr: "elsewhere:2",
  }))!;
  await at.switched.memory.release({ ...session, generation }, 0);
  at.control.changed();
  await until(() => !follower.known.has("b"));
  assertEquals(follower.types, ["SNAPSHOT", "CHANGE", "CHANGE", "CHANGE"]);
  assertEquals(follower.events[3]!.offline, ["b"]);
});

Deno.test("how many edges a gateway has is no change", async () => {
  await using at = await ControlStage.open();
  const session = await at.switched.gateway("a", [1n]);
  at.control.changed();
  await until(() => at.control.figures.cluster?.edges === 1);
  using follower = new Follower(at.port);
  await until(() => follower.events.length === 1);
  await at.switched.memory.remove(session, "edge", 1n);
  at.control.changed();
  await until(() => at.control.figures.cluster?.edges === 0);
  await at.switched.gateway("b");
  at.control.changed();
  await until(() => follower.events.length === 2);
  assertEquals(follower.events[1]!.online.map((f) => f.frontierId), ["b"]);
});

Deno.test("a change that nobody tells of is seen within seconds, by one look for all watchers", async () => {
  await using at = await ControlStage.open();
  const followers = Array.from({ length: 10 }, () => new Follower(at.port));
  await until(() => followers.every(({ events }) => events.length === 1));
  const before = at.switched.calls.get("frontiers")!;
  const begun = performance.now();
  await at.switched.gateway("a");
  await until(() => followers.every(({ known }) => known.has("a")));
  const seconds = (performance.now() - begun) / 1_000;
  assert(seconds < 20, `${seconds}`);
  const looks = at.switched.calls.get("frontiers")! - before;
  // Once a second, not once a second for each.
  assert(looks <= seconds + 2, `${looks} looks in ${seconds} s`);
  assertEquals(at.control.figures.watchers.size, 10);
  for (const follower of followers) follower[Symbol.dispose]();
  await until(() => at.control.figures.watchers.size === 0);
});

Deno.test("a watcher of a quiet cluster hears heartbeats, whose age grows while the store is down", async () => {
  await using at = await ControlStage.open();
  await at.switched.gateway("a");
  using follower = new Follower(at.port);
  await until(() => follower.events.length === 1);
  at.switched.off();
  await until(() => follower.events.length === 2);
  const [, heartbeat] = follower.events;
  assertEquals(Type[heartbeat!.type], "HEARTBEAT");
  assertEquals([heartbeat!.online, heartbeat!.offline], [[], []]);
  assert(heartbeat!.ageMs > 1_000n, String(heartbeat!.ageMs));
  // It is told what has changed when the store is back.
  await at.switched.gateway("b");
  at.switched.on();
  await until(() => follower.known.has("b"));
});

Deno.test("over REST the watch is a stream of events in the names of JSON", async () => {
  await using at = await ControlStage.open();
  await at.switched.gateway("a");
  at.control.changed();
  await until(() => at.control.figures.cluster?.frontiers === 1);
  const response = await fetch(`http://${at.target}/admin/v1/watch`);
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream())
    .getReader();
  let text = "";
  while (!/^data: .*\n/m.test(text)) text += (await reader.read()).value;
  const event = JSON.parse(/^data: (.*)\n/m.exec(text)![1]!);
  assertEquals(event.type, "TYPE_SNAPSHOT");
  assertEquals(event.online, [{
    frontierId: "a",
    serviceAddr: "a:30011",
    edgeAddr: "a:30012",
  }]);
  await reader.cancel();
});

Deno.test("watches end with the port, and say that it closes", async () => {
  const at = await ControlStage.open();
  using follower = new Follower(at.port);
  await until(() => follower.events.length === 1);
  const ended = outcomeOf(follower.stream);
  await at.control.close();
  const { code, details } = await ended;
  assertEquals(code, 14, details);
});

Deno.test("gateways that come and go without end cost a slow watcher's Frontlas no memory: what it missed is told as one difference", async () => {
  await using at = await ControlStage.open();
  using follower = new Follower(at.port);
  await until(() => follower.events.length === 1);
  follower.stream.pause();
  for (let i = 0; i < 200; i++) {
    const session = await at.switched.gateway(`g${i % 3}`);
    at.control.changed();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await at.switched.memory.release(session, 0);
  }
  await at.switched.gateway("last");
  at.control.changed();
  follower.stream.resume();
  await until(() => follower.known.has("last") && follower.known.size === 1);
});

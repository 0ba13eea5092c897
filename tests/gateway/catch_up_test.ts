/** What services are asked and told about edges that came, or went, before them. */

import { assert, assertEquals } from "@std/assert";
import { SimGateway, type SimPeer } from "./simulation.ts";
import { bytes, tail, text } from "../support/test_peer.ts";

const HOOKS = ["get_edge_id", "edge_online", "edge_offline"];

/** What a service was asked and told, such as `edge_online 5`. */
function events(service: SimPeer): string[] {
  return service.all("request").map(({ body }) => {
    const method = text(body.key);
    if (method === "get_edge_id") return `${method} ${text(body.value)}`;
    return `${method} ${/"EdgeID":(\d+)/.exec(text(body.value))![1]}`;
  });
}

/** A service with hooks that names edges by the number in their meta. */
function hookService(
  gateway: SimGateway,
  methods: readonly string[] = HOOKS,
): SimPeer {
  const service = gateway.service("hooks", { methods: [...methods] });
  service.onRequest = ({ body }) =>
    text(body.key) === "get_edge_id"
      ? { value: tail(BigInt(text(body.value))) }
      : {};
  return service;
}

function edges(gateway: SimGateway, count: number, ours = true): SimPeer[] {
  return Array.from(
    { length: count },
    (_, i) => gateway.edge({ meta: bytes(`${i + 1}`), ours, flags: 0x38 }),
  );
}

Deno.test("edges that came before edge_online was registered are announced, once each", () => {
  const gateway = new SimGateway();
  const early = edges(gateway, 300);
  const service = hookService(gateway, ["edge_online"]);
  const late = gateway.edge();
  gateway.run(2_000);
  const heard = events(service);
  assertEquals(
    heard.toSorted(),
    [...early, late].map((edge) => `edge_online ${edge.id}`).toSorted(),
  );
  const another = hookService(gateway, ["edge_online"]);
  gateway.run(2_000);
  assertEquals(events(another), []);
});

Deno.test("an edge that came before its service gets its id by a reconnect, and is not announced under the old one", () => {
  const gateway = new SimGateway();
  const [edge] = edges(gateway, 1);
  const service = hookService(gateway);
  gateway.run(2_000);
  assertEquals(edge!.all("disconn").length, 1);
  assertEquals(events(service), ["get_edge_id 1"]);
  const [again] = edges(gateway, 1);
  gateway.run(2_000);
  assertEquals(again!.id, 1n);
  assertEquals(events(service), [
    "get_edge_id 1",
    "get_edge_id 1",
    "edge_online 1",
  ]);
});

Deno.test("hooks registered in any order ask for ids before they announce", () => {
  const gateway = new SimGateway();
  edges(gateway, 5);
  const service = hookService(gateway, ["edge_online", "get_edge_id"]);
  gateway.run(2_000);
  assertEquals(
    events(service).toSorted(),
    [1, 2, 3, 4, 5].map((id) => `get_edge_id ${id}`),
  );
});

Deno.test("the same id, 0, nonsense, an error or no answer leave an edge as it is, and it is announced", () => {
  for (const answer of ["same", "zero", "short", "error", "none"]) {
    const gateway = new SimGateway();
    const [edge] = edges(gateway, 1);
    const service = hookService(gateway);
    service.onRequest = ({ body }) => {
      if (text(body.key) !== "get_edge_id") return {};
      switch (answer) {
        case "same":
          return { value: tail(edge!.id) };
        case "zero":
          return { value: tail(0n) };
        case "short":
          return { value: bytes("short") };
        case "error":
          return { error: "who is that" };
        default:
          return undefined;
      }
    };
    gateway.run(answer === "none" ? 9_000 : 2_000);
    assertEquals(edge!.closed, undefined, answer);
    assertEquals(
      events(service),
      ["get_edge_id 1", `edge_online ${edge!.id}`],
      answer,
    );
    gateway.run(40_000);
    assertEquals(events(service).length, 2, answer);
  }
});

Deno.test("a Go edge keeps its id, is not asked about it, and is announced", () => {
  const gateway = new SimGateway();
  const [edge] = edges(gateway, 1, false);
  const service = hookService(gateway);
  gateway.run(5_000);
  assertEquals(edge!.closed, undefined);
  assertEquals(events(service), [`edge_online ${edge!.id}`]);
});

Deno.test("with reask_ids all a Go edge is closed for another id, never within 1.5 s of its connect", () => {
  const gateway = new SimGateway({ reaskIds: "all" });
  const service = hookService(gateway, ["edge_offline"]);
  const [edge] = edges(gateway, 1, false);
  const { now } = gateway.network;
  for (const method of HOOKS) service.register(method);
  gateway.run(1_400);
  assertEquals(edge!.all("disconn").length, 0);
  assertEquals(events(service), []);
  gateway.run(3_000);
  assertEquals(edge!.all("disconn").length, 1);
  assert(gateway.network.now - now < 5_000);
  assertEquals(events(service), ["get_edge_id 1"]);
});

Deno.test("with reask_ids off nobody is asked again, and all are announced", () => {
  const gateway = new SimGateway({ reaskIds: "off" });
  const [edge] = edges(gateway, 1);
  const service = hookService(gateway);
  gateway.run(5_000);
  assertEquals(edge!.closed, undefined);
  assertEquals(events(service), [`edge_online ${edge!.id}`]);
});

Deno.test("a refusal by edge_online ends an edge that was let in before, and no offline event follows", () => {
  for (const ours of [true, false]) {
    const gateway = new SimGateway();
    const [edge, other] = edges(gateway, 2, ours);
    const service = hookService(gateway, ["edge_online", "edge_offline"]);
    service.onRequest = ({ body }) =>
      text(body.value).includes(`${edge!.id}`) ? { error: "not you" } : {};
    gateway.run(5_000);
    assertEquals(edge!.all("disconn").length, 1);
    assertEquals(other!.closed, undefined);
    assertEquals(gateway.directory.edgeCount, 1);
    assertEquals(
      events(service).filter((event) => event.startsWith("edge_offline")),
      [],
    );
  }
});

Deno.test("announcements survive that the service leaves in the middle, and edges that leave meanwhile", () => {
  const gateway = new SimGateway();
  const all = edges(gateway, 400);
  const first = hookService(gateway, ["edge_online", "edge_offline"]);
  gateway.run(230);
  const heard = new Set(events(first));
  assert(heard.size > 20 && heard.size < 400, `${heard.size}`);
  first.cut();
  all.slice(0, 100).forEach((edge) => edge.cut());
  gateway.run(100);
  const second = hookService(gateway, ["edge_online", "edge_offline"]);
  gateway.run(5_000);
  const online = new Set<string>();
  for (const event of [...events(first), ...events(second)]) {
    const [what, id] = event.split(" ");
    if (what === "edge_online") online.add(id!);
    else online.delete(id!);
  }
  assertEquals(
    [...online].toSorted(),
    all.slice(100).map((edge) => `${edge.id}`).toSorted(),
  );
});

Deno.test("admissions go before catching up, and few questions are unanswered at a time", () => {
  const gateway = new SimGateway();
  edges(gateway, 1_000);
  const service = gateway.service("S", { methods: ["edge_online"] });
  service.onRequest = () => undefined;
  gateway.run(1_000);
  assertEquals(events(service).length, 64);
  const edge = gateway.edge();
  assertEquals(events(service).length, 65);
  service.answer(service.last("request"));
  gateway.run();
  assertEquals(edge.connAck.returnCode, 0);
});

Deno.test("with very many edges no step takes long, and nothing is done when nothing is due", () => {
  const gateway = new SimGateway();
  const all: SimPeer[] = [];
  for (let i = 0; i < 3_000; i++) {
    const edge = gateway.dial("edge", { flags: 0x38 });
    edge.conn();
    all.push(edge);
  }
  gateway.run(10);
  assertEquals(gateway.directory.edgeCount, all.length);
  const service = hookService(gateway, ["edge_online"]);
  let longest = 0;
  for (let i = 0; i < 100; i++) {
    const start = performance.now();
    gateway.run(16);
    longest = Math.max(longest, performance.now() - start);
  }
  assertEquals(events(service).length, all.length);
  assertEquals(gateway.edgebound.due, 0);
  assert(longest < 500, `${longest} ms`);
});

Deno.test("offline events of announced edges are kept while nobody asks for them, and sent at registration", () => {
  const gateway = new SimGateway();
  const first = hookService(gateway);
  const all = edges(gateway, 50);
  first.cut();
  gateway.run();
  all.slice(0, 20).forEach((edge) => edge.cut());
  // One comes back meanwhile: it is online, and must not be reported gone.
  gateway.run(100);
  const second = hookService(gateway, ["get_edge_id"]);
  const [back] = edges(gateway, 1);
  assertEquals(back!.id, 1n);
  second.register("edge_offline");
  gateway.run(1_000);
  assertEquals(
    events(second).filter((event) => event.startsWith("edge_offline"))
      .toSorted(),
    all.slice(1, 20).map((edge) => `edge_offline ${edge.id}`).toSorted(),
  );
  // It had been announced before, so its end is news.
  back!.cut();
  gateway.run(100);
  assertEquals(events(second).at(-1), "edge_offline 1");
  assertEquals(gateway.edgebound.leaving, 0);
});

Deno.test("what nobody was told of does not go offline for anybody", () => {
  const gateway = new SimGateway();
  const [edge] = edges(gateway, 1);
  edge!.cut();
  gateway.run();
  const service = hookService(gateway);
  gateway.run(5_000);
  assertEquals(events(service), []);
});

Deno.test("an offline event whose service is lost before it confirmed goes to another one", () => {
  const gateway = new SimGateway();
  const first = hookService(gateway);
  const [edge] = edges(gateway, 1);
  first.onRequest = () => undefined;
  edge!.cut();
  gateway.run();
  assertEquals(events(first).at(-1), "edge_offline 1");
  first.cut();
  gateway.run(100);
  const second = hookService(gateway);
  gateway.run(1_000);
  assertEquals(events(second), ["edge_offline 1"]);
});

Deno.test("offline events beyond what a service may have unconfirmed wait, and none is lost", () => {
  const gateway = new SimGateway({ limits: { maxInflightRequests: 10 } });
  const service = gateway.service("S", { methods: ["edge_offline"] });
  service.onRequest = () => undefined;
  const count = 5_000;
  for (let i = 0; i < count; i++) gateway.dial("edge").conn();
  gateway.run(10);
  for (const edge of [...gateway.directory.edges()]) {
    edge.link.fail({ kind: "lost", text: "gone" });
  }
  gateway.run(100);
  const sent = events(service).length;
  assert(sent < count, `${sent}`);
  service.onRequest = () => ({});
  for (const request of service.all("request")) service.answer(request);
  gateway.run(1_000);
  assertEquals(new Set(events(service)).size, count);
  assertEquals(gateway.edgebound.leaving, 0);
});

Deno.test("a service of ours without a free handler is told and asked again, and nothing is lost", () => {
  const gateway = new SimGateway();
  const early = edges(gateway, 30, false);
  const service = gateway.service("S", {
    ours: true,
    methods: ["edge_online", "edge_offline"],
  });
  let places = 3;
  service.onRequest = () => {
    if (places-- > 0) return {};
    return { error: "short buffer", verdict: "not-run" };
  };
  const heard = (what: string) => {
    const done = new Set<string>();
    for (const { body } of service.all("request")) {
      if (text(body.key) === what) done.add(text(body.value));
    }
    return done.size;
  };
  gateway.run(3_000);
  assertEquals(gateway.edgebound.due, 27);
  places = Infinity;
  gateway.run(2_000);
  assertEquals(gateway.edgebound.due, 0);
  assertEquals(heard("edge_online"), 30);
  places = 2;
  for (const edge of early) edge.cut();
  gateway.run(1_000);
  assertEquals(gateway.edgebound.leaving, 28);
  places = Infinity;
  gateway.run(1_000);
  assertEquals(gateway.edgebound.leaving, 0);
  assertEquals(heard("edge_offline"), 30);
});

Deno.test("an edge that comes back and leaves again while its services are away is reported once", () => {
  const gateway = new SimGateway();
  const first = hookService(gateway);
  const [edge] = edges(gateway, 1);
  first.cut();
  gateway.run();
  edge!.cut();
  gateway.run();
  const names = gateway.service("names", { methods: ["get_edge_id"] });
  names.onRequest = () => ({ value: tail(1n) });
  const back = gateway.edge({ flags: 0x38 });
  assertEquals(back.id, 1n);
  back.cut();
  gateway.run();
  const second = hookService(gateway, ["edge_offline"]);
  gateway.run(1_000);
  assertEquals(events(second), ["edge_offline 1"]);
});

Deno.test("an offline event that waits is not sent while its edge is being announced again, and not after", () => {
  for (const verdict of ["granted", "refused"]) {
    const gateway = new SimGateway();
    const service = gateway.service("S", { ours: true, methods: HOOKS });
    let busy = false;
    let decide: () => void = () => {};
    service.onRequest = (packet) => {
      const method = text(packet.body.key);
      if (method === "get_edge_id") return { value: tail(1n) };
      if (method === "edge_offline") {
        return busy ? { error: "short buffer", verdict: "not-run" } : {};
      }
      if (!busy) return {};
      decide = () =>
        service.answer(packet, verdict === "granted" ? {} : { error: "no" });
      return undefined;
    };
    const edge = gateway.edge({ flags: 0x38 });
    busy = true;
    edge.cut();
    gateway.run(10);
    assertEquals(gateway.edgebound.leaving, 1);
    gateway.edge({ flags: 0x38 });
    gateway.run(1_000);
    const before = events(service);
    assertEquals(before.slice(-3), [
      "edge_offline 1",
      "get_edge_id ",
      "edge_online 1",
    ]);
    busy = false;
    decide();
    gateway.run(1_000);
    // Refused it is not online, and the service is still to hear that.
    assertEquals(
      events(service).slice(before.length),
      verdict === "granted" ? [] : ["edge_offline 1"],
    );
  }
});

/** An endpoint whose gateway goes away, and another gateway. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ConnectOptions, Edge, Service, type Status } from "./mod.ts";
import {
  type Arrival,
  type GatewaySide,
  ScriptedGateway,
  until,
} from "./testing/scripted_gateway.ts";

const BYE = { kind: "going-away", text: "bye" } as const;

/** Two gateways, reached by port. */
class Pair implements Disposable {
  readonly a = new ScriptedGateway();
  readonly b = new ScriptedGateway();
  /** Farewells that the endpoint has sent, by gateway. */
  readonly farewells: string[] = [];
  /** What holds dials to B up. */
  gate: Promise<void> = Promise.resolve();

  get options(): ConnectOptions {
    return {
      addresses: ["a:1", "b:2"],
      dial: async ({ port }) => {
        if (port === 1) return this.a.dial();
        await this.gate;
        return this.b.dial();
      },
      reconnect: { minDelayMs: 5, firstDelayMs: 10, maxDelayMs: 20 },
    };
  }

  /** The connection to A, which notes farewells. */
  get side(): GatewaySide {
    const { side } = this.a;
    (side as { onFarewell?: unknown }).onFarewell = (
      _link: unknown,
      reason: string,
    ) => this.farewells.push(reason);
    return side;
  }

  [Symbol.dispose](): void {
    this.a[Symbol.dispose]();
    this.b[Symbol.dispose]();
  }
}

/** Collects the states of an endpoint. */
function follow(endpoint: Edge | Service): Status["state"][] {
  const states: Status["state"][] = [];
  void (async () => {
    for await (const { state } of endpoint.status()) states.push(state);
  })();
  return states;
}

Deno.test("an edge is never without a connection when its gateway goes away", async () => {
  using pair = new Pair();
  await using edge = await Edge.connect(pair.options);
  const states = follow(edge);
  const held: Arrival[] = [];
  pair.a.script = { onRequest: (request) => void held.push(request) };
  const { side } = pair;
  const early = edge.call("early");
  await until(() => held.length === 1);
  side.link.sendFarewell("going-away");
  await until(() => pair.farewells.length > 0);
  assertEquals(pair.farewells, ["going-away"]);
  assertEquals(pair.b.accepted, 1);
  assertEquals(side.link.state, "open", "the gateway closes it");
  assertEquals((await edge.call("late", "to b")).text(), "to b");
  assertEquals(pair.b.log, ["conn ", "request late"]);
  const asked = await side.request("none", "");
  assertEquals(asked.error, "no such rpc: none", "it is served on");
  held[0]!.done("from a");
  assertEquals((await early).text(), "from a");
  side.link.close(BYE);
  await side.closed;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(states, ["connected", "connected"]);
  assertEquals(edge.stats().reconnects, 1);
  assertEquals((await edge.call("later", "b")).text(), "b");
});

Deno.test("a service has registered its methods elsewhere before it says that it has moved", async () => {
  using pair = new Pair();
  const order: string[] = [];
  const acks: (() => void)[] = [];
  await using service = await Service.connect({
    ...pair.options,
    methods: { one: () => "1", two: () => "2" },
  });
  pair.b.script = {
    onRegister: (_side, method, ack) => {
      order.push(method);
      acks.push(ack);
    },
  };
  const { side } = pair;
  side.link.sendFarewell("going-away");
  await until(() => acks.length === 2);
  assertEquals(pair.farewells, []);
  const reply = await side.request("one");
  assertEquals(new TextDecoder().decode(reply.value), "1");
  // What comes while it moves is known to both in the end.
  await service.register("three", () => "3");
  assertEquals(pair.a.log.at(-1), "register three");
  acks.forEach((ack) => ack());
  await until(() => pair.farewells.length === 1);
  await until(() => acks.length === 3);
  assertEquals(order.sort(), ["one", "three", "two"]);
  acks[2]!();
  const there = await pair.b.side.request("three");
  assertEquals(new TextDecoder().decode(there.value), "3");
});

Deno.test("streams and handlers of the old connection go on until it is closed", async () => {
  using pair = new Pair();
  const gate = Promise.withResolvers<void>();
  await using service = await Service.connect({
    ...pair.options,
    methods: {
      slow: async () => {
        await gate.promise;
        return "done";
      },
    },
  });
  const { side } = pair;
  const stream = await service.openStream(7n);
  const slow = side.request("slow");
  side.link.sendFarewell("going-away");
  await until(() => pair.farewells.length === 1);
  await stream.write(new Uint8Array(3));
  gate.resolve();
  assertEquals(new TextDecoder().decode((await slow).value), "done");
  side.link.close(BYE);
  await assertRejects(() => stream.read(new Uint8Array(1)));
  assertEquals(service.state, "connected");
});

Deno.test("with nowhere to go it stays, what comes late waits, and the next gateway gets it", async () => {
  using pair = new Pair();
  pair.b.down();
  await using edge = await Edge.connect(pair.options);
  const { side } = pair;
  side.link.sendFarewell("going-away");
  await until(() => pair.b.dials >= 1);
  assertEquals((await edge.call("m", "still a")).text(), "still a");
  // Its turn: nothing new is taken.
  side.link.sendFarewell("going-away");
  await until(() => side.link.outbox.unwritten === 0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const waiting = edge.call("m", "next");
  assertEquals(edge.stats().waiting, 1);
  side.link.close(BYE);
  await side.closed;
  pair.a.down();
  pair.b.up();
  assertEquals((await waiting).text(), "next");
  assertEquals(pair.b.log, ["conn ", "request m"]);
});

Deno.test("a gateway that is gone before the next is found is a loss like any other", async () => {
  using pair = new Pair();
  const gate = Promise.withResolvers<void>();
  pair.gate = gate.promise;
  await using edge = await Edge.connect(pair.options);
  const states = follow(edge);
  const { side } = pair;
  side.link.sendFarewell("going-away");
  await new Promise((resolve) => setTimeout(resolve, 250));
  side.cut();
  await until(() => edge.state === "disconnected");
  const waiting = edge.call("m", "x");
  gate.resolve();
  assertEquals((await waiting).text(), "x");
  await edge.connected();
  assertEquals(states, ["connected", "disconnected", "connected"]);
});

Deno.test("closing while it moves closes both connections", async () => {
  using pair = new Pair();
  const edge = await Edge.connect(pair.options);
  const { side } = pair;
  side.link.sendFarewell("going-away");
  await until(() => pair.farewells.length === 1);
  await edge.close();
  await side.closed;
  await pair.b.side.closed;
  assertEquals(edge.state, "closed");

  using other = new Pair();
  const gate = Promise.withResolvers<void>();
  other.gate = gate.promise;
  const early = await Edge.connect(other.options);
  other.side.link.sendFarewell("going-away");
  await new Promise((resolve) => setTimeout(resolve, 250));
  await early.close();
  gate.resolve();
  await other.a.side.closed;
  assertEquals(other.farewells, []);
});

Deno.test("one that does not reconnect stays until it is closed", async () => {
  using pair = new Pair();
  await using edge = await Edge.connect({ ...pair.options, reconnect: false });
  const { side } = pair;
  side.link.sendFarewell("going-away");
  await new Promise((resolve) => setTimeout(resolve, 300));
  assertEquals([pair.b.dials, pair.farewells.length], [0, 0]);
  side.link.close(BYE);
  const reason = await edge.closed;
  assertEquals(reason.kind, "going-away");
  assert(edge.state === "closed");
});

Deno.test("it moves again when the next gateway goes away, too", async () => {
  using pair = new Pair();
  await using edge = await Edge.connect(pair.options);
  const states = follow(edge);
  const first = pair.side;
  first.link.sendFarewell("going-away");
  await until(() => pair.b.accepted === 1 && pair.farewells.length === 1);
  pair.b.side.link.sendFarewell("going-away");
  await until(() => pair.a.accepted === 2);
  await until(() => states.length === 3);
  assertEquals(states, ["connected", "connected", "connected"]);
  assertEquals((await edge.call("m", "a again")).text(), "a again");
  first.link.close(BYE);
  pair.b.side.link.close(BYE);
  await until(() => pair.b.side.link.state === "closed");
  assertEquals(edge.state, "connected");
});

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { type DialTarget, Edge, FrontierError, type Status } from "./mod.ts";
import { ScriptedGateway, until } from "./testing/scripted_gateway.ts";

const ADDRESSES = ["a:1", "b:2", "c:3"];
const SOON = { minDelayMs: 10, firstDelayMs: 20, maxDelayMs: 40 };

/** Gateways by name, and in which order they were dialled. */
class Site implements Disposable {
  readonly gateways: Record<string, ScriptedGateway> = {
    a: new ScriptedGateway(),
    b: new ScriptedGateway(),
    c: new ScriptedGateway(),
  };
  readonly dialled: string[] = [];

  readonly dial = ({ hostname, port }: DialTarget) => {
    this.dialled.push(`${hostname}:${port}`);
    return this.gateways[hostname]!.dial();
  };

  down(...names: string[]): void {
    for (const name of names) this.gateways[name]!.down();
  }

  [Symbol.dispose](): void {
    for (const gateway of Object.values(this.gateways)) {
      gateway[Symbol.dispose]();
    }
  }
}

/** Notes every status until the endpoint is closed. */
async function note(edge: Edge, seen: Status[]): Promise<void> {
  for await (const status of edge.status()) seen.push(status);
}

Deno.test("addresses are tried in their order, without a pause in between", async () => {
  using site = new Site();
  site.down("a", "b");
  const { dial } = site;
  const reconnect = { firstDelayMs: 60_000, minDelayMs: 60_000 };
  await using edge = await Edge.connect({
    addresses: ADDRESSES,
    dial,
    reconnect,
  });
  assertEquals(site.dialled, ADDRESSES);
  assertEquals(edge.state, "connected");
  assertEquals((await edge.call("echo", "x")).text(), "x");
});

Deno.test("a first connect fails when all addresses have, and its error names each", async () => {
  using site = new Site();
  site.down("a", "b", "c");
  const { dial } = site;
  const error = await assertRejects(
    () => Edge.connect({ addresses: ADDRESSES, dial }),
    FrontierError,
    "Cannot connect to any of 3 addresses: ",
  );
  assertEquals([error.code, error.retryable], ["not-connected", true]);
  assert(error.cause instanceof AggregateError);
  assertEquals(error.cause.errors.length, 3);
  assertEquals(site.dialled, ADDRESSES);
});

Deno.test("one refusal among failures of another kind is still told", async () => {
  using site = new Site();
  site.down("a", "c");
  site.gateways.b!.script = { onConn: (link) => link.refuse("not you") };
  const { dial } = site;
  const error = await assertRejects(
    () => Edge.connect({ addresses: ADDRESSES, dial }),
    FrontierError,
  );
  assertEquals(error.code, "not-connected");
  assertStringIncludes(error.message, "not you");
});

Deno.test("after a loss it is the turn of the next address, and a pause follows when all have failed", async () => {
  using site = new Site();
  const { dial } = site;
  const edge = await Edge.connect({
    addresses: ADDRESSES,
    dial,
    reconnect: SOON,
  });
  const seen: Status[] = [];
  const noted = note(edge, seen);
  site.down("a", "b", "c");
  await until(() => site.dialled.length >= 8);
  site.gateways.c!.up();
  await until(() => edge.state === "connected");
  await edge.close();
  await noted;
  const order = Array.from(
    site.dialled,
    (_, i) => ADDRESSES[i % ADDRESSES.length]!,
  );
  assertEquals(site.dialled, order);
  const pauses = seen.filter((one) => one.state === "disconnected")
    .map(({ retryInMs }) => retryInMs > 0);
  // The loss, then each third failure.
  const expected = pauses.map((_, i) => i === 0 || i % 3 === 0);
  assertEquals(pauses, expected);
  const last = seen.findLast((one) => one.state === "connected");
  assertEquals(last?.state === "connected" && last.address, "c:3");
  const attempts = seen.filter((one) => one.state === "connecting");
  assertEquals(
    attempts.map(({ address, attempt }) => [address, attempt]),
    site.dialled.slice(1).map((address, i) => [address, i + 1]),
  );
});

Deno.test("who is asked to connect again comes back to the same gateway", async () => {
  using site = new Site();
  const { dial } = site;
  await using edge = await Edge.connect({ addresses: ADDRESSES, dial });
  const { side } = site.gateways.a!;
  side.link.sendFarewell("reconnect");
  side.link.close({ kind: "reconnect", text: "come back" });
  await until(() => site.dialled.length === 2);
  await edge.connected();
  assertEquals(site.dialled, ["a:1", "a:1"]);
});

Deno.test("a list beside a host is a mistake that is told at once", async () => {
  await assertRejects(
    () => Edge.connect({ addresses: ["a"], hostname: "b" }),
    TypeError,
  );
  await assertRejects(
    () => Edge.connect({ addresses: ["http://a"] }),
    SyntaxError,
  );
});

Deno.test("addresses that a function tells are those of the moment", async () => {
  using site = new Site();
  const { dial } = site;
  let list = ["a:1"];
  let asked = 0;
  const edge = await Edge.connect({
    addresses: () => {
      asked++;
      return Promise.resolve(list);
    },
    dial,
    reconnect: { minDelayMs: 1_100, firstDelayMs: 1_100 },
  });
  const seen: Status[] = [];
  const noting = note(edge, seen);
  list = ["b:2", "a:1"];
  site.down("a");
  await until(() => seen.some(({ state }) => state === "disconnected"));
  await edge.connected();
  assertEquals(site.dialled, ["a:1", "b:2"]);
  assertEquals(asked, 2);
  await edge.close();
  await noting;
  assertEquals(
    seen.map((status) => "address" in status ? status.address : status.state),
    ["a:1", "disconnected", "b:2", "b:2", "closed"],
  );
});

Deno.test("a function that tells no address fails the first connect, or is asked again", async () => {
  using site = new Site();
  const { dial } = site;
  const failing = () => Promise.reject(new Error("nobody answers"));
  const error = await assertRejects(
    () => Edge.connect({ addresses: failing, dial }),
    FrontierError,
    "Cannot learn the addresses of gateways: nobody answers",
  );
  assertEquals([error.code, error.retryable], ["not-connected", true]);
  const late = await assertRejects(
    () =>
      Edge.connect({
        addresses: () => new Promise<string[]>(() => {}),
        dial,
        connectTimeoutMs: 50,
      }),
    FrontierError,
  );
  assertStringIncludes(late.message, "no answer in time");
  let asked = 0;
  await using edge = await Edge.connect({
    addresses: () => ++asked < 3 ? failing() : ["c:3"],
    dial,
    waitForFirstConnect: true,
    reconnect: SOON,
  });
  assertEquals([edge.state, asked], ["connected", 3]);
  const closing = new AbortController();
  const waiting = Edge.connect({
    addresses: () => new Promise<string[]>(() => {}),
    dial,
    signal: closing.signal,
  });
  closing.abort();
  const canceled = await assertRejects(() => waiting, FrontierError);
  assertEquals(canceled.code, "canceled");
});

import { assertEquals } from "@std/assert";
import type { Logger } from "@frontier/platform/log";
import { EdgePeer } from "../directory/peer.ts";
import { compilePolicies, Policies } from "./policies.ts";
import type { Policy, Refusal } from "./policy.ts";

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function edge(): EdgePeer {
  const address = { network: "tcp", hostname: "192.0.2.1", port: 7 };
  return new EdgePeer({} as never, address, 0);
}

/** What came of asking rules about a connect. */
function connect(policies: Policy[], log: Logger = quiet): Promise<Refusal> {
  return new Promise((resolve) =>
    new Policies(policies, log).connect(edge(), resolve)
  );
}

const allow = (name: string, asked: string[]): Policy => ({
  name,
  connect: () => {
    asked.push(name);
    return undefined;
  },
});

Deno.test("without rules nothing is asked", () => {
  assertEquals(compilePolicies([], quiet), undefined);
});

Deno.test("rules are asked in turn, and the first refusal stands", async () => {
  const asked: string[] = [];
  const refuse: Policy = { name: "no", connect: () => "not today" };
  const silent: Policy = { name: "silent" };
  const a = allow("a", asked);
  const b = allow("b", asked);
  assertEquals(await connect([a, silent, b]), undefined);
  assertEquals(asked, ["a", "b"]);
  assertEquals(await connect([a, refuse, b]), "not today");
  assertEquals(asked, ["a", "b", "a"]);
});

Deno.test("a rule may take its time at a connect, and those behind wait for it", async () => {
  const asked: string[] = [];
  const slow = (refusal: Refusal): Policy => ({
    name: "slow",
    connect: async () => {
      await Promise.resolve();
      asked.push("slow");
      return refusal;
    },
  });
  const last = allow("last", asked);
  assertEquals(await connect([slow(undefined), last]), undefined);
  assertEquals(await connect([slow("no"), last]), "no");
  assertEquals(asked, ["slow", "last", "slow"]);
});

Deno.test("a rule that fails refuses, and says so in the log only", async () => {
  const errors: unknown[] = [];
  const log = {
    ...quiet,
    error: (message: string, fields?: unknown) =>
      errors.push([message, fields]),
  };
  const failing: Policy = {
    name: "broken",
    connect: () => {
      throw new TypeError("secret");
    },
    call: () => {
      throw new TypeError("secret");
    },
  };
  const rejecting: Policy = {
    name: "late",
    connect: () => Promise.reject(new TypeError("secret")),
  };
  assertEquals(await connect([failing], log), "refused");
  assertEquals(await connect([rejecting], log), "refused");
  const route = { kind: "method", name: "m", edge: undefined } as const;
  const policies = new Policies([failing], log);
  assertEquals(policies.route(edge(), "call", route), "refused");
  assertEquals(policies.route(edge(), "publish", route), undefined);
  assertEquals(errors, [
    ...["broken", "late", "broken"].map((name) => [
      `Policy "${name}" failed, which refuses`,
      { peer: "edge 0 (192.0.2.1:7)", error: "secret" },
    ]),
  ]);
});

Deno.test("a rule sees who asks, and for what", () => {
  const seen: unknown[] = [];
  const policy: Policy = {
    name: "watch",
    register: (peer, method) => {
      seen.push([peer.kind, method]);
      return undefined;
    },
    topic: (peer, topic) => {
      seen.push([peer.address.hostname, topic]);
      return undefined;
    },
    stream: (peer, route) => {
      seen.push([peer.id, route.kind, route.name]);
      return undefined;
    },
  };
  const policies = new Policies([policy], quiet);
  policies.register(edge(), "m");
  policies.topic(edge(), "t");
  policies.route(edge(), "stream", {
    kind: "name",
    name: "S",
    edge: undefined,
  });
  assertEquals(seen, [["edge", "m"], ["192.0.2.1", "t"], [0n, "name", "S"]]);
});

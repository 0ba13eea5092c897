import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { TlsListenConfig } from "@frontier/platform/config";
import {
  DEFAULT_LIMITS,
  type FrontierOptions,
  resolveOptions,
  unservedParts,
} from "./mod.ts";
import { type FrontierListeners, startFrontier } from "../frontier.ts";

Deno.test("options that are left out have the defaults of a gateway without a file", () => {
  const config = resolveOptions();
  assertEquals(config.servicebound, { hostname: "127.0.0.1", port: 30011 });
  assertEquals(config.edgebound, {
    hostname: "0.0.0.0",
    port: 30012,
    allocateEdgeIds: true,
    requireEdgeOnline: false,
    reaskIds: "ours",
  });
  assertEquals(config.limits, { ...DEFAULT_LIMITS });
  assertEquals([config.hashBy, config.frontierId], ["edgeid", ""]);
  assertEquals([config.drainSeconds, config.drainRate], [25, 1_000]);
});

Deno.test("options reach every level, undefined ones count as left out", () => {
  const config = resolveOptions({
    edgebound: { port: 0, hostname: undefined },
    servicebound: { hostname: "::1" },
    limits: { maxFrameBytes: 5000, maxOutboxBytes: undefined },
    log: { level: "debug", file: { path: "x.log" } },
    drainSeconds: 0,
  });
  assertEquals(config.edgebound, {
    hostname: "0.0.0.0",
    port: 0,
    allocateEdgeIds: true,
    requireEdgeOnline: false,
    reaskIds: "ours",
  });
  assertEquals(config.servicebound, { hostname: "::1", port: 30011 });
  assertEquals(config.limits, { ...DEFAULT_LIMITS, maxFrameBytes: 5000 });
  assertEquals([
    config.log.level,
    config.log.file.path,
    config.log.file.maxBackups,
  ], ["debug", "x.log", 5]);
  assertEquals(config.drainSeconds, 0);
});

Deno.test("a complete configuration is one of options and stays as it is", () => {
  const config = resolveOptions({ hashBy: "random", frontierId: "f" });
  assertEquals(resolveOptions(config), config);
});

Deno.test("two resolved configurations share nothing that can change", () => {
  const config = resolveOptions();
  Object.assign(config.limits, { maxConnections: 1 });
  config.mqm.kafka.addrs.push("x");
  assertEquals(
    resolveOptions().limits.maxConnections,
    DEFAULT_LIMITS.maxConnections,
  );
  assertEquals(resolveOptions().mqm.kafka.addrs, []);
});

const WRONG: [string, FrontierOptions, string][] = [
  [
    "a port",
    { edgebound: { port: 70000 } },
    "Cannot listen on edgebound port 70000",
  ],
  [
    "a fractional port",
    { servicebound: { port: 1.5 } },
    "Cannot listen on servicebound port 1.5",
  ],
  [
    "the hash",
    { hashBy: "roundrobin" as "random" },
    'Cannot use "roundrobin" as hashBy: expected "edgeid", "srcip", "random"',
  ],
  [
    "the store of the control plane",
    { dao: { backend: "mysql" as "sqlite" } },
    'Cannot use "mysql" as dao.backend: expected "buntdb", "sqlite", "sqlite3"',
  ],
  [
    "who gets deadlines",
    { forwardDeadlines: "some" as "all" },
    'Cannot use "some" as forwardDeadlines: expected "services", "all", "none"',
  ],
  [
    "who is asked for again",
    { edgebound: { reaskIds: true as unknown as "all" } },
    'Cannot use true as edgebound.reaskIds: expected "ours", "all", "off"',
  ],
  [
    "a switch",
    { edgebound: { allocateEdgeIds: "no" as unknown as boolean } },
    'Cannot use "no" as edgebound.allocateEdgeIds: expected true, false',
  ],
  [
    "the switch of a cluster",
    {
      frontlas: {
        enable: 1 as unknown as boolean,
        dial: { addrs: ["127.0.0.1:40012"] },
      },
    },
    "Cannot use 1 as frontlas.enable: expected true, false",
  ],
  [
    "TLS that says nothing",
    { servicebound: { tls: {} as TlsListenConfig } },
    "Cannot use undefined as servicebound.tls.mtls: expected true, false",
  ],
  [
    "a list of certificates",
    {
      edgebound: {
        tls: { mtls: false, caCerts: [], certs: "cert.pem" as unknown as [] },
      },
    },
    'Cannot use "cert.pem" as edgebound.tls.certs: expected a list',
  ],
  [
    "a drain time that is no number",
    { drainSeconds: NaN },
    "Cannot drain for NaN seconds",
  ],
  [
    "the control plane's port",
    {
      controlplane: { listen: { hostname: "127.0.0.1", port: 70_000 } },
    },
    "Cannot listen on controlplane port 70000",
  ],
  [
    "the largest page",
    { controlplane: { maxPageSize: 0 } },
    "Cannot use 0 as controlplane.maxPageSize",
  ],
  [
    "the role of a token",
    {
      controlplane: {
        tokens: [{ role: "root" as "admin", token: "0123456789abcdef" }],
      },
    },
    'Cannot use "root" as the role of a token: expected "read" or "admin"',
  ],
  ["the drain time", { drainSeconds: -1 }, "Cannot drain for -1 seconds"],
  [
    "a cluster without the address of its directory",
    { frontlas: { enable: true } },
    "Cannot reach the directory without an address",
  ],
  [
    "an address of a directory",
    { frontlas: { enable: true, dial: { addrs: ["nowhere"] } } },
    'Cannot use "nowhere" as frontlas.dial.addrs',
  ],
  [
    "a port of a directory",
    { frontlas: { enable: true, dial: { addrs: ["a:0"] } } },
    "its port cannot be 0",
  ],
  [
    "an address for others",
    {
      frontlas: {
        enable: true,
        dial: { addrs: ["a:1"] },
        advertised: { edgebound: "x" },
      },
    },
    'Cannot use "x" as frontlas.advertised.edgebound',
  ],
  [
    "an interval of reports",
    {
      frontlas: {
        enable: true,
        dial: { addrs: ["a:1"] },
        metrics: { enable: true, intervalSeconds: 0 },
      },
    },
    "Cannot report every 0 s",
  ],
  ["the drain rate", { drainRate: 0 }, "Cannot let 0 connections leave"],
  [
    "a metrics address",
    { observability: { addr: "9091" } },
    'Cannot use "9091" as observability.addr: Cannot read "9091" as an address',
  ],
  [
    "a drain rate that is no number",
    { drainRate: "9" as unknown as number },
    'Cannot let "9" connections leave in a second: expected a number above 0',
  ],
];

Deno.test("the control plane is off, and for this machine alone, unless told otherwise", () => {
  const { controlplane } = resolveOptions();
  assertEquals(controlplane, {
    enable: false,
    listen: { hostname: "127.0.0.1", port: 30010 },
    advertisedAddr: "",
    tokens: [],
    maxPageSize: 10_000,
  });
});

Deno.test("a program gives a token as it is, or says where it is", () => {
  const { controlplane } = resolveOptions({
    controlplane: {
      enable: true,
      tokens: [
        { role: "admin", token: "0123456789abcdef" },
        { role: "read", token: { env: "FRONTIER_READ_TOKEN" } },
      ],
    },
  });
  assertEquals(controlplane.enable, true);
  assertEquals(controlplane.tokens, [
    { role: "admin", token: { value: "0123456789abcdef", file: "", env: "" } },
    {
      role: "read",
      token: { value: "", file: "", env: "FRONTIER_READ_TOKEN" },
    },
  ]);
});

Deno.test("a program joins a cluster with what a file has", () => {
  const { frontlas } = resolveOptions({
    frontierId: "gw-1",
    frontlas: {
      enable: true,
      dial: { addrs: ["directory:40012"] },
      advertised: { edgebound: "gw.example:443" },
    },
  });
  assertEquals(frontlas, {
    enable: true,
    dial: { addrs: ["directory:40012"] },
    metrics: { enable: false, intervalSeconds: 30 },
    advertised: { servicebound: "", edgebound: "gw.example:443" },
  });
});

for (const [name, options, message] of WRONG) {
  Deno.test(`${name} out of range is refused`, () => {
    assertThrows(() => resolveOptions(options), RangeError, message);
  });
}

Deno.test("every part that this version does not serve is named when it is wanted", () => {
  const config = resolveOptions();
  assertEquals(unservedParts(config), []);
  const wanted = {
    ...config,
    controlplane: { ...config.controlplane, advertisedAddr: "host:3" },
  };
  const named = unservedParts(wanted).map(({ key }) => key);
  assertEquals(named, [
    "controlplane.listen.advertised_addr",
  ]);
});

for (
  const [given, key, near] of [
    [{ edgeBound: {} }, "edgeBound", "edgebound"],
    [{ edgebound: { prot: 1 } }, "edgebound.prot", "edgebound.port"],
    [{ hashby: "random" }, "hashby", "hashBy"],
    [{ drainSecond: 5 }, "drainSecond", "drainSeconds"],
    [
      { servicebound: { tls: { mtls: true, caCert: [], certs: [] } } },
      "servicebound.tls.caCert",
      "servicebound.tls.caCerts",
    ],
    [
      { edgebound: { bypass: { addr: [] } } },
      "edgebound.bypass.addr",
      "edgebound.bypass.addrs",
    ],
    [{ log: { file: { maxSize: 1 } } }, "log.file.maxSize", undefined],
    [
      { mqm: { kafka: { enabled: true } } },
      "mqm.kafka.enabled",
    ],
  ] as const
) {
  Deno.test(`an option that is not known is refused with the nearest one: ${key}`, () => {
    const error = assertThrows(
      () => resolveOptions(given as unknown as FrontierOptions),
      RangeError,
      `Unknown option "${key}", nearest known option: "`,
    );
    if (near !== undefined) assert(error.message.endsWith(`"${near}"`));
  });
}

Deno.test("names that users give are no options", () => {
  resolveOptions({
    mqm: { amqp: { producer: { headers: { anything: "x" } } } },
  });
});

Deno.test("what an embedder puts in has to be known, too", async () => {
  const misspelt = { polices: [] } as FrontierListeners;
  const error = await assertRejects(
    () => startFrontier({}, misspelt),
    RangeError,
  );
  assertEquals(
    error.message,
    'Unknown option "polices", nearest known option: "policies"',
  );
});

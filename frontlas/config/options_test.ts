import { assertEquals, assertThrows } from "@std/assert";
import { loadFrontlas } from "./load.ts";
import { type DirectoryOptions, resolveDirectoryOptions } from "./options.ts";

Deno.test("a program without options has the settings of a start without a file", () => {
  const { config } = loadFrontlas(undefined);
  assertEquals(resolveDirectoryOptions(), config);
  assertEquals(resolveDirectoryOptions({}), config);
  // A complete configuration is a set of options, too.
  assertEquals(resolveDirectoryOptions(config), config);
});

Deno.test("a program says only what differs", () => {
  const config = resolveDirectoryOptions({
    frontierPlane: { listen: { port: 0 }, expiration: { edgeMetaSeconds: 60 } },
    controlPlane: { tokens: [{ role: "read", token: "a-token-of-a-service" }] },
    redis: { addrs: ["127.0.0.1:6379"], password: "hush", db: 2 },
    limits: { maxAnswers: Infinity },
    drainSeconds: undefined,
  } as DirectoryOptions);
  assertEquals(config.frontierPlane.listen, { hostname: "127.0.0.1", port: 0 });
  assertEquals(config.frontierPlane.expiration, {
    edgeMetaSeconds: 60,
    serviceMetaSeconds: 30,
  });
  assertEquals(
    config.controlPlane.tokens[0]?.token.value,
    "a-token-of-a-service",
  );
  const { redis } = config;
  assertEquals(
    [redis?.mode, redis?.db, redis?.password.value, redis?.readTimeoutMs],
    ["standalone", 2, "hush", 3_000],
  );
  assertEquals(config.presence, "ttl");
  assertEquals(config.limits.maxAnswers, Number.MAX_SAFE_INTEGER);
  assertEquals(config.drainSeconds, 10);
});

Deno.test("a configuration with Redis that was loaded is taken as it is", () => {
  const text = `control_plane: {listen: {addr: ":1"}}
frontier_plane: {listen: {addr: ":2"}}
redis: {presence: lease, sentinel: {addrs: ["a:1", "b:1"], master_name: m}}
`;
  const { config } = loadFrontlas({ path: "f.yaml", text });
  assertEquals(resolveDirectoryOptions(config), config);
});

const REFUSED: [options: unknown, message: string][] = [
  [
    { frontierplane: {} },
    'Unknown option "frontierplane", nearest known option: "frontierPlane"',
  ],
  [
    { redis: { addr: "a:1" } },
    'Unknown option "redis.addr", nearest known option: "redis.addrs"',
  ],
  [
    { controlPlane: { listen: { tls: { caCert: [] } } } },
    'Unknown option "controlPlane.listen.tls.caCert", nearest known option: "controlPlane.listen.tls.caCerts"',
  ],
  [
    { redis: { addrs: [] } },
    "Cannot use Redis without an address: set redis.addrs, or leave redis out to keep everything in memory",
  ],
  [
    { redis: { addrs: ["nowhere"] } },
    'Cannot use "nowhere" as redis.addrs: Cannot read "nowhere" as an address: expected host:port, [ipv6]:port or :port',
  ],
  [
    { redis: { mode: "single", addrs: ["a:1"] } },
    'Cannot use "single" as redis.mode: expected "standalone", "sentinel", "cluster"',
  ],
  [
    { redis: { mode: "sentinel", addrs: ["a:1"] } },
    "Cannot ask sentinels without a name of the master: set redis.masterName",
  ],
  [
    { presence: "for ever" },
    'Cannot use "for ever" as presence: expected "ttl", "lease"',
  ],
  [
    { limits: { maxAnswer: 1 } },
    'Unknown limit "maxAnswer", nearest known limit: "maxAnswers"',
  ],
  [
    { frontierPlane: { graceSeconds: -1 } },
    "Cannot use -1 as frontierPlane.graceSeconds: expected a number of at least 0",
  ],
  [
    { frontierPlane: { expiration: { edgeMetaSeconds: 0 } } },
    "Cannot use 0 as frontierPlane.expiration.edgeMetaSeconds: expected a whole number of at least 1",
  ],
  [
    { controlPlane: { listen: { port: 70_000 } } },
    "Cannot listen on controlPlane.listen port 70000: expected a whole number from 0 to 65535",
  ],
  [
    { controlPlane: { listen: { tls: {} as never } } },
    "Cannot use undefined as controlPlane.listen.tls.mtls: expected true, false",
  ],
  [
    { drainSeconds: NaN },
    "Cannot use NaN as drainSeconds: expected a number of at least 0",
  ],
];

for (const [options, message] of REFUSED) {
  Deno.test(`options of a program are refused: ${message}`, () => {
    const error = assertThrows(
      () => resolveDirectoryOptions(options as DirectoryOptions),
      RangeError,
    );
    assertEquals(error.message, message);
  });
}

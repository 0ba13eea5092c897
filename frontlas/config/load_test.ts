import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  ConfigError,
  type ConfigFlags,
  formatDiagnostic,
  type LoadedConfig,
} from "@frontier/platform/config";
import {
  DEFAULT_FRONTLAS_LIMITS,
  type DirectoryConfig,
  loadFrontlas,
} from "./mod.ts";

/** The least a file must have. */
const MINIMAL = `
control_plane: {listen: {network: tcp, addr: "0.0.0.0:40011"}}
frontier_plane: {listen: {network: tcp, addr: "0.0.0.0:40012"}}
`;

type Env = Record<string, string>;

function load(
  text: string,
  env: Env = {},
  flags: ConfigFlags = {},
): LoadedConfig<DirectoryConfig> {
  return loadFrontlas({ path: "f.yaml", text }, (name) => env[name], flags);
}

function config(text: string, env?: Env): DirectoryConfig {
  return load(text, env).config;
}

function errors(text: string, env?: Env): string[] {
  return assertThrows(() => load(text, env), ConfigError).message.split("\n");
}

function warnings(text: string, env?: Env): string[] {
  return load(text, env).warnings.map(formatDiagnostic);
}

/** The minimal file as the image of the original has it. */
const SHIPPED = `
daemon:
  rlimit: {enable: true, nofile: 102400}
  pprof: {enable: true, addr: 0.0.0.0:6061}
control_plane: {listen: {network: tcp, addr: 0.0.0.0:40011}}
frontier_plane:
  listen: {network: tcp, addr: 0.0.0.0:40012}
  expiration: {service_meta: 30, edge_meta: 30}
redis: {mode: standalone, standalone: {network: tcp, addr: 127.0.0.1:6379, db: 0}}
`;

Deno.test("the file that the original ships has its meaning", () => {
  const loaded = load(SHIPPED);
  assertEquals(loaded.warnings, []);
  const { frontierPlane, controlPlane, redis, presence, daemon } =
    loaded.config;
  assertEquals(frontierPlane, {
    listen: { hostname: "0.0.0.0", port: 40012 },
    expiration: { serviceMetaSeconds: 30, edgeMetaSeconds: 30 },
    graceSeconds: 5,
  });
  assertEquals(controlPlane, {
    listen: { hostname: "0.0.0.0", port: 40011 },
    tokens: [],
    maxPageSize: 10_000,
  });
  assertEquals(
    [redis?.mode, redis?.addrs, redis?.db, presence],
    ["standalone", ["127.0.0.1:6379"], 0, "ttl"],
  );
  assertEquals(daemon.pprof.addr, "0.0.0.0:6061");
});

/** Every key there is; those of a pool in the spelling of the complete sample. */
const COMPLETE = `
log:
  level: warn
  output: both
  format: json
  file: {path: /tmp/frontlas.log, max_size: 7, max_backups: 8, max_age: 9, compress: true}
daemon:
  rlimit: {enable: true, num_file: 102400}
  pprof: {enable: false, addr: "0.0.0.0:6061", cpu_profile_rate: 0}
  drain_seconds: 3
control_plane:
  listen:
    network: tcp
    addr: 127.0.0.1:40011
    advertised_addr: ""
    tls: {enable: true, mtls: true, ca_certs: [ca.pem], certs: [{cert: c.pem, key: c.key}], insecure_skip_verify: false}
  tokens: [{role: read, token: {env: FRONTLAS_TOKEN}}, {role: admin, token: abcdefghijklmnop}]
  max_page_size: 50
frontier_manager:
  listen:
    network: tcp
    addr: 127.0.0.1:40012
    advertised_addr: ""
    tls: {enable: true, mtls: false, ca_certs: [], certs: [{cert: f.pem, key: f.key}], insecure_skip_verify: false}
  expiration: {service_meta: 60, edge_meta: 90}
  grace: 7
redis:
  mode: sentinel
  presence: lease
  username: u
  password: p
  tls: {enable: true, mtls: false, ca_certs: [], certs: [], insecure_skip_verify: true}
  protocol: 3
  client_name: n
  max_retries: 4
  min_retry_backoff: 1
  max_retry_backoff: 2
  dial_timeout: 6
  read_timeout: 7
  write_timeout: 8
  pool_fifo: true
  pool_size: 1
  pool_timeout: 1
  min_idle_conns: 1
  max_idle_conns: 1
  max_active_conns: 1
  conn_max_idle_time: 1
  conn_max_lifetime: 1
  disable_indentity: true
  identity_suffix: s
  standalone: {network: tcp, addr: "s:1", db: 1}
  sentinel: {addrs: ["a:1", "b:2"], master_name: m, db: 2, username: su, password: {file: /p}, route_by_latency: false, route_randomly: false, replica_only: false, use_disconnected_replicas: false}
  cluster: {addrs: ["c:1"], max_redirects: 9, route_by_latency: false, route_randomly: false}
observability: {enable: false, addr: "127.0.0.1:9092"}
limits: {max_connections: 5, max_connections_per_address: 0, handshake_timeout_ms: 1000, max_frame_bytes: 1MiB, max_waiting_events: .inf, max_answers: 3}
`;

Deno.test("every key of the complete file is read", () => {
  const loaded = load(COMPLETE);
  assertEquals(loaded.warnings, []);
  const { config } = loaded;
  assertEquals(config.redis, {
    mode: "sentinel",
    addrs: ["a:1", "b:2"],
    network: "tcp",
    db: 2,
    masterName: "m",
    username: "u",
    password: { value: "p", file: "", env: "" },
    sentinel: {
      username: "su",
      password: { value: "", file: "/p", env: "" },
    },
    tls: { mtls: false, caCerts: [], certs: [], insecureSkipVerify: true },
    clientName: "n",
    disableIdentity: true,
    identitySuffix: "s",
    maxRetries: 4,
    minRetryBackoffMs: 1_000,
    maxRetryBackoffMs: 2_000,
    dialTimeoutMs: 6_000,
    readTimeoutMs: 7_000,
    maxRedirects: 9,
  });
  assertEquals(config.presence, "lease");
  assertEquals(config.frontierPlane.graceSeconds, 7);
  assertEquals(config.frontierPlane.listen.tls?.certs[0]?.cert, "f.pem");
  assertEquals(config.controlPlane.listen.tls?.mtls, true);
  assertEquals(config.controlPlane.tokens.map(({ role }) => role), [
    "read",
    "admin",
  ]);
  assertEquals(config.drainSeconds, 3);
  assertEquals(config.daemon.rlimit, { enable: true, nofile: 102400 });
  assertEquals(config.observability, {
    enable: false,
    addr: "127.0.0.1:9092",
  });
  assertEquals(config.limits.maxFrameBytes, 1_048_576);
  assertEquals(config.limits.maxWaitingEvents, Number.MAX_SAFE_INTEGER);
});

Deno.test("what is printed is a complete file that means the same, its passwords hidden", () => {
  const loaded = load(COMPLETE);
  const text = loaded.toYaml();
  for (const secret of ["abcdefghijklmnop", "password: p\n"]) {
    assertEquals(text.includes(secret), false, text);
  }
  const hidden = { value: "***", file: "", env: "" };
  const { config } = loaded;
  assertEquals(load(text).config, {
    ...config,
    redis: { ...config.redis!, password: hidden },
    controlPlane: {
      ...config.controlPlane,
      tokens: [config.controlPlane.tokens[0]!, {
        role: "admin",
        token: hidden,
      }],
    },
  });
});

Deno.test("a file of nobody's Redis keeps everything in memory", () => {
  const { redis, presence, limits } = config(MINIMAL);
  assertEquals([redis, presence], [undefined, "lease"]);
  assertEquals(limits, DEFAULT_FRONTLAS_LIMITS);
  const printed = load(load(MINIMAL).toYaml());
  assertEquals(printed.config.redis, undefined);
});

Deno.test("without a file it serves this machine only, from memory", () => {
  const { config, warnings } = loadFrontlas(undefined);
  assertEquals(warnings, []);
  assertEquals(config.frontierPlane.listen, {
    hostname: "127.0.0.1",
    port: 40012,
  });
  assertEquals(config.controlPlane.listen, {
    hostname: "127.0.0.1",
    port: 40011,
  });
  assertEquals(config.redis, undefined);
});

const REFUSED: [name: string, text: string, message: string][] = [
  [
    "an unknown key",
    `${MINIMAL}rediss: {mode: standalone}\n`,
    'f.yaml:4:1: Unknown key "rediss", nearest known key: "redis"',
  ],
  [
    "an unknown key within Redis",
    `${MINIMAL}redis: {standalone: {address: "a:1"}}\n`,
    'f.yaml:4:22: Unknown key "redis.standalone.address", nearest known key: "redis.standalone.addr"',
  ],
  [
    "an unknown mode",
    `${MINIMAL}redis: {mode: single, standalone: {addr: "a:1"}}\n`,
    'f.yaml:4:15: Unsupported redis.mode "single", options: standalone, sentinel, cluster (redis.mode)',
  ],
  [
    "an unknown kind of presence",
    `${MINIMAL}redis: {presence: forever, standalone: {addr: "a:1"}}\n`,
    'f.yaml:4:19: Unsupported redis.presence "forever", options: ttl, lease (redis.presence)',
  ],
  [
    "a number that is none",
    `${MINIMAL}redis: {max_retries: many, standalone: {addr: "a:1"}}\n`,
    'f.yaml:4:22: Cannot read "many" as a whole number (redis.max_retries)',
  ],
  [
    "another network",
    MINIMAL.replace("tcp", "udp"),
    'f.yaml:2:35: Unsupported network "udp": it cannot carry this protocol, use tcp (control_plane.listen.network)',
  ],
  [
    "a plane without an address",
    `control_plane: {listen: {addr: ":1"}}\n`,
    'f.yaml: Cannot listen without an address: set "frontier_plane.listen.addr"',
  ],
  [
    "both planes on one port",
    MINIMAL.replace("40012", "40011"),
    'f.yaml:2:40: Cannot listen on 0.0.0.0:40011: "frontier_plane.listen.addr" is 0.0.0.0:40011, choose another port (control_plane.listen.addr)',
  ],
  [
    "the gateway's file",
    "servicebound: {listen: {addr: ':1'}}\nedgebound: {listen: {addr: ':2'}}\n",
    "f.yaml:1:1: This is a configuration of frontier, the gateway: that of frontlas has frontier_plane and control_plane",
  ],
  [
    "a token without a secret",
    MINIMAL.replace('40011"}', '40011"}, tokens: [{role: read}]'),
    "f.yaml:2:73: Cannot use a token without its secret: set it to {file: path} or {env: FRONTLAS_NAME} (control_plane.tokens[0].token)",
  ],
  [
    "a secret in a variable that it may not see",
    `${MINIMAL}redis: {password: {env: PATH}, standalone: {addr: "a:1"}}\n`,
    'f.yaml:4:25: Cannot read a secret from the environment variable "PATH": its name must begin with FRONTLAS_ (redis.password.env)',
  ],
  [
    "replicas that take no writes",
    `${MINIMAL}redis: {sentinel: {addr: "a:1", master_name: m, replica_only: true}}\n`,
    "f.yaml:4:49: Cannot keep a directory on replicas, for they take no writes: remove redis.sentinel.replica_only (redis.sentinel.replica_only)",
  ],
  [
    "sentinels without a master",
    `${MINIMAL}redis: {mode: sentinel, sentinel: {addrs: ["a:1"]}}\n`,
    'f.yaml:4:25: Cannot ask sentinels without a name of the master: set "redis.sentinel.master_name" or MASTER_NAME',
  ],
  [
    "two kinds of Redis",
    `${MINIMAL}redis: {standalone: {addr: "a:1"}, cluster: {addrs: ["b:1"]}}\n`,
    'f.yaml:4:1: Cannot tell how Redis is run: set "redis.mode" to one of standalone, sentinel, cluster',
  ],
  [
    "a limit that leaves nothing",
    `${MINIMAL}limits: {max_frame_bytes: 1KiB}\n`,
    'f.yaml:4:27: Cannot use "1KiB" as "limits.max_frame_bytes": expected a whole number of bytes or a size such as 256MiB, from 1048576 to 2147483647, or .inf for no limit',
  ],
];

for (const [name, text, message] of REFUSED) {
  Deno.test(`${name} is refused`, () => {
    assertEquals(errors(text), [message]);
  });
}

Deno.test("a redis block without an address is refused, however empty it is", () => {
  for (
    const block of [
      "redis:",
      "redis: {}",
      "redis: {mode: standalone}",
      "redis: {standalone: {db: 1}}",
      "redis: {mode: sentinel, sentinel: {master_name: m}}",
      "redis: {mode: cluster, cluster: {addrs: []}}",
    ]
  ) {
    const [only, ...more] = errors(`${MINIMAL}${block}\n`);
    assertMatch(only!, /^f\.yaml:4:.*Cannot use Redis without an address/);
    assertEquals(more, []);
  }
});

Deno.test("no message repeats a password that stands in an address", () => {
  for (
    const [text, env] of [
      [`${MINIMAL}redis: {standalone: {addr: "u:hush@h:1"}}\n`, {}],
      [`${MINIMAL}redis: {cluster: {addrs: ["redis://u:hush@h:1"]}}\n`, {}],
      [MINIMAL, { REDIS_TYPE: "cluster", REDIS_ADDRS: "u:hush@h:1" }],
    ] as const
  ) {
    const all = errors(text, env).join("\n");
    assertEquals(all.includes("hush"), false, all);
    assertMatch(all, /expected host:port; user, password and database/);
  }
});

Deno.test("one address of Redis says how it is run", () => {
  const modeOf = (block: string) =>
    config(`${MINIMAL}redis: ${block}\n`).redis?.mode;
  assertEquals(modeOf('{standalone: {addr: "a:1"}}'), "standalone");
  assertEquals(
    modeOf('{sentinel: {addr: "a:1", master_name: m}}'),
    "sentinel",
  );
  assertEquals(modeOf('{cluster: {addrs: "a:1"}}'), "cluster");
});

Deno.test("numbers of Redis below 1 mean the default, and what is printed is what is used", () => {
  const text =
    `${MINIMAL}redis: {max_retries: -1, dial_timeout: 0, standalone: {addr: "a:1"}}\n`;
  const loaded = load(text);
  assertEquals(loaded.warnings, []);
  const { redis } = loaded.config;
  assertEquals(
    [redis?.maxRetries, redis?.dialTimeoutMs, redis?.readTimeoutMs],
    [3, 5_000, 3_000],
  );
  assertMatch(
    loaded.toYaml(),
    /max_retries: 3\n[^]*dial_timeout: 5\n {2}read_timeout: 3\n/,
  );
});

Deno.test("a socket of the file system is an address of Redis", () => {
  const { redis } = config(
    `${MINIMAL}redis: {standalone: {network: unix, addr: /run/redis.sock}}\n`,
  );
  assertEquals([redis?.network, redis?.addrs], ["unix", ["/run/redis.sock"]]);
});

Deno.test("an expiration that would end records at once is replaced, and that is said", () => {
  const text = MINIMAL.replace(
    '40012"}',
    '40012"}, expiration: {service_meta: 0, edge_meta: -5}',
  );
  assertEquals(config(text).frontierPlane.expiration, {
    serviceMetaSeconds: 30,
    edgeMetaSeconds: 30,
  });
  assertEquals(warnings(text), [
    "f.yaml:3:78: Records that end at once are of no use: 30 seconds are used instead of 0 (frontier_plane.expiration.service_meta)",
    "f.yaml:3:95: Records that end at once are of no use: 30 seconds are used instead of -5 (frontier_plane.expiration.edge_meta)",
  ]);
  const short = MINIMAL.replace(
    '40012"}',
    '40012"}, expiration: {edge_meta: 20}',
  );
  assertEquals(config(short).frontierPlane.expiration.edgeMetaSeconds, 20);
  assertMatch(warnings(short).join(), /every 20 seconds: with 20 their peers/);
});

Deno.test("keys of Redis that would ask replicas are said to have no effect", () => {
  const text = (mode: string) =>
    `${MINIMAL}redis: {mode: ${mode}, sentinel: {addrs: ["a:1"], master_name: m, use_disconnected_replicas: true, route_randomly: true}, cluster: {addrs: ["b:1"], route_by_latency: true}}\n`;
  assertEquals(warnings(text("sentinel")).length, 2);
  assertEquals(warnings(text("cluster")).length, 1);
  assertMatch(warnings(text("cluster"))[0]!, /\(redis\.cluster\.route_by_lat/);
});

Deno.test("variables say where Redis is", () => {
  const env = {
    REDIS_TYPE: "standalone",
    REDIS_ADDRS: "h:1",
    REDIS_USER: "u",
    REDIS_PASSWORD: "p",
    REDIS_DB: "4",
  };
  const { redis } = config(MINIMAL, env);
  assertEquals(
    [redis?.mode, redis?.addrs, redis?.username, redis?.db],
    ["standalone", ["h:1"], "u", 4],
  );
  assertEquals(redis?.password.value, "p");
  const many = { REDIS_ADDRS: "a:1, b:2", MASTER_NAME: "m" };
  const sentinel = config(SHIPPED, { ...many, REDIS_TYPE: "sentinel" }).redis;
  assertEquals(
    [sentinel?.mode, sentinel?.addrs, sentinel?.masterName],
    ["sentinel", ["a:1", "b:2"], "m"],
  );
  const cluster = config(SHIPPED, { ...many, REDIS_TYPE: "cluster" }).redis;
  assertEquals([cluster?.mode, cluster?.addrs], ["cluster", ["a:1", "b:2"]]);
});

Deno.test("an empty user or password in the environment replaces the file's", () => {
  const text = SHIPPED.replace("mode:", "username: u, password: p, mode:");
  const env = { REDIS_TYPE: "standalone", REDIS_USER: "", REDIS_PASSWORD: "" };
  const { redis } = config(text, env);
  assertEquals([redis?.username, redis?.password.value], ["", ""]);
  const kept = config(text, { REDIS_TYPE: "standalone" }).redis;
  assertEquals([kept?.username, kept?.password.value], ["u", "p"]);
});

Deno.test("nobody believes in a Redis that is not used", () => {
  assertEquals(errors(MINIMAL, { REDIS_ADDRS: "h:1" }), [
    "REDIS_ADDRS: Cannot use Redis without knowing how it is run: set REDIS_TYPE to one of standalone, sentinel, cluster (redis.mode)",
  ]);
  assertEquals(errors(MINIMAL, { REDIS_TYPE: "Standalone" }), [
    'REDIS_TYPE: Unsupported redis.mode "Standalone", options: standalone, sentinel, cluster (redis.mode)',
  ]);
  assertMatch(
    errors(MINIMAL, { REDIS_TYPE: "standalone" }).join(),
    /Cannot use Redis without an address/,
  );
  assertEquals(warnings(SHIPPED, { REDIS_ADDRS: "h:1", REDIS_DB: "2" }), [
    "REDIS_ADDRS: Without REDIS_TYPE, REDIS_ADDRS, REDIS_DB have no effect (redis.mode)",
  ]);
});

Deno.test("a number of a database counts for a standalone server only, as with Go", () => {
  const env = { REDIS_TYPE: "sentinel", REDIS_ADDRS: "h:1", MASTER_NAME: "m" };
  const loaded = load(MINIMAL, { ...env, REDIS_DB: "3" });
  assertEquals(loaded.config.redis?.db, 0);
  assertEquals(loaded.warnings.map(formatDiagnostic), [
    "REDIS_DB: REDIS_DB has no effect with REDIS_TYPE=sentinel: set redis.sentinel.db in the file",
  ]);
  assertEquals(warnings(MINIMAL, { ...env, REDIS_DB: "0" }), []);
  assertEquals(
    errors(SHIPPED, { REDIS_TYPE: "standalone", REDIS_DB: "one" }),
    [
      'REDIS_DB: Cannot read "one" as the number of a database: expected a whole number of at least 0 (redis.standalone.db)',
    ],
  );
});

Deno.test("variables replace ports and what is logged", () => {
  const { frontierPlane, controlPlane, log } = config(MINIMAL, {
    FRONTLAS_CONTROLPLANE_PORT: "1",
    FRONTLAS_FRONTIERPLANE_PORT: "2",
    LOG_LEVEL: "error",
    LOG_FILE: "/x.log",
  });
  assertEquals(
    [controlPlane.listen, frontierPlane.listen],
    [{ hostname: "0.0.0.0", port: 1 }, { hostname: "0.0.0.0", port: 2 }],
  );
  assertEquals([log.level, log.file.path], ["error", "/x.log"]);
  assertEquals(
    config(MINIMAL).log.file.path,
    "/var/log/frontier/frontlas.log",
  );
});

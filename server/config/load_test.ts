import {
  ConfigError,
  type ConfigFlags,
  formatDiagnostic,
  type LoadedConfig,
} from "@frontier/platform/config";
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { DEFAULT_LIMITS, type FrontierConfig, loadConfig } from "./mod.ts";

/** The least a file must have. */
const MINIMAL = `
servicebound:
  listen:
    network: tcp
    addr: 0.0.0.0:30011
edgebound:
  listen:
    network: tcp
    addr: 0.0.0.0:30012
  edgeid_alloc_when_no_idservice_on: true
`;

function load(
  text: string,
  env: Record<string, string> = {},
  flags: ConfigFlags = {},
): LoadedConfig<FrontierConfig> {
  return loadConfig(
    { path: "frontier.yaml", text },
    (name) => env[name],
    flags,
  );
}

function config(
  text: string,
  env: Record<string, string> = {},
  flags: ConfigFlags = {},
): FrontierConfig {
  return load(text, env, flags).config;
}

function warnings(loaded: LoadedConfig<FrontierConfig>): string[] {
  return loaded.warnings.map(formatDiagnostic);
}

function errors(
  text: string,
  env: Record<string, string> = {},
  flags: ConfigFlags = {},
): string[] {
  return assertThrows(() => load(text, env, flags), ConfigError).message.split(
    "\n",
  );
}

Deno.test("a minimal file of the Go gateway is accepted without a warning", () => {
  const loaded = load(MINIMAL);
  assertEquals(loaded.warnings, []);
  assertEquals(loaded.config.servicebound, {
    hostname: "0.0.0.0",
    port: 30011,
  });
  assertEquals(loaded.config.edgebound, {
    hostname: "0.0.0.0",
    port: 30012,
    allocateEdgeIds: true,
    requireEdgeOnline: false,
    reaskIds: "ours",
  });
  assertEquals(loaded.config.limits, { ...DEFAULT_LIMITS });
  assertEquals(loaded.config.drainSeconds, 25);
  assertEquals(loaded.config.hashBy, "edgeid");
});

// Every key that the Go gateway's complete sample has, with the spellings it has there.
const SAMPLE = `
log:
  level: INFO
  output: stdout
  format: text
  file: {path: /var/log/frontier/frontier.log, max_size: 100, max_backups: 5, max_age: 30, compress: false}
daemon:
  frontier_id: ""
  pprof: {addr: "0.0.0.0:6060", cpu_profile_rate: 0, enable: true}
  rlimit: {enable: true, nofile: 102400}
controlplane:
  enable: false
  listen:
    addr: 0.0.0.0:30010
    advertised_addr: ""
    network: tcp
    tls: {ca_certs: null, certs: null, enable: false, insecure_skip_verify: false, mtls: false}
servicebound:
  listen:
    addr: 0.0.0.0:30011
    advertised_addr: ""
    network: tcp
    tls:
      ca_certs: [ca1.cert, ca2.cert]
      certs:
      - cert: servicebound.cert
        key: servicebound.key
      enable: false
      insecure_skip_verify: false
      mtls: false
edgebound:
  bypass:
    addr: 192.168.1.10:8443
    advertised_addr: ""
    network: tcp
    tls:
      ca_certs: [ca1.cert]
      certs:
      - cert: frontier.cert
        key: frontier.key
      enable: true
      insecure_skip_verify: false
      mtls: true
  bypass_enable: false
  edgeid_alloc_when_no_idservice_on: true
  listen:
    addr: 0.0.0.0:30012
    advertised_addr: ""
    network: tcp
    tls: {ca_certs: [ca1.cert], certs: [{cert: edgebound.cert, key: edgebound.key}], enable: false, mtls: false}
dao: {backend: buntdb, debug: false}
exchange: {hashby: edgeid}
frontlas:
  enable: false
  metrics: {enable: false, interval: 0}
  dial:
    addr: 127.0.0.1:40012
    network: tcp
    tls: {ca_certs: null, certs: null, enable: false, insecure_skip_verify: false, mtls: false}
mqm:
  amqp:
    enable: false
    addrs: null
    channel_max: 0
    exchanges: null
    frame_size: 0
    heartbeat: 0
    locale: ""
    producer:
      app_id: ""
      content_encoding: ""
      content_type: ""
      delivery_mode: 0
      exchange: ""
      expiration: ""
      headers: null
      immediate: false
      mandatory: false
      priority: 0
      reply_to: ""
      routing_keys: null
      type: ""
      user_id: ""
    queueBindings: null
    queues: null
    vhost: ""
  kafka:
    enable: false
    addrs: null
    producer:
      async: false
      compression: none
      compression_level: 0
      flush: {bytes: 0, frequency: 0, max_messages: 0, messages: 0}
      idempotent: false
      max_message_bytes: 0
      required_acks: 0
      retry: {backoff: 0, max: 0}
      timeout: 0
      topics: null
  nats:
    enable: false
    addrs: null
    jetStream: {enable: false, name: "", producer: {subjects: null}}
    producer: {subjects: null}
  nsq: {enable: false, addrs: null, producer: {topics: null}}
  redis: {enable: false, addrs: null, db: 0, password: "", producer: {channels: null}}
observability: {enable: false, addr: "0.0.0.0:9091"}
`;

Deno.test("the complete file of the Go gateway is accepted without a warning, strictly too", () => {
  const loaded = load(SAMPLE, {}, { strict: true });
  assertEquals(warnings(loaded), []);
  const { frontlas, edgebound, observability, daemon } = loaded.config;
  assertEquals(edgebound, {
    hostname: "0.0.0.0",
    port: 30012,
    allocateEdgeIds: true,
    requireEdgeOnline: false,
    reaskIds: "ours",
  });
  assertEquals(frontlas.dial.addrs, ["127.0.0.1:40012"]);
  assertEquals(daemon.rlimit, { enable: true, nofile: 102400 });
  assertEquals(observability, { enable: false, addr: "0.0.0.0:9091" });
});

Deno.test("what is printed is a complete file with the same meaning", () => {
  for (const text of [MINIMAL, SAMPLE]) {
    const loaded = load(text);
    const again = load(loaded.toYaml(), {}, { strict: true });
    assertEquals(again.config, loaded.config);
    assertEquals(again.warnings, []);
  }
});

/** One key set to one value, and what becomes of it. */
const MEANINGS: [
  line: string,
  pick: (config: FrontierConfig) => unknown,
  expected: unknown,
][] = [
  ["log: {level: WARN}", (c) => c.log.level, "warn"],
  ["log: {level: null}", (c) => c.log.level, "info"],
  ["log:", (c) => c.log.output, "stdout"],
  ["log: {format: json}", (c) => c.log.format, "json"],
  [
    "log: {file: {max_size: 0, max_backups: -1, max_age: 7, compress: yes}}",
    (c) => c.log.file,
    {
      path: "/var/log/frontier/frontier.log",
      maxSizeMb: 100,
      maxBackups: 5,
      maxAgeDays: 7,
      compress: true,
    },
  ],
  ["daemon: {frontier_id: 17}", (c) => c.frontierId, "17"],
  ["daemon: {frontier_id: yes}", (c) => c.frontierId, "yes"],
  [
    "daemon: {rlimit: {enable: On, num_file: 1_000}}",
    (c) => c.daemon.rlimit,
    { enable: true, nofile: 1000 },
  ],
  ["daemon: {drain_seconds: 5}", (c) => c.drainSeconds, 5],
  ["daemon: {drain_seconds: .inf}", (c) => c.drainSeconds, Infinity],
  ["daemon: {drain_seconds: 3000000000}", (c) => c.drainSeconds, 3e9],
  ["daemon: {drain_rate: 50}", (c) => c.drainRate, 50],
  ["daemon: {drain_rate: 0}", (c) => c.drainRate, 1_000],
  ["exchange: {hashby: srcip}", (c) => c.hashBy, "srcip"],
  ["exchange: {hashby: random}", (c) => c.hashBy, "random"],
  ["exchange: {hashby: ''}", (c) => c.hashBy, "edgeid"],
  ["exchange: {hashby: roundrobin}", (c) => c.hashBy, "edgeid"],
  ["dao: {backend: sqlite3}", (c) => c.dao.backend, "sqlite3"],
  ["dao: {backend: ''}", (c) => c.dao.backend, "buntdb"],
  [
    "observability: {enable: false}",
    (c) => c.observability.enable,
    false,
  ],
  ["daemon: {pprof: {enable: on}}", (c) => c.daemon.pprof, {
    enable: true,
    addr: "127.0.0.1:6060",
    cpuProfileRate: 10_000,
  }],
  ["daemon: {pprof: {addr: ':6060'}}", (c) => c.daemon.pprof.addr, ":6060"],
  ["observability: {}", (c) => c.observability, { addr: "0.0.0.0:9091" }],
  [
    "frontlas: {enable: true, dial: {addrs: ['a:1', 'b:2']}}",
    (c) => c.frontlas.dial.addrs,
    ["a:1", "b:2"],
  ],
  [
    "frontlas: {enable: true, dial: {addr: ['a:1', 'b:2']}}",
    (c) => c.frontlas.dial.addrs,
    ["a:1", "b:2"],
  ],
  [
    "frontlas: {enable: true, dial: {addrs: 'a:1'}}",
    (c) => c.frontlas.dial.addrs,
    ["a:1"],
  ],
  [
    "mqm: {kafka: {producer: {idepotent: true}}}",
    (c) => c.mqm.kafka.producer.idempotent,
    true,
  ],
  [
    "mqm: {kafka: {producer: {idempotent: true}}}",
    (c) => c.mqm.kafka.producer.idempotent,
    true,
  ],
  [
    "mqm: {kafka: {producer: {required_acks: -1}}}",
    (c) => c.mqm.kafka.producer.requiredAcks,
    -1,
  ],
  [
    "mqm: {kafka: {producer: {compression: Snappy}}}",
    (c) => c.mqm.kafka.producer.compression,
    "snappy",
  ],
  [
    "mqm: {amqp: {queues: [{name: q, exclustive: true}]}}",
    (c) => c.mqm.amqp.queues[0]?.exclusive,
    true,
  ],
  [
    "mqm: {amqp: {queues: [{name: q, exclusive: true}]}}",
    (c) => c.mqm.amqp.queues[0]?.exclusive,
    true,
  ],
  [
    "mqm: {amqp: {queuebindings: [{queue_name: q}]}}",
    (c) => c.mqm.amqp.queueBindings.length,
    1,
  ],
  [
    "mqm: {amqp: {queueBindings: [{queue_name: q}]}}",
    (c) => c.mqm.amqp.queueBindings.length,
    1,
  ],
  [
    "mqm: {amqp: {queue_bindings: [{queue_name: q}]}}",
    (c) => c.mqm.amqp.queueBindings.length,
    1,
  ],
  [
    "mqm: {amqp: {producer: {headers: {a: 1, b: [x, true]}}}}",
    (c) => c.mqm.amqp.producer.headers,
    {
      a: 1,
      b: ["x", true],
    },
  ],
  [
    "mqm: {nats: {jetstream: {enable: y}}}",
    (c) => c.mqm.nats.jetstream.enable,
    true,
  ],
  ["mqm: {redis: {password: 0123}}", (c) => c.mqm.redis.password.value, "0123"],
  ["mqm: {}", (c) => c.mqm.nsq.addrs, []],
  [
    "mqm: {nats: {per_topic: [{topic: a, headers: {edge_id: true}}]}}",
    (c) => c.mqm.nats.perTopic[0]?.headers.edgeId,
    true,
  ],
  [
    "exchange: {forward_deadlines: none}",
    (c) => c.forwardDeadlines,
    "none",
  ],
];

for (const [line, pick, expected] of MEANINGS) {
  Deno.test(`${line} is understood`, () =>
    assertEquals(pick(config(`${MINIMAL}\n${line}\n`)), expected));
}

const ADDRESSES: [string, { hostname: string; port: number }][] = [
  [":30011", { hostname: "::", port: 30011 }],
  ["127.0.0.1:0", { hostname: "127.0.0.1", port: 0 }],
  ["localhost:80", { hostname: "localhost", port: 80 }],
  ["[::1]:65535", { hostname: "::1", port: 65535 }],
];

for (const [addr, expected] of ADDRESSES) {
  Deno.test(`the listen address ${addr} is understood`, () => {
    assertEquals(
      config(MINIMAL.replace("0.0.0.0:30011", `"${addr}"`)).servicebound,
      expected,
    );
  });
}

/** One line that is wrong, and what is said about it. Line 11 is the first one after the minimal file. */
const MISTAKES: [line: string, complaint: string][] = [
  [
    "log: {level: loud}",
    'frontier.yaml:11:14: Unsupported log level "loud", options: debug, info, warn, error (log.level)',
  ],
  [
    "log: {output: [x]}",
    "frontier.yaml:11:15: Cannot read a list as a text (log.output)",
  ],
  ["log: stdout", 'frontier.yaml:11:6: Cannot read "stdout" as a map (log)'],
  [
    "frontlas: {enable: 'true'}",
    'frontier.yaml:11:20: Cannot read the quoted text "true" as true or false (frontlas.enable)',
  ],
  [
    "frontlas: {enable: 1}",
    'frontier.yaml:11:20: Cannot read "1" as true or false (frontlas.enable)',
  ],
  [
    "frontlas: {dial: {addrs: {a: 1}}}",
    "frontier.yaml:11:26: Cannot read a map as an address or a list of them (frontlas.dial.addrs)",
  ],
  [
    "frontlas: {dial: {addr: ['a:1', x]}}",
    'frontier.yaml:11:33: Cannot read "x" as an address: expected host:port, [ipv6]:port or :port (frontlas.dial.addr[1])',
  ],
  [
    "frontlas: {enable: true}",
    'frontier.yaml:11:1: Cannot reach the directory without an address: set "frontlas.dial.addrs"',
  ],
  [
    "frontlas: {enable: true, dial: {addr: []}}",
    'frontier.yaml:11:26: Cannot reach the directory without an address: set "frontlas.dial.addrs"',
  ],
  [
    "frontlas: {enable: true, dial: {addr: ['a:1', 'b:0']}}",
    'frontier.yaml:11:26: Cannot reach the directory at "b:0": its port cannot be 0 (frontlas.dial.addrs[1])',
  ],
  [
    "frontlas: {enable: true, dial: {network: udp, addr: 'a:1'}}",
    'frontier.yaml:11:42: Unsupported network "udp": it cannot carry this protocol, use tcp (frontlas.dial.network)',
  ],
  [
    "frontlas: {enable: true, dial: {network: unix, addr: /run/f.sock}}",
    'frontier.yaml:11:42: Unsupported network "unix", use tcp (frontlas.dial.network)',
  ],
  [
    "controlplane: {enable: true, listen: {network: unix, addr: /run/f.sock}}",
    'frontier.yaml:11:48: Unsupported network "unix", use tcp (controlplane.listen.network)',
  ],
  [
    "controlplane: {enable: true, tokens: [{role: admin}]}",
    "frontier.yaml:11:39: Cannot use a token without its secret: set it to {file: path} or {env: FRONTIER_NAME} (controlplane.tokens[0].token)",
  ],
  [
    "controlplane: {enable: true, tokens: [{token: {env: FRONTIER_A, file: a}}]}",
    "frontier.yaml:11:40: Cannot use a token with several secrets: keep one of value, file and env (controlplane.tokens[0].token)",
  ],
  [
    "controlplane: {tokens: [{token: {env: HOME}}]}",
    'frontier.yaml:11:39: Cannot read a secret from the environment variable "HOME": its name must begin with FRONTIER_ (controlplane.tokens[0].token.env)',
  ],
  [
    "controlplane: {tokens: [{role: root, token: {file: a}}]}",
    'frontier.yaml:11:32: Unsupported role "root", options: read, admin (controlplane.tokens[0].role)',
  ],
  [
    "controlplane: {enable: true, listen: {addr: '127.0.0.1:30012'}}",
    'frontier.yaml:11:39: Cannot listen on 127.0.0.1:30012: "edgebound.listen.addr" is 0.0.0.0:30012, choose another port (controlplane.listen.addr)',
  ],
  [
    "controlplane: {max_page_size: 0}",
    "frontier.yaml:11:31: Cannot use 0 here: expected a number from 1 to 1000000 (controlplane.max_page_size)",
  ],
  [
    "controlplane: {listen: {addr: nowhere}}",
    'frontier.yaml:11:31: Cannot read "nowhere" as an address: expected host:port, [ipv6]:port or :port (controlplane.listen.addr)',
  ],
  [
    "controlplane: {listen: {addr: '::1:80'}}",
    'frontier.yaml:11:31: Cannot read "::1:80" as an address: an IPv6 address needs brackets, as in [::1]:30011 (controlplane.listen.addr)',
  ],
  [
    "controlplane: {listen: {addr: 'tcp://127.0.0.1:80'}}",
    'frontier.yaml:11:31: Cannot read "tcp://127.0.0.1:80" as an address: leave out tcp:// (controlplane.listen.addr)',
  ],
  [
    "controlplane: {listen: {addr: 'http://0.0.0.0'}}",
    'frontier.yaml:11:31: Cannot read "http://0.0.0.0" as an address: leave out http:// (controlplane.listen.addr)',
  ],
  [
    "controlplane: {listen: {addr: '256.0.0.1:80'}}",
    'frontier.yaml:11:31: Cannot read "256.0.0.1:80" as an address: the parts of an IPv4 address are numbers from 0 to 255 (controlplane.listen.addr)',
  ],
  [
    "controlplane: {listen: {addr: ':99999'}}",
    'frontier.yaml:11:31: Cannot read "99999" as a port: expected a number from 0 to 65535 (controlplane.listen.addr)',
  ],
  [
    "controlplane: {listen: {network: udp}}",
    'frontier.yaml:11:34: Unsupported network "udp": it cannot carry this protocol, use tcp (controlplane.listen.network)',
  ],
  [
    "controlplane: {listen: {network: quic}}",
    'frontier.yaml:11:34: Unsupported network "quic", use tcp (controlplane.listen.network)',
  ],
  [
    "dao: {backend: mysql}",
    'frontier.yaml:11:16: Unsupported dao backend "mysql", options: buntdb, sqlite, sqlite3 (dao.backend)',
  ],
  [
    "dao: {debug: false, debug: true}",
    "frontier.yaml:11:21: A key stands twice in one map",
  ],
  [
    "mqm: {amqp: {queues: [{name: q, durable: 3}]}}",
    'frontier.yaml:11:42: Cannot read "3" as true or false (mqm.amqp.queues[0].durable)',
  ],
];

for (const [line, complaint] of MISTAKES) {
  Deno.test(`${line} is an error that names its place`, () => {
    assertEquals(errors(`${MINIMAL.trimEnd()}\n${line}\n`), [complaint]);
  });
}

Deno.test("what is not YAML is an error that names its place", () => {
  const [first = ""] = errors("servicebound:\n  listen: [1, 2\nedgebound: }\n");
  assertMatch(first, /^frontier\.yaml:\d+:\d+: Cannot read the file as YAML: /);
});

Deno.test("a file deeper than its reader's stack is one line about its depth", () => {
  const [only = "", ...more] = errors(
    `a: ${"[".repeat(20_000)}${"]".repeat(20_000)}\n`,
  );
  assertMatch(only, /: Cannot read the file as YAML: The file nests too deep/);
  assertEquals(more, []);
});

/** Files with one mistake, and the one line about it. */
const ONE_CAUSE: [name: string, text: string, complaint: string][] = [
  [
    "a misspelt address",
    MINIMAL.replace("addr: 0.0.0.0:30011", "add: 0.0.0.0:30011"),
    'frontier.yaml:5:5: Unknown key "servicebound.listen.add", nearest known key: "servicebound.listen.addr"',
  ],
  [
    "a misspelt section",
    MINIMAL.replace("servicebound:", "servicebond:"),
    'frontier.yaml:2:1: Unknown key "servicebond", nearest known key: "servicebound"',
  ],
  [
    "an address in the wrong map",
    MINIMAL.replace(
      "  listen:\n    network: tcp\n    addr: 0.0.0.0:30012",
      "  addr: 0.0.0.0:30012",
    ),
    'frontier.yaml:7:3: Unknown key "edgebound.addr", nearest known key: "edgebound.listen.addr"',
  ],
  [
    "a section that is no map",
    MINIMAL.replace(
      /servicebound:[^]*edgebound/,
      "servicebound: 30011\nedgebound",
    ),
    'frontier.yaml:2:15: Cannot read "30011" as a map (servicebound)',
  ],
  [
    "a file that is a list",
    "- a",
    "frontier.yaml:1:1: Cannot read a list as a map",
  ],
  [
    "a file that is a text",
    "servicebound",
    'frontier.yaml:1:1: Cannot read "servicebound" as a map',
  ],
  [
    "an address that is a list",
    MINIMAL.replace("addr: 0.0.0.0:30011", "addr: [a]"),
    "frontier.yaml:5:11: Cannot read a list as a text (servicebound.listen.addr)",
  ],
  [
    "misspelt certificates",
    MINIMAL.replace(
      "    addr: 0.0.0.0:30012",
      "    addr: 0.0.0.0:30012\n    tls: {enable: true, cert: [{cert: a, key: b}]}",
    ),
    'frontier.yaml:10:25: Unknown key "edgebound.listen.tls.cert", nearest known key: "edgebound.listen.tls.certs"',
  ],
  [
    "a misspelt key of a certificate",
    MINIMAL.replace(
      "    addr: 0.0.0.0:30012",
      "    addr: 0.0.0.0:30012\n    tls: {enable: true, certs: [{crt: a, key: b}]}",
    ),
    'frontier.yaml:10:34: Unknown key "edgebound.listen.tls.certs[0].crt", nearest known key: "edgebound.listen.tls.certs[0].cert"',
  ],
  [
    "half a certificate",
    MINIMAL.replace(
      "    addr: 0.0.0.0:30012",
      "    addr: 0.0.0.0:30012\n    tls: {enable: true, certs: [{cert: a}]}",
    ),
    "frontier.yaml:10:33: Cannot use a certificate without both of cert and key (edgebound.listen.tls.certs[0].key)",
  ],
  [
    "one port for both listeners",
    MINIMAL.replace("30012", "30011"),
    'frontier.yaml:9:5: Cannot listen on 0.0.0.0:30011: "servicebound.listen.addr" is 0.0.0.0:30011, choose another port (edgebound.listen.addr)',
  ],
  [
    "one port for both listeners, on one interface and on all",
    MINIMAL.replace("0.0.0.0:30012", "127.0.0.1:30011"),
    'frontier.yaml:9:5: Cannot listen on 127.0.0.1:30011: "servicebound.listen.addr" is 0.0.0.0:30011, choose another port (edgebound.listen.addr)',
  ],
  [
    "a bypass to the edges' own port",
    `${MINIMAL.trimEnd()}\n  bypass_enable: true\n  bypass: {addrs: ["h:1", "127.0.0.1:30012"]}\n`,
    "frontier.yaml:12:27: Cannot pass foreign connections on to 127.0.0.1:30012: it is the edges' own address 0.0.0.0:30012, they would come back for ever (edgebound.bypass.addrs[1])",
  ],
  [
    "an open bracket",
    `${MINIMAL.trimEnd()}\nlog: {level: [a, {b: c\nexchange: {}\n`,
    "",
  ],
];

for (const [name, text, complaint] of ONE_CAUSE) {
  Deno.test(`${name} is one line, strictly or not`, () => {
    for (const strict of [false, true]) {
      const lines = errors(text, {}, { strict });
      if (complaint === "") assertEquals(lines.length, 1, lines.join("\n"));
      else assertEquals(lines, [complaint]);
      const env = { FRONTIER_EDGEBOUND_PORT: "30012" };
      if (name.includes("address")) {
        assertEquals(errors(text, env, { strict }), lines);
      }
    }
  });
}

const FRONTLAS = `
control_plane: {listen: {network: tcp, addr: "0.0.0.0:40011"}}
frontier_plane: {listen: {network: tcp, addr: "0.0.0.0:40012"}, expiration: {service_meta: 30, edge_meta: 30}}
redis: {mode: standalone, standalone: {network: tcp, addr: "redis:6379", db: 0}}
daemon: {rlimit: {enable: true, nofile: 102400}}
`;

Deno.test("a file of frontlas is called by its name", () => {
  for (const strict of [false, true]) {
    for (
      const text of [
        FRONTLAS,
        FRONTLAS.replace("frontier_plane", "frontier_manager"),
        "redis: {}\n",
      ]
    ) {
      const [line = "", ...others] = errors(text, {}, { strict });
      assertStringIncludes(line, "This is a configuration of frontlas");
      assertEquals(others, []);
    }
  }
  // One of the gateway's with a key that is not.
  const [line = ""] = warnings(load(`${MINIMAL}\nredis: {}\n`));
  assertStringIncludes(
    line,
    'Unknown key "redis", nearest known key: "mqm.redis"',
  );
});

Deno.test("all mistakes are named at once", () => {
  assertEquals(errors(`${MINIMAL}\nlog: {level: x, output: y}\n`).length, 2);
});

const UNKNOWN: [line: string, complaint: string][] = [
  [
    "exchange: {hashBy: srcip}",
    'frontier.yaml:11:12: Unknown key "exchange.hashBy", nearest known key: "exchange.hashby"',
  ],
  [
    "log: {lev: info}",
    'frontier.yaml:11:7: Unknown key "log.lev", nearest known key: "log.level"',
  ],
  [
    "log_level: info",
    'frontier.yaml:11:1: Unknown key "log_level", nearest known key: "log.level"',
  ],
  [
    "max_connections: 5",
    'frontier.yaml:11:1: Unknown key "max_connections", nearest known key: "limits.max_connections"',
  ],
  [
    "hashby: srcip",
    'frontier.yaml:11:1: Unknown key "hashby", nearest known key: "exchange.hashby"',
  ],
  [
    "limit: {}",
    'frontier.yaml:11:1: Unknown key "limit", nearest known key: "limits"',
  ],
  [
    "limits: {max_conections: 1}",
    'frontier.yaml:11:10: Unknown key "limits.max_conections", nearest known key: "limits.max_connections"',
  ],
  [
    "mqm: {amqp: {queues: [{durabel: true}]}}",
    'frontier.yaml:11:24: Unknown key "mqm.amqp.queues[0].durabel", nearest known key: "mqm.amqp.queues[0].durable"',
  ],
];

for (const [line, complaint] of UNKNOWN) {
  Deno.test(`the unknown key in ${line} is a warning, and an error when strict`, () => {
    const text = `${MINIMAL.trimEnd()}\n${line}\n`;
    assertEquals(warnings(load(text)), [complaint]);
    assertEquals(errors(text, {}, { strict: true }), [complaint]);
  });
}

Deno.test("an unknown hash is a warning, for the Go gateway takes it for edgeid", () => {
  const loaded = load(`${MINIMAL}\nexchange: {hashby: roundrobin}\n`);
  assertStringIncludes(warnings(loaded)[0] ?? "", "edgeid is used");
});

Deno.test("two spellings of one key are a warning, the first one counts", () => {
  const loaded = load(
    `${MINIMAL}\nmqm: {kafka: {producer: {idepotent: true, idempotent: false}}}\n`,
  );
  assert(loaded.config.mqm.kafka.producer.idempotent);
  assertStringIncludes(
    warnings(loaded)[0] ?? "",
    'means the same as "mqm.kafka.producer.idepotent"',
  );
});

Deno.test("a listen address is required in a file", () => {
  const message = errors("edgebound: {listen: {addr: ':1'}}\n").join();
  assertStringIncludes(
    message,
    'Cannot listen without an address: set "servicebound.listen.addr"',
  );
  assertEquals(errors("").length, 2);
});

Deno.test("only the first of several documents counts", () => {
  const loaded = load(`---${MINIMAL}---\nlog: {level: error}\n`);
  assertEquals(loaded.config.log.level, "info");
  assertStringIncludes(warnings(loaded)[0] ?? "", "Only the first document");
});

Deno.test("anchors and merge keys work, aliases cannot exhaust the memory", () => {
  const merged = config(`
x: &tcp {network: tcp, advertised_addr: a}
servicebound: {listen: {<<: *tcp, addr: ":1"}}
edgebound: {listen: {<<: *tcp, addr: ":2", advertised_addr: b}}
`);
  assertEquals(merged.frontlas.advertised, {
    servicebound: "a",
    edgebound: "b",
  });
  let bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (let i = 1; i < 12; i++) {
    bomb += `a${i}: &a${i} [${Array(10).fill(`*a${i - 1}`).join(", ")}]\n`;
  }
  assertStringIncludes(errors(bomb).join(), "Cannot read the file as YAML");
});

const TLS = `
servicebound: {listen: {addr: ":1", tls: {enable: true, certs: [{cert: a.pem, key: a.key}]}}}
edgebound:
  bypass_enable: true
  bypass: {addrs: ["old:1", "old:2"], tls: {enable: true, mtls: true, ca_certs: [ca.pem], insecure_skip_verify: yes}}
  listen: {addr: ":2", tls: {enable: true, mtls: true, ca_certs: [ca.pem], certs: [{cert: b.pem, key: b.key}]}}
`;

Deno.test("TLS and bypass are handed on", () => {
  const { servicebound, edgebound } = config(TLS);
  assertEquals(servicebound.tls, {
    mtls: false,
    caCerts: [],
    certs: [{ cert: "a.pem", key: "a.key" }],
  });
  assertEquals(edgebound.tls, {
    mtls: true,
    caCerts: ["ca.pem"],
    certs: [{ cert: "b.pem", key: "b.key" }],
  });
  assertEquals(edgebound.bypass, {
    addrs: ["old:1", "old:2"],
    tls: {
      mtls: true,
      caCerts: ["ca.pem"],
      certs: [],
      insecureSkipVerify: true,
    },
  });
});

Deno.test("TLS without a certificate, or with half of one, is an error", () => {
  assertStringIncludes(
    errors(TLS.replace("certs: [{cert: a.pem, key: a.key}]", "certs: null"))
      .join(),
    "without a certificate",
  );
  assertStringIncludes(
    errors(TLS.replace(", key: b.key", "")).join(),
    "both of cert and key",
  );
});

Deno.test("mtls without authorities and bypass without addresses are warnings", () => {
  assertStringIncludes(
    warnings(load(TLS.replace("ca_certs: [ca.pem], certs", "certs"))).join(),
    "every client is refused",
  );
  const loaded = load(TLS.replace('["old:1", "old:2"]', "[]"));
  assertEquals(loaded.config.edgebound.bypass, undefined);
  assertStringIncludes(
    warnings(loaded).join(),
    "foreign connections are closed",
  );
});

for (
  const [line, key, said] of [
    [
      "nats: {enable: true, addrs: [x], producer: {subjects: [a]}, per_topic: [{topic: b}]}",
      "mqm.nats.per_topic[0].topic",
      'Topic "b" is none of "mqm.nats.producer.subjects"',
    ],
    [
      "redis: {enable: true, addrs: [x], producer: {channels: [a]}, per_topic: [{topic: a}, {topic: a}]}",
      "mqm.redis.per_topic[1].topic",
      'Topic "a" is there twice',
    ],
    [
      "nsq: {enable: true, addrs: [x], producer: {topics: [a]}, per_topic: [{topic: a, headers: {meta: true}}]}",
      "mqm.nsq.per_topic[0].headers.meta",
      "Cannot send headers to NSQ",
    ],
    [
      "kafka: {enable: true, producer: {topics: [a]}}",
      "mqm.kafka.addrs",
      "Cannot reach kafka without an address",
    ],
    [
      "amqp: {enable: true, addrs: [x]}",
      "mqm.amqp.producer.routing_keys",
      "Cannot publish to amqp without a topic",
    ],
    [
      "nats: {enable: true, addrs: [x], producer: {subjects: ['a b']}}",
      "mqm.nats.producer.subjects[0]",
      'Cannot publish to "a b": a subject has no blanks',
    ],
  ] as const
) {
  Deno.test(`a broker that cannot work is an error: ${line}`, () => {
    const found = errors(`${MINIMAL}\nmqm: {${line}}\n`);
    assertEquals(found.length, 1, found.join("\n"));
    assertStringIncludes(found[0]!, said);
    assertStringIncludes(found[0]!, key);
  });
}

Deno.test("the environment beats the file", () => {
  const { servicebound, edgebound, frontierId, frontlas, drainSeconds, log } =
    config(MINIMAL, {
      FRONTIER_SERVICEBOUND_PORT: "1",
      FRONTIER_EDGEBOUND_PORT: "2",
      FRONTIER_DRAIN_SECONDS: "0",
      NODE_NAME: "n1",
      FRONTLAS_ADDR: "directory:40012",
      LOG_LEVEL: "Debug",
      LOG_OUTPUT: "both",
      LOG_FORMAT: "json",
      LOG_FILE: "/x.log",
    });
  assertEquals([servicebound.port, edgebound.port, servicebound.hostname], [
    1,
    2,
    "0.0.0.0",
  ]);
  assertEquals([drainSeconds, frontierId], [0, "frontier-n1"]);
  assertEquals([frontlas.enable, frontlas.dial.addrs], [true, [
    "directory:40012",
  ]]);
  assertEquals([log.level, log.output, log.format, log.file.path], [
    "debug",
    "both",
    "json",
    "/x.log",
  ]);
});

Deno.test("the environment names a gateway and its addresses for a cluster", () => {
  const both = { NODE_NAME: "n1", FRONTIER_ID: "pod-7" };
  assertEquals(config(MINIMAL, both).frontierId, "pod-7");
  assertEquals(config(MINIMAL, { FRONTIER_ID: "" }).frontierId, "");
  const { frontlas } = config(MINIMAL, {
    FRONTIER_SERVICEBOUND_ADVERTISED_ADDR: "10.0.0.7:30011",
    FRONTIER_EDGEBOUND_ADVERTISED_ADDR: "gw.example:31012",
  });
  assertEquals(frontlas.advertised, {
    servicebound: "10.0.0.7:30011",
    edgebound: "gw.example:31012",
  });
});

Deno.test("a flag beats the environment, an empty variable is none", () => {
  const env = { LOG_LEVEL: "debug", LOG_FORMAT: "", LOG_FILE: "/env.log" };
  const { log, daemon } = config(MINIMAL, env, {
    logLevel: "error",
    logFile: "/flag.log",
    rlimitNofile: 7,
  });
  assertEquals([
    log.level,
    log.format,
    log.file.path,
    daemon.rlimit.nofile,
  ], ["error", "text", "/flag.log", 7]);
});

Deno.test("a wrong variable or flag is an error that names it", () => {
  assertEquals(errors(MINIMAL, { FRONTIER_EDGEBOUND_PORT: "x" }), [
    'FRONTIER_EDGEBOUND_PORT: Cannot read "x" as a port: expected a number from 0 to 65535',
  ]);
  assertEquals(errors(MINIMAL, { LOG_LEVEL: "x" }), [
    'LOG_LEVEL: Unsupported log level "x", options: debug, info, warn, error',
  ]);
  assertEquals(errors(MINIMAL, {}, { logOutput: "x" }), [
    '--log-output: Unsupported log output "x", options: stdout, stderr, file, both',
  ]);
});

Deno.test("the drain time of the environment may have no end, as that of the file", () => {
  for (const value of [".inf", "Infinity"]) {
    const loaded = load(MINIMAL, { FRONTIER_DRAIN_SECONDS: value });
    assertEquals([loaded.config.drainSeconds, warnings(loaded)], [
      Infinity,
      [],
    ]);
  }
});

for (const value of ["soon", "-1", "1.5"]) {
  Deno.test(`a drain time of ${value} is a warning and 25 seconds`, () => {
    const loaded = load(`${MINIMAL}\ndaemon: {drain_seconds: 3}\n`, {
      FRONTIER_DRAIN_SECONDS: value,
    });
    assertEquals(loaded.config.drainSeconds, 25);
    assertStringIncludes(
      warnings(loaded)[0] ?? "",
      "FRONTIER_DRAIN_SECONDS: Cannot read",
    );
  });
}

Deno.test("without a file edges come from everywhere and get ids, services come from here", () => {
  const { config, warnings } = loadConfig(
    undefined,
    (name) => (name === "FRONTIER_EDGEBOUND_PORT" ? "9" : undefined),
  );
  assertEquals(warnings, []);
  assertEquals(config.servicebound, { hostname: "127.0.0.1", port: 30011 });
  assertEquals(config.edgebound, {
    hostname: "0.0.0.0",
    port: 9,
    allocateEdgeIds: true,
    requireEdgeOnline: false,
    reaskIds: "ours",
  });
});

Deno.test("passwords are not printed", () => {
  const yaml = load(`${MINIMAL}
mqm:
  redis: {password: secret1}
  amqp: {addrs: ["user:secret2@host:5672/v", "user:secret/4@secret5@host:5673"]}
  nats: {addrs: ["nats://user:secret3@host:4222", "host:4222"]}
  kafka: {addrs: ["user:secret6@host:9092"]}
  nsq: {addrs: ["user:secret7@host:4150"]}
`).toYaml();
  assert(!/secret[\d/]/.test(yaml), yaml);
  for (
    const part of ["***@host:5672/v", "nats://***@host:4222", "- host:4222"]
  ) assertStringIncludes(yaml, part);
});

Deno.test({
  name: "a configuration is read without any permission",
  permissions: "none",
  fn: () => assertEquals(config(SAMPLE).edgebound.port, 30012),
});

/** Mistakes in lines with a password. */
const TALKATIVE = [
  "mqm: {amqp: {addrs: 'amqp://user:secret@host'}}",
  "mqm: {amqp: {addrs: user:secret@host}}",
  "mqm: {redis: {addrs: 'redis://:sec@ret/secret@host'}}",
  'mqm: {redis: {password: "a" "secret"}}',
  'mqm: {redis: {password: "a" secret}}',
  "mqm: {redis: {password: @secret}}",
  "mqm: {redis: {password: `secret}}",
  "mqm: {redis: {password: %secret: [}}",
  'mqm:\n  redis:\n    password: "a\n  secret\n',
  "mqm:\n  redis:\n    password: a: secret\n",
  "mqm:\n  redis:\n  password: secret\n   more: secret\n",
  "mqm: {redis: {password: [secret]}}",
  "mqm: {redis: {password: {secret: 1}}}",
  "%secret\n---\n",
];

for (const line of TALKATIVE) {
  Deno.test(`what is wrong with ${JSON.stringify(line)} is said without the password`, () => {
    const said = errors(`${MINIMAL}\n${line}\n`, {}, { strict: true });
    assert(said.length >= 1 && !said.join().includes("secret"), said.join());
  });
}

/** The link as the documents of the original have it. */
const CLUSTER = `
frontlas:
  enable: true
  dial:
    network: tcp
    addr:
      - 127.0.0.1:40012
    tls:
  metrics:
    enable: false
    interval: 0
`;

Deno.test("the link to the directory of a cluster is taken as the original's documents write it", () => {
  const loaded = load(MINIMAL + CLUSTER, {}, { strict: true });
  assertEquals(warnings(loaded), []);
  assertEquals(loaded.config.frontlas, {
    enable: true,
    dial: { addrs: ["127.0.0.1:40012"] },
    metrics: { enable: false, intervalSeconds: 30 },
    advertised: { servicebound: "", edgebound: "" },
  });
  const again = load(loaded.toYaml(), {}, { strict: true });
  assertEquals(again.config, loaded.config);
});

Deno.test("the number of peers is reported at an interval, said or not", () => {
  const metrics = (text: string) =>
    load(
      `${MINIMAL}${CLUSTER.replace(/enable: false\n {4}interval: 0/, text)}`,
    );
  const said = metrics("enable: true\n    interval: 5");
  assertEquals(said.config.frontlas.metrics, {
    enable: true,
    intervalSeconds: 5,
  });
  assertEquals(warnings(said), []);
  const unsaid = metrics("enable: true");
  assertEquals(unsaid.config.frontlas.metrics.intervalSeconds, 30);
  assertStringIncludes(warnings(unsaid).join(), "reported every 30 s");
});

Deno.test("an address for others is read where it is used, and only there", () => {
  const listen = MINIMAL.replace(
    "edgebound:\n  listen:",
    "edgebound:\n  listen:\n    advertised_addr: nowhere",
  );
  assert(listen !== MINIMAL);
  assertEquals(warnings(load(listen)), []);
  assertStringIncludes(
    errors(listen + CLUSTER).join(),
    'Cannot read "nowhere" as an address',
  );
});

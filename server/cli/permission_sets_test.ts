/** The named permission sets, with what the papers say that each optional part adds. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { withFile } from "../../platform/cli/testing/program_process.ts";
import { GOOD, Program } from "./testing/program.ts";
import { VARIABLES } from "./testing/variables.ts";

const ROOT = new URL("../../", import.meta.url);
const FIXTURES = new URL("platform/testdata/", ROOT).pathname;
const QUIET = "observability: {enable: false}\n";
const pair = `{cert: ${FIXTURES}localhost.pem, key: ${FIXTURES}localhost.key}`;
const TLS =
  `tls: {enable: true, mtls: true, ca_certs: [${FIXTURES}ca.pem], certs: [${pair}]}`;
const CONTROL = 'controlplane: {enable: true, listen: {addr: "127.0.0.1:0"';

/** What is on, and what is added to `-P=gateway` for it, as the papers have it. */
const TABLE = new Map(
  [
    ...Deno.readTextFileSync(new URL("docs/OPERATING.md", ROOT))
      .split("\n## Permissions\n")[1]!.split("\n## ")[0]!
      .matchAll(/^\| (.*?) \| (.*?) \|$/gm),
  ].slice(1).map(([, part, added]) => [part!, added!]),
);
TABLE.delete("---");

/** One part, and how to see that it is on. */
interface Part {
  /** Its configuration, given a folder that the test may use. */
  readonly config: (folder: string) => string;
  /** What stands for the names of files in the paper. */
  readonly paths?: (folder: string) => string[];
  readonly env?: Record<string, string>;
  /** What the log says when it is on. */
  readonly line: RegExp;
  /** Looks at it where the log is not enough. */
  readonly look?: (match: RegExpExecArray) => Promise<void>;
}

const broker = (kind: string, topics: string) =>
  `mqm: {${kind}: {enable: true, addrs: ["127.0.0.1:1"], deadline_ms: 500, producer: {${topics}: [t]}}}\n`;

async function status(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}

const PARTS: Record<string, Part[]> = {
  "TLS": [{
    config: () =>
      `${
        GOOD.replaceAll('"127.0.0.1:0"', `"127.0.0.1:0", ${TLS}`)
      }${QUIET}${CONTROL}, ${TLS}}}\n`,
    paths: () =>
      ["localhost.pem", "localhost.key", "ca.pem"].map((name) =>
        `${FIXTURES}${name}`
      ),
    line: /controlplane server listening on/,
  }],
  "secrets in files (tokens, passwords of brokers)": [{
    config: (folder) => {
      Deno.writeTextFileSync(`${folder}/token`, "a-token-of-an-operator\n");
      return `${GOOD}${QUIET}${CONTROL}}, tokens: [{token: {file: ${folder}/token}}]}\n`;
    },
    paths: (folder) => [`${folder}/token`],
    line: /controlplane server listening on: (\S+)/,
    look: async ([, address]) =>
      assertEquals(await status(`http://${address}/v1/edges`), 401),
  }],
  "a log file": [{
    config: (folder) =>
      `${GOOD}${QUIET}log: {output: both, file: {path: ${folder}/frontier.log}}\n`,
    paths: (folder) => [folder],
    line: /edgebound server listening on/,
  }],
  "the control plane, with either store": ["buntdb", "sqlite3"].map(
    (backend): Part => ({
      config: () => `${GOOD}${QUIET}${CONTROL}}}\ndao: {backend: ${backend}}\n`,
      line: /controlplane server listening on: (\S+)/,
      look: async ([, address]) =>
        assertEquals(await status(`http://${address}/v1/edges`), 200),
    }),
  ),
  "health and metrics": [{
    config: () => `${GOOD}observability: {addr: "127.0.0.1:0"}\n`,
    line: /observability server listening on: (\S+)/,
    look: async ([, address]) => {
      assertEquals(await status(`http://${address}/readyz`), 200);
      assertEquals(await status(`http://${address}/metrics`), 200);
    },
  }],
  "a cluster (`frontlas`)": [{
    config: () =>
      `${GOOD}${QUIET}daemon: {frontier_id: one}\nfrontlas: {enable: true, dial: {addr: "127.0.0.1:1"}}\n`,
    line: /edgebound server listening on/,
  }],
  "AMQP, NATS, NSQ, Redis": Object.entries({
    amqp: "routing_keys",
    nats: "subjects",
    nsq: "topics",
    redis: "channels",
  }).map(([kind, topics]): Part => ({
    config: () => `${GOOD}${QUIET}${broker(kind, topics)}`,
    line: /Broker cannot be published to/,
  })),
  "Kafka": [{
    config: () => `${GOOD}${QUIET}${broker("kafka", "topics")}`,
    paths: () => [wasmFolder()],
    line: /Broker cannot be published to/,
  }],
  "`daemon.pprof`": [{
    config: () =>
      `${GOOD}${QUIET}daemon: {pprof: {enable: true, addr: "127.0.0.1:0"}}\n`,
    line: /pprof server listening on: (\S+)/,
    look: async ([, address]) =>
      assertEquals(
        await status(`http://${address}/debug/pprof/profile?seconds=0.1`),
        200,
      ),
  }],
  "`daemon.rlimit`": [{
    config: () =>
      `${GOOD}${QUIET}daemon: {rlimit: {enable: true, nofile: 1}}\n`,
    line: /Limit of open files limit=\d+/,
  }],
  "`OTEL_*`": [{
    config: () => `${GOOD}${QUIET}`,
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_METRIC_EXPORT_INTERVAL: "200",
    },
    line: /edgebound server listening on/,
  }],
};

/** Where the client of Kafka has its WebAssembly. */
function wasmFolder(): string {
  const info = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
    stderr: "null",
  }).outputSync();
  const { npmCache } = JSON.parse(new TextDecoder().decode(info.stdout));
  const [registry] = [...Deno.readDirSync(npmCache)].filter(({ name }) =>
    [...Deno.readDirSync(`${npmCache}/${name}`)].some((one) =>
      one.name === "@platformatic"
    )
  );
  return `${npmCache}/${registry!.name}/@platformatic/wasm-utils`;
}

/** The flags beside `-P=gateway`, with these files for those that the paper names. */
function flagsFor(added: string, config: string, paths: string[]): string[] {
  const flags = [`--allow-read=${[config, ...paths].join(",")}`];
  for (const [, flag, what] of added.matchAll(/`(--[a-z-]+)(=<[^`]*>)?`/g)) {
    if (flag === "--allow-read") continue;
    flags.push(what === undefined ? flag! : `${flag}=${paths.join(",")}`);
  }
  if (!added.includes("`--allow-read=")) assertEquals(paths, []);
  return flags;
}

Deno.test("the test knows every part of the table of permissions", () => {
  assertEquals([...TABLE.keys()].sort(), Object.keys(PARTS).sort());
});

for (const [name, parts] of Object.entries(PARTS)) {
  Deno.test(`with the permission set and what the papers add, it runs: ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      for (const part of parts) await run(name, part, folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function run(name: string, part: Part, folder: string): Promise<void> {
  using collector = new Collector();
  const paths = part.paths?.(folder) ?? [];
  await withFile(part.config(folder), async (path) => {
    await using program = new Program(
      ["--config", path],
      {
        FRONTIER_DRAIN_SECONDS: "3",
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
        ...part.env,
      },
      ["-P=gateway", ...flagsFor(TABLE.get(name)!, path, paths)],
    );
    const match = await program.line(part.line);
    await part.look?.(match);
    if (part.env?.OTEL_DENO) await collector.asked;
    program.tell("SIGTERM");
    const { code, out, err } = await program.end();
    assertEquals([code, err], [0, ""]);
    assertStringIncludes(out, "seconds=3");
    assert(!/NotCapable|Requires \w+ access/.test(out), out);
  });
}

/** Takes what OpenTelemetry exports. */
class Collector implements Disposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** Resolves at the first export. */
  readonly asked: Promise<void>;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.asked = promise;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => {
        resolve();
        return Response.json({});
      },
    );
  }

  get port(): number {
    return this.#server.addr.port;
  }

  [Symbol.dispose](): void {
    void this.#server.shutdown();
  }
}

Deno.test("every variable arrives with the permission set alone", async () => {
  // Of two that name the gateway one wins.
  for (const without of ["NODE_NAME", "FRONTIER_ID"]) {
    const entries = Object.entries(VARIABLES)
      .filter(([name]) => name !== without);
    await using program = new Program(
      ["--print-config"],
      Object.fromEntries(entries.map(([name, [value]]) => [name, value])),
      ["-P=gateway"],
    );
    const { code, out } = await program.end();
    assertEquals(code, 0);
    for (const [, [, line]] of entries) {
      assertStringIncludes(`${out}\n`, `${line}\n`);
    }
  }
});

Deno.test("the permission set gives no more than the papers say", async () => {
  await withFile(GOOD, async (path) => {
    await using program = new Program(["-c", path], {}, ["-P=gateway"]);
    const { code, err } = await program.end();
    assertEquals(code, 1);
    assertStringIncludes(err, "Requires read access");
  });
});

Deno.test("the tasks run with the permission sets of their programs", () => {
  const { tasks, permissions } = JSON.parse(
    Deno.readTextFileSync(new URL("deno.json", ROOT)),
  );
  const used = Object.values<{ command: string }>(tasks).flatMap(
    ({ command }) => command.match(/(?<=-P=)[\w-]+/g) ?? [],
  );
  // Those of devices and of whoever reaches them, which have no task.
  const alone = ["agent", "forward"];
  assertEquals([...used, ...alone].sort(), Object.keys(permissions).sort());
});

/** The program with brokers: which permissions it needs, and how it ends. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Edge } from "@frontier/client";
import { withFile } from "../../platform/cli/testing/program_process.ts";
import { Program } from "../../server/cli/testing/program.ts";

const BASE = `servicebound: {listen: {addr: "127.0.0.1:0"}}
edgebound: {listen: {addr: "127.0.0.1:0"}, edgeid_alloc_when_no_idservice_on: true}
observability: {enable: false}
`;
/** The documented permissions, with nothing to read but the configuration. */
const permissions = (path: string) => [
  "--allow-net",
  `--allow-read=${path}`,
  "--allow-env=FRONTIER_*,FRONTLAS_ADDR,LOG_*,NODE_NAME",
  "--allow-sys=systemMemoryInfo",
];

/** Each kind with a broker that is not there. */
const KINDS: Readonly<Record<string, string>> = {
  amqp: "producer: {routing_keys: [t]}",
  nats: "producer: {subjects: [t]}",
  nsq: "producer: {topics: [t]}",
  redis: "producer: {channels: [t]}",
  kafka: "producer: {topics: [t]}",
};

for (const [kind, producer] of Object.entries(KINDS)) {
  Deno.test(`${kind} needs the documented permissions only, and the program ends by itself`, async () => {
    const text =
      `${BASE}mqm: {${kind}: {enable: true, addrs: ["127.0.0.1:1"], deadline_ms: 500, ${producer}}}\n`;
    await withFile(text, async (path) => {
      // The client of Kafka reads its WebAssembly from Deno's cache.
      const flags = permissions(path).map((flag) =>
        kind === "kafka" && flag.startsWith("--allow-read")
          ? "--allow-read"
          : flag
      );
      await using program = new Program(["-c", path], {}, flags);
      const [, port] = await program.line(
        /edgebound server listening on: \S+:(\d+)/,
      );
      await program.line(/Broker cannot be published to/);
      {
        await using edge = await Edge.connect({ port: Number(port) });
        const error = await edge.publish("t", "x").then(
          () => undefined,
          (error) => error,
        );
        assertEquals(error?.code, "broker-unavailable");
      }
      program.tell("SIGTERM");
      const { code, out } = await program.end();
      assertEquals(code, 0);
      assertStringIncludes(out, "Stopped");
    });
  });
}

Deno.test("without brokers nothing of them is loaded", async () => {
  await withFile(BASE, async (path) => {
    // The client of Kafka could not read its files, that of Redis could not see the environment.
    await using program = new Program(["-c", path], {}, permissions(path));
    await program.line(/edgebound server listening on/);
    program.tell("SIGTERM");
    assertEquals((await program.end()).code, 0);
  });
});

Deno.test("a client that may not read what it needs says so at start, and for --check", async () => {
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  // A port of its own is not to blame.
  const text = `${BASE.replace(/(edgebound.*):0"/, `$1:${port}"`)}mqm:
  kafka: {enable: true, addrs: ["127.0.0.1:1"], producer: {topics: [t]}}
`;
  await withFile(text, async (path) => {
    for (const args of [["-c", path], ["-c", path, "--check"]]) {
      await using program = new Program(args, {}, permissions(path));
      const { code, err } = await program.end();
      assertEquals(code, 1);
      assert(
        /Cannot load the client of kafka: .*read access.*wasm/.test(err),
        err,
      );
    }
  });
});

Deno.test("secrets of brokers come from files and the environment, and are not printed", async () => {
  const secret = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(secret, "from-a-file\n");
    const text = `${BASE}mqm:
  redis:
    enable: true
    addrs: ["127.0.0.1:1"]
    password: {file: ${secret}}
    producer: {channels: [a]}
  nats:
    enable: true
    addrs: ["127.0.0.1:1"]
    user: gate
    password: {env: FRONTIER_NATS_PASSWORD}
    producer: {subjects: [b]}
`;
    await withFile(text, async (path) => {
      const flags = permissions(path).map((flag) =>
        flag.startsWith("--allow-read") ? `${flag},${secret}` : flag
      );
      await using missing = new Program(["-c", path], {}, flags);
      await missing.line(/FRONTIER_NATS_PASSWORD is not set/);
      await using there = new Program(
        ["-c", path],
        { FRONTIER_NATS_PASSWORD: "from-the-environment" },
        flags,
      );
      await there.line(/broker=nats .*ECONNREFUSED/);
      await there.line(/broker=redis .*ECONNREFUSED/);
      there.tell("SIGTERM");
      const { out, err } = await there.end();
      assert(!/from-a-file|from-the-environment/.test(out + err), out + err);
    });
  } finally {
    await Deno.remove(secret);
  }
});

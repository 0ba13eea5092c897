import { assertEquals } from "@std/assert";
import { withFile } from "../../platform/cli/testing/program_process.ts";
import {
  ANY_PORTS,
  GOOD,
  PERMISSIONS,
  Program,
} from "../../server/cli/testing/program.ts";
import { type Collected, Collector } from "./collector.ts";

/** All that a program of the SDK needs; no variable of the environment among it. */
const NET = ["--allow-net=127.0.0.1"];
const CONFIG = `${GOOD}observability: {enable: false}\n`.replace(
  "edgebound: {",
  "edgebound: {edgeid_alloc_when_no_idservice_on: true, ",
);

function script(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

/** Runs gateway, service and edge until the service has done everything. */
async function run(
  environment: (process: string) => Record<string, string>,
): Promise<void> {
  await withFile(CONFIG, async (path) => {
    await using gateway = new Program(
      ["--config", path],
      { ...ANY_PORTS, ...environment("gateway") },
      PERMISSIONS,
    );
    const [, edgePort] = await gateway.line(/edgebound .* on: \S+:(\d+)/);
    const [, servicePort] = await gateway.line(/servicebound .* on: \S+:(\d+)/);
    await using edge = new Program(
      [edgePort!],
      environment("edge"),
      NET,
      script("traced_edge.ts"),
    );
    const [, edgeId] = await edge.line(/^edge (\d+)$/);
    await using service = new Program(
      [servicePort!, edgeId!],
      environment("service"),
      NET,
      script("traced_service.ts"),
    );
    assertEquals(await service.end(), { code: 0, out: "", err: "" });
    gateway.tell("SIGTERM");
    const { code, err } = await gateway.end();
    assertEquals([code, err], [0, ""]);
    assertEquals((await edge.end()).code, 0);
  });
}

/** The spans as a tree: what each process did, and what came of it. */
function tree(spans: readonly Collected[], parent = "", depth = 0): string[] {
  return spans.filter(({ parentSpanId }) => parentSpanId === parent)
    .map((span) => [
      `${"  ".repeat(depth)}${span.process}: ${span.name}` +
      (span.failed ? ` (${span.tags["error.type"]})` : ""),
      ...tree(spans, span.spanId, depth + 1),
    ]).sort().flat();
}

/** What happens, with and without a gateway that traces. */
const WITH_GATEWAY = `
service: all of it
  service: greet
    gateway: greet
      edge: greet
        edge: fail (remote)
          gateway: fail (remote)
            service: fail (remote)
        edge: lookup
          gateway: lookup
            service: lookup
  service: open stream
    gateway: open stream
      edge: open stream
        edge: open stream
          gateway: open stream
            service: open stream
  service: publish
    gateway: relay
      edge: process
        edge: publish news
          gateway: relay news
            service: process news
`.trim().split("\n");
const WITHOUT_GATEWAY = `
service: all of it
  service: greet
    edge: greet
      edge: fail (remote)
        service: fail (remote)
      edge: lookup
        service: lookup
  service: open stream
    edge: open stream
      edge: open stream
        service: open stream
  service: publish
    edge: process
      edge: publish news
        service: process news
`.trim().split("\n");

/** Kinds of spans in OTLP, by who makes them and the first word of their name. */
const KINDS: Readonly<Record<string, number>> = {
  "service: greet": 3,
  "gateway: greet": 2,
  "edge: greet": 2,
  "service: publish": 4,
  "gateway: relay": 2,
  "edge: process": 5,
};

Deno.test("calls, messages and streams make one trace through service, gateway and edge", async () => {
  await using collector = new Collector();
  await run((process) => collector.environment(process));
  const { spans } = collector;
  assertEquals(tree(spans), WITH_GATEWAY);
  assertEquals(new Set(spans.map(({ traceId }) => traceId)).size, 1);
  for (const { process, name, kind } of spans) {
    const known = KINDS[`${process}: ${name}`];
    if (known !== undefined) assertEquals(kind, known, `${process}: ${name}`);
  }
  const tags = (process: string, name: string) =>
    spans.find((span) => span.process === process && span.name === name)!.tags;
  assertEquals(tags("gateway", "fail"), {
    "rpc.system": "frontier",
    "rpc.method": "fail",
    "frontier.source": "edge",
    "error.type": "remote",
  });
  assertEquals(tags("gateway", "relay news"), {
    "messaging.system": "frontier",
    "messaging.operation.name": "relay",
    "messaging.operation.type": "send",
    "messaging.destination.name": "news",
    "frontier.source": "edge",
  });
  assertEquals(tags("service", "process news"), {
    "messaging.system": "frontier",
    "messaging.operation.name": "process",
    "messaging.operation.type": "process",
    "messaging.destination.name": "news",
  });
});

Deno.test("a gateway that does not trace passes the context on: still one trace", async () => {
  await using collector = new Collector();
  await run((process) =>
    process === "gateway" ? {} : collector.environment(process)
  );
  assertEquals(tree(collector.spans), WITHOUT_GATEWAY);
  assertEquals(new Set(collector.spans.map(({ traceId }) => traceId)).size, 1);
});

Deno.test("with an edge that does not trace, what it asks begins traces of its own at the gateway", async () => {
  await using collector = new Collector();
  await run((process) =>
    process === "edge" ? {} : collector.environment(process)
  );
  assertEquals(
    tree(collector.spans),
    `
gateway: fail (remote)
  service: fail (remote)
gateway: lookup
  service: lookup
gateway: open stream
  service: open stream
gateway: relay news
  service: process news
service: all of it
  service: greet
    gateway: greet
  service: open stream
    gateway: open stream
  service: publish
    gateway: relay
`.trim().split("\n"),
  );
});

Deno.test("without OTEL_DENO nothing of tracing is loaded, and the same goes on", async () => {
  await run(() => ({}));
  await using collector = new Collector();
  await withFile(CONFIG, async (path) => {
    await using gateway = new Program(["--config", path], ANY_PORTS);
    const [, port] = await gateway.line(/edgebound .* on: \S+:(\d+)/);
    const loaded = async (environment: Record<string, string>) => {
      await using edge = new Program(
        [port!],
        environment,
        [...NET, "--allow-sys"],
        script("loaded.ts"),
      );
      return await edge.end();
    };
    const plain = await loaded({});
    assertEquals([plain.out, plain.err], ["ours true tracing false", ""]);
    // The same look does see what is loaded.
    const traced = await loaded(collector.environment("edge"));
    assertEquals(traced.out, "ours true tracing true");
  });
});

Deno.test("a collector that is not there does no harm", async () => {
  const collector = new Collector();
  const environment = collector.environment("all");
  await collector[Symbol.asyncDispose]();
  await run(() => environment);
});

/** Health and metrics of the gateway, seen from outside while it works. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Edge, FrontierError, Service } from "@frontier/client";
import { startFrontier } from "@frontier/server";
import { NULL_LOGGER } from "@frontier/platform/log";
import { withFile } from "../platform/cli/testing/program_process.ts";
import { GOOD, PERMISSIONS, Program } from "../server/cli/testing/program.ts";
import { scrape, total } from "./support/scrape.ts";

const LOOPBACK = "127.0.0.1";
const WATCHED = `servicebound: {listen: {addr: "127.0.0.1:0"}}
edgebound: {listen: {addr: "127.0.0.1:0"}, edgeid_alloc_when_no_idservice_on: yes}
observability: {addr: "127.0.0.1:0"}
`;

function portOf(match: RegExpExecArray): number {
  return Number(match[1]);
}

/** The program with the documented permissions and nothing more, and its three ports. */
async function start(path: string) {
  const program = new Program(["--config", path], {}, [
    ...PERMISSIONS.filter((flag) => flag !== "--allow-read"),
    `--allow-read=${path}`,
  ]);
  const ports = {
    service: portOf(await program.line(/servicebound server .*:(\d+)$/)),
    edge: portOf(await program.line(/edgebound server .*:(\d+)$/)),
    metrics: portOf(await program.line(/observability server .*:(\d+)$/)),
  };
  return { program, ...ports };
}

async function get(port: number, path: string): Promise<[number, string]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return [response.status, await response.text()];
}

async function refused(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof FrontierError) return error.code;
    throw error;
  }
  return "ok";
}

Deno.test("with the documented permissions the counts are exactly what was sent, scraped under load", async () => {
  await withFile(WATCHED, async (path) => {
    const { program, service: servicePort, edge: edgePort, metrics } =
      await start(path);
    await using _ = program;
    await using service = await Service.connect({
      port: servicePort,
      name: "S",
      topics: ["news"],
      methods: {
        echo: (request) => request.data,
        fail: () => {
          throw new Error("Out of paper");
        },
      },
    });
    const taking = (async () => {
      for (let i = 0; i < 500; i++) (await service.receive()).done();
    })();
    taking.catch(() => {});
    const edges = await Promise.all(
      Array.from({ length: 10 }, () =>
        Edge.connect({
          port: edgePort,
          methods: { ping: () => "pong" },
        })),
    );
    let scrapes = 0;
    let loading = true;
    const scraping = (async () => {
      let calls = 0;
      while (loading) {
        const seen = await scrape(metrics);
        const now = total(seen, "frontier_calls_total");
        assert(now >= calls, "counters never go back");
        calls = now;
        scrapes++;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const payload = new Uint8Array(100);
    const work = edges.flatMap((edge) => [
      ...Array.from({ length: 200 }, () => refused(edge.call("echo", payload))),
      ...Array.from({ length: 7 }, () => refused(edge.call("fail"))),
      ...Array.from({ length: 3 }, () => refused(edge.call("nobody"))),
      ...Array.from({ length: 50 }, () => refused(edge.publish("news", "x"))),
      refused(edge.publish("unheard-of", "x")),
      ...Array.from(
        { length: 20 },
        () => refused(service.call(edge.edgeId, "ping")),
      ),
    ]);
    const results = await Promise.all(work);
    await taking;
    assertEquals(results.filter((code) => code === "ok").length, 2_700);
    for (const edge of edges.slice(0, 4)) {
      const stream = await edge.openStream("S");
      const other = await service.acceptStream();
      const reading = new Response(other.readable).bytes();
      await stream.write(new Uint8Array(100_000));
      await stream.close();
      assertEquals((await reading).length, 100_000);
    }
    await refused(edges[0]!.openStream("nobody"));
    loading = false;
    await scraping;
    assert(scrapes >= 2, `${scrapes} scrapes under load`);

    let seen = await scrape(metrics);
    for (let i = 0; total(seen, "frontier_streams") > 0 && i < 200; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      seen = await scrape(metrics);
    }
    const exactly: Record<string, number> = {
      'frontier_calls_total{direction="edge_to_service",code="ok"}': 2_000,
      'frontier_calls_total{direction="edge_to_service",code="remote"}': 70,
      'frontier_calls_total{direction="edge_to_service",code="rpc-not-online"}':
        30,
      'frontier_calls_total{direction="service_to_edge",code="ok"}': 200,
      'frontier_call_duration_seconds_count{direction="edge_to_service"}':
        2_070,
      'frontier_call_duration_seconds_count{direction="service_to_edge"}': 200,
      'frontier_messages_total{direction="edge_to_service",code="ok"}': 500,
      'frontier_messages_total{direction="edge_to_service",code="topic-not-online"}':
        10,
      'frontier_message_duration_seconds_count{direction="edge_to_service"}':
        500,
      'frontier_stream_opens_total{opener="edge",code="ok"}': 4,
      'frontier_stream_opens_total{opener="edge",code="service-not-online"}': 1,
      'frontier_stream_open_duration_seconds_count{opener="edge"}': 4,
      'frontier_stream_lifetime_seconds_count{opener="edge"}': 4,
      'frontier_stream_bytes_total{sender="edge"}': 400_000,
      'frontier_stream_bytes_total{sender="service"}': 0,
      'frontier_handshakes_total{side="edge",code="ok"}': 10,
      'frontier_handshakes_total{side="service",code="ok"}': 1,
      'frontier_peers{side="edge"}': 10,
      'frontier_peers{side="service"}': 1,
      frontier_connections: 11,
      frontier_connections_accepted_total: 11,
      frontier_inflight: 0,
      frontier_streams: 0,
      frontier_outbox_bytes: 0,
      frontier_ready: 1,
      'frontier_log_records_total{level="error"}': 0,
    };
    for (const [name, count] of Object.entries(exactly)) {
      assertEquals(seen.get(name), count, name);
    }
    assertEquals(
      total(seen, "frontier_calls_total") +
        total(seen, "frontier_messages_total"),
      2_810,
      "everything that was sent, and nothing else",
    );
    // Each call's payload came from its edge, and went to the service.
    const bytes = (name: string) => seen.get(name)!;
    assert(bytes('frontier_received_bytes_total{side="edge"}') > 600_000);
    assert(bytes('frontier_sent_bytes_total{side="service"}') > 600_000);
    assert(bytes("process_cpu_seconds_total") > 0);
    assertEquals(seen.has("process_open_fds"), false, "absent, not 0");

    await Promise.all(edges.map((edge) => edge.close()));
    for (let i = 0; i < 200; i++) {
      seen = await scrape(metrics);
      if (seen.get('frontier_peers{side="edge"}') === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assertEquals(
      seen.get('frontier_disconnects_total{side="edge",reason="peer-closed"}'),
      10,
    );
  });
});

Deno.test("labels are closed sets: no id, name, address, method or topic of a peer shows in any metric", async () => {
  await using gateway = await startFrontier({
    edgebound: { hostname: LOOPBACK, port: 0 },
    servicebound: { hostname: LOOPBACK, port: 0 },
    observability: { enable: true, addr: "127.0.0.1:0" },
  });
  await using service = await Service.connect({
    port: gateway.serviceAddr.port,
    name: "SECRET-NAME",
    topics: ["SECRET-TOPIC"],
    methods: { "SECRET-METHOD": () => "SECRET-ANSWER" },
  });
  await using edge = await Edge.connect({
    port: gateway.edgeAddr.port,
    meta: "SECRET-META",
  });
  await edge.call("SECRET-METHOD", "SECRET-PAYLOAD");
  const published = edge.publish("SECRET-TOPIC", "SECRET-PAYLOAD");
  (await service.receive()).done();
  await published;
  await refused(edge.call("SECRET-UNKNOWN"));
  await refused(service.call(edge.edgeId, "SECRET-UNKNOWN"));
  const { port } = gateway.observabilityAddr!;
  const [, text] = await get(port, "/metrics");
  assert(!text.includes("SECRET"), text);
  assert(!text.includes(String(edge.edgeId)));
  assert(text.split("\n").length < 1_500, "low cardinality");
});

Deno.test("readiness follows the gateway: not ready while it drains, closed with it", async () => {
  const gateway = await startFrontier({
    edgebound: { hostname: LOOPBACK, port: 0 },
    servicebound: { hostname: LOOPBACK, port: 0 },
    observability: { enable: true, addr: "127.0.0.1:0" },
  });
  const { port } = gateway.observabilityAddr!;
  assertEquals(await get(port, "/healthz"), [200, "ok"]);
  assertEquals(await get(port, "/readyz"), [200, "ready"]);
  {
    await using service = await Service.connect({
      port: gateway.serviceAddr.port,
      name: "S",
      reconnect: false,
    });
    const draining = gateway.drain(5);
    assertEquals(await get(port, "/readyz"), [
      503,
      "not ready: listeners: draining",
    ]);
    assertEquals(await get(port, "/healthz"), [200, "ok"]);
    const seen = await scrape(port);
    assertEquals(seen.get("frontier_ready"), 0);
    assertEquals(
      seen.get('frontier_condition{condition="listeners",required="true"}'),
      0,
    );
    await draining;
    await service.closed;
  }
  await gateway.close();
  await assertClosed(port);
});

async function assertClosed(port: number): Promise<void> {
  try {
    (await Deno.connect({ hostname: LOOPBACK, port })).close();
  } catch {
    return;
  }
  throw new Error("The port is still open");
}

Deno.test("a library opens no port unless it is asked, and a taken one is a warning", async () => {
  const options = {
    edgebound: { hostname: LOOPBACK, port: 0 },
    servicebound: { hostname: LOOPBACK, port: 0 },
  };
  await using silent = await startFrontier(options);
  assertEquals(silent.observabilityAddr, undefined);
  using taken = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const warnings: unknown[] = [];
  await using gateway = await startFrontier({
    ...options,
    observability: { enable: true, addr: `127.0.0.1:${taken.addr.port}` },
    logger: {
      ...NULL_LOGGER,
      warn: (message, fields) => void warnings.push([message, fields]),
    },
  });
  assertEquals(gateway.observabilityAddr, undefined);
  assertEquals(gateway.ready, true);
  assertEquals(warnings.length, 1);
  assertStringIncludes(
    JSON.stringify(warnings),
    "Cannot open the health and metrics port",
  );
});

Deno.test("the program serves a port by default and says so; with `enable: false` it does not", async () => {
  await withFile(GOOD, async (path) => {
    await using program = new Program(["--config", path]);
    // Another gateway of this machine may have it: then that is a warning.
    await program.line(
      /observability server listening on: 0\.0\.0\.0:9091|Cannot open the health and metrics port.*0\.0\.0\.0:9091/,
    );
    await program.line(/edgebound server listening on/);
  });
  await withFile(`${GOOD}observability: {enable: no}\n`, async (path) => {
    await using program = new Program(["--config", path]);
    await program.line(/edgebound server listening on/);
    program.tell("SIGTERM");
    const { out, code } = await program.end();
    assertEquals(code, 0);
    assert(!/observability|9091|metrics port/.test(out), out);
  });
});

Deno.test("no payload, custom bytes or meta is in any record of the log, whatever its level", async () => {
  const lines: string[] = [];
  const keep = (message: string, fields?: unknown) =>
    void lines.push(`${message} ${Deno.inspect(fields, { depth: 9 })}`);
  {
    await using gateway = await startFrontier({
      edgebound: { hostname: LOOPBACK, port: 0 },
      servicebound: { hostname: LOOPBACK, port: 0 },
      logger: { debug: keep, info: keep, warn: keep, error: keep },
    });
    await using service = await Service.connect({
      port: gateway.serviceAddr.port,
      name: "S",
      topics: ["t"],
      methods: {
        echo: (request) => request.data,
        fail: () => {
          throw new Error("SECRET-ERROR");
        },
        get_edge_id: () => new Uint8Array(8),
        edge_online: () => {
          if (edges++ > 0) throw new Error("no");
        },
        edge_offline: () => {},
      },
    });
    let edges = 0;
    const to = { port: gateway.edgeAddr.port, meta: "SECRET-META" };
    {
      await using edge = await Edge.connect(to);
      await edge.call("echo", "SECRET-PAYLOAD", { custom: "SECRET-CUSTOM" });
      await refused(edge.call("fail", "SECRET-PAYLOAD"));
      await refused(edge.call("nobody", "SECRET-PAYLOAD"));
      const published = edge.publish("t", "SECRET-PAYLOAD");
      (await service.receive()).done();
      await published;
      await refused(service.call(1n, "x", "SECRET-PAYLOAD"));
    }
    await refused(Edge.connect({ ...to, reconnect: false }));
  }
  assert(lines.length > 5);
  const told = lines.filter((line) => /SECRET|U0VDUkVU/.test(line));
  assertEquals(told, []);
});

Deno.test("calls of the control plane are counted by method and by how they end", async () => {
  const ANY = { hostname: LOOPBACK, port: 0 };
  await using gateway = await startFrontier({
    edgebound: ANY,
    servicebound: ANY,
    controlplane: { enable: true, listen: ANY },
    observability: { enable: true, addr: `${LOOPBACK}:0` },
  });
  const { port } = gateway.controlAddr!;
  for (const path of ["/v1/edges", "/admin/v1/edges", "/v1/edges/17"]) {
    await get(port, path);
  }
  const seen = await scrape(gateway.observabilityAddr!.port);
  const calls = (method: string, code: string) =>
    seen.get(`frontier_control_calls_total{method="${method}",code="${code}"}`);
  assertEquals(calls("ControlPlane.ListEdges", "OK"), 1);
  assertEquals(calls("Admin.ListEdges", "OK"), 1);
  assertEquals(calls("ControlPlane.GetEdge", "NOT_FOUND"), 1);
  assertEquals(total(seen, "frontier_control_calls_total"), 3);
});

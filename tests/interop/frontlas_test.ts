/** Our gateway, as a process, in a cluster whose directory is the original's. */

import { assert, assertEquals } from "@std/assert";
import { Edge, Service } from "@frontier/client";
import { Program } from "../../server/cli/testing/program.ts";
import { GoFrontlas, type GoRecords } from "./go_frontlas.ts";
import { interopTest } from "./interop_test_case.ts";

const ID = "gw-1";

/** A gateway that listens on every interface, and those who connect to it. */
class Site implements AsyncDisposable {
  readonly edges: Edge[] = [];

  private constructor(
    readonly program: Program,
    readonly edgePort: number,
    readonly service: Service,
  ) {}

  static async start(directory: string, metrics = ""): Promise<Site> {
    const file = await Deno.makeTempFile({ suffix: ".yaml" });
    await Deno.writeTextFile(
      file,
      `
daemon: {frontier_id: ${ID}}
servicebound: {listen: {network: tcp, addr: "0.0.0.0:0"}}
edgebound:
  listen: {network: tcp, addr: ":0", advertised_addr: "gw.example:443"}
  edgeid_alloc_when_no_idservice_on: true
observability: {enable: false}
frontlas:
  enable: true
  dial:
    network: tcp
    addr:
      - ${directory}
    tls:
${metrics}`,
    );
    const program = new Program(["--config", file]);
    const [, service] = await program.line(
      /servicebound server listening on: .*:(\d+)$/,
    );
    const [, edge] = await program.line(
      /edgebound server listening on: .*:(\d+)$/,
    );
    await Deno.remove(file);
    return new Site(
      program,
      Number(edge),
      await Service.connect({
        hostname: "127.0.0.1",
        port: Number(service),
        name: "sensor",
        topics: ["t1", "t2"],
      }),
    );
  }

  async connect(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.edges.push(
        await Edge.connect({ hostname: "127.0.0.1", port: this.edgePort }),
      );
    }
  }

  get ids(): string[] {
    return this.edges.map(({ edgeId }) => edgeId.toString()).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const edge of this.edges) await edge.close();
    await this.service.close();
    await this.program[Symbol.asyncDispose]();
  }
}

function counts({ frontiers, edges, services }: GoRecords): unknown {
  const { edge_count, service_count } = frontiers[ID]!;
  return [
    Object.keys(edges).length,
    Object.keys(services).length,
    edge_count,
    service_count,
  ];
}

function all(edges: number, services: number) {
  return (records: GoRecords): boolean =>
    records.frontiers[ID] !== undefined &&
    String(counts(records)) === String([edges, services, edges, services]);
}

interopTest(
  "a Go Frontlas knows who is connected to our gateway, whatever happens to the link",
  async () => {
    await using directory = await GoFrontlas.start();
    await using site = await Site.start(directory.address);
    await site.connect(20);

    let records = await directory.until(all(20, 1));
    assertEquals(counts(records), [20, 1, 20, 1]);
    assertEquals(Object.keys(records.edges).sort(), site.ids);
    const { advertised_edgebound_addr, advertised_servicebound_addr } = records
      .frontiers[ID]!;
    assertEquals(advertised_edgebound_addr, "gw.example:443");
    assert(/^127\.0\.0\.1:\d+$/.test(advertised_servicebound_addr));
    const [service] = Object.values(records.services);
    assertEquals(service!.frontier_id, ID);
    assertEquals(service!.service, '{"service":"sensor","topics":["t1","t2"]}');
    for (const { addr } of Object.values(records.edges)) {
      assert(/^127\.0\.0\.1:\d+$/.test(addr), addr);
    }

    for (const edge of site.edges.splice(0, 5)) await edge.close();
    await site.connect(2);
    const exactly = ({ edges }: GoRecords) =>
      String(Object.keys(edges).sort()) === String(site.ids);
    records = await directory.until((now) => all(17, 1)(now) && exactly(now));
    assertEquals(counts(records), [17, 1, 17, 1]);
    assertEquals(Object.keys(records.edges).sort(), site.ids);
    records = await directory.until(({ calls }) =>
      calls["edge_heartbeat"]! > 0 && calls["service_heartbeat"]! > 0
    );
    assert(records.calls["edge_heartbeat"]! > 0);
    assert(records.calls["service_heartbeat"]! > 0);
    assertEquals(records.calls["frontier_stats"], undefined);

    // The link is cut; meanwhile edges come and go.
    await directory.tell("drop");
    for (const edge of site.edges.splice(0, 4)) await edge.close();
    await site.connect(1);
    records = await directory.until((now) =>
      now.links === 2 && now.frontiers[ID]!.edge_count === 14
    );
    assertEquals(records.frontiers[ID]!.edge_count, 14);
    for (const id of site.ids) assert(id in records.edges, id);

    // Somebody else has its id for a while.
    await directory.tell(`hold ${ID}`);
    await directory.tell("drop");
    // It was told to be gone when its link ended: now it is the other one's again.
    await directory.tell(`hold ${ID}`);
    records = await directory.until(({ refused }) => refused >= 2);
    assert(records.refused >= 2);
    await directory.tell(`free ${ID}`);
    records = await directory.until(({ links }) => links === 3);
    assertEquals(records.links, 3);

    // A link on which only the first method is installed.
    await directory.tell("half");
    await directory.tell("drop");
    records = await directory.until((now) =>
      now.links === 5 && now.frontiers[ID]!.edge_count === 14
    );
    assertEquals([records.links, records.frontiers[ID]!.edge_count], [5, 14]);

    // It does not take reports for a while.
    await directory.tell("fail redis: connection refused");
    for (const edge of site.edges.splice(0, 3)) await edge.close();
    await site.connect(5);
    await directory.tell("fail");
    records = await directory.until((now) =>
      now.frontiers[ID]!.edge_count === 16
    );
    assertEquals(records.frontiers[ID]!.edge_count, 16);
    for (const id of site.ids) assert(id in records.edges, id);

    // The gateway stops.
    site.program.tell("SIGTERM");
    records = await directory.until(({ frontiers }) =>
      frontiers[ID]!.edge_count === 0 && frontiers[ID]!.service_count === 0
    );
    assertEquals(records.frontiers[ID]!.edge_count, 0);
    assertEquals(records.frontiers[ID]!.service_count, 0);
    assertEquals((await site.program.end()).code, 0);
  },
);

interopTest(
  "our gateway serves on while a Go Frontlas is dead or stands still, and tells it everything when it is back",
  async () => {
    let directory = await GoFrontlas.start();
    const { address } = directory;
    await using site = await Site.start(
      address,
      "  metrics: {enable: true, interval: 1}\n",
    );
    await site.connect(5);
    await site.service.register("echo", ({ data }) => data);
    await directory.until(all(5, 1));

    directory.signal("SIGSTOP");
    const began = performance.now();
    await site.connect(20);
    for (const edge of site.edges) {
      assertEquals((await edge.call("echo", "x")).text(), "x");
    }
    assert(performance.now() - began < 20_000);
    directory.signal("SIGCONT");
    let records = await directory.until(all(25, 1));
    assertEquals(counts(records), [25, 1, 25, 1]);

    directory.signal("SIGKILL");
    await directory[Symbol.asyncDispose]();
    for (const edge of site.edges.splice(0, 10)) await edge.close();
    await site.connect(5);
    for (const edge of site.edges) {
      assertEquals((await edge.call("echo", "y")).text(), "y");
    }
    directory = await GoFrontlas.start(address);
    records = await directory.until((now) =>
      all(20, 1)(now) && now.calls["frontier_stats"]! > 1
    );
    assertEquals(counts(records), [20, 1, 20, 1]);
    assert(records.calls["frontier_stats"]! > 1);
    assertEquals(Object.keys(records.edges).sort(), site.ids);
    await directory[Symbol.asyncDispose]();
  },
);

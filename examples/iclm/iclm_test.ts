import { assert, assertEquals } from "@std/assert";
import { Edge, Service } from "@frontier/client";
import { startFrontlas } from "@frontier/frontlas";
import { startFrontier } from "@frontier/server";
import { Program, runToEnd } from "../testing/run_program.ts";
import { TerminalProgram } from "../testing/terminal_program.ts";
import { converse } from "./testing/conversation.ts";

const hostname = "127.0.0.1";

function startGateway() {
  return startFrontier({
    edgebound: { hostname, port: 0, allocateEdgeIds: true },
    servicebound: { hostname, port: 0 },
  });
}

Deno.test("every command is answered, on two terminals", async () => {
  await using gateway = await startGateway();
  await using service = new TerminalProgram("iclm_service", [
    `--address=${hostname}:${gateway.serviceAddr.port}`,
    "--topics=t1",
    "--methods=echo",
    "--printmessage",
  ]);
  await service.prints(">>> ");
  await using edge = new TerminalProgram("iclm_edge", [
    `--address=${hostname}:${gateway.edgeAddr.port}`,
    "--methods=echo",
  ]);
  await edge.prints(">>> ");
  await converse({ service, edge, enter: "\r" });
  assertEquals(await edge.end(), 0);
  assertEquals(await service.end(), 0);
});

Deno.test("lines are edited, brought back, and kept while something arrives", async () => {
  await using gateway = await startGateway();
  await using peer = await Service.connect({
    hostname,
    port: gateway.serviceAddr.port,
    name: "foo",
    methods: { echo: (request) => request.data },
  });
  const online = Promise.withResolvers<bigint>();
  await peer.registerEdgeOnline(({ edgeId }) => online.resolve(edgeId));
  await using edge = new TerminalProgram("iclm_edge", [
    `--address=${hostname}:${gateway.edgeAddr.port}`,
  ]);
  await edge.prints(">>> ");
  // Backspace, the start of the line, and the word in between.
  edge.type("all echo onf\x7fe\x01c\r");
  await edge.prints("> call success, ret: ");
  let mark = edge.output.length;
  edge.type("\x1b[A\r");
  await edge.prints("> call success, ret: ", mark);

  // A message arrives in the middle of a line: the line is drawn again.
  const id = await online.promise;
  mark = edge.output.length;
  edge.type("hel");
  await edge.prints("hel", mark);
  await peer.publish(id, "news");
  await edge.prints(/data: news\r\n.*>>> hel/s, mark);
  assert(edge.output.indexOf("\r\x1b[2K> receive msg", mark) > 0);
  edge.type("p\r");
  await edge.prints("the command-line protocol", mark);
  edge.type("\x04");
  assertEquals(await edge.end(), 0);
});

Deno.test("without a terminal lines come from a pipe; the end of the input ends the program", async () => {
  await using gateway = await startGateway();
  await using edge = Program.example(
    "iclm_edge",
    `--address=${hostname}:${gateway.edgeAddr.port}`,
  );
  await edge.prints(">>> ");
  await edge.type("help\nnonsense");
  await edge.endInput();
  assertEquals(await edge.end(), 0);
  assert(edge.output.includes("8. call {method} {req}\n>>> > illegal"));
});

Deno.test("counters are shown each second, without input", async () => {
  await using gateway = await startGateway();
  await using service = Program.example(
    "iclm_service",
    `--address=${hostname}:${gateway.serviceAddr.port}`,
    "--topics=a,b",
    "--topic_receivers=3",
    "--nostdin",
    "--stats",
  );
  await using edge = await Edge.connect({
    hostname,
    port: gateway.edgeAddr.port,
  });
  const labelled = '{"label":"label-07","data":"aGk="}';
  for (const topic of ["a", "a", "b"]) {
    for (;;) {
      // Until the service is there.
      if (await edge.publish(topic, labelled).then(() => true, () => false)) {
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  await service.prints("label: label-07, counter: 3\n");
  await service.prints("topic: a, counter: 2\n");
  await service.prints("topic: b, counter: 1\n");
  assert(!service.output.includes(">>>"));
  assert(!service.output.includes("receive msg"));
});

Deno.test("a lost gateway is told, and so is its return", async () => {
  let gateway = await startGateway();
  const { port } = gateway.edgeAddr;
  await using edge = Program.example(
    "iclm_edge",
    `--address=${hostname}:${port}`,
  );
  await edge.prints(">>> ");
  await gateway.close();
  await edge.prints("> warn: connection lost: ");
  // Nobody has to wait for an answer meanwhile.
  await edge.type("call nobody x\n");
  await edge.prints("> call err: ");
  const mark = edge.output.length;
  gateway = await startFrontier({
    edgebound: { hostname, port, allocateEdgeIds: true },
    servicebound: { hostname, port: 0 },
  });
  await using _again = gateway;
  await edge.prints("> info: connected again");
  await edge.type("call nobody x\n");
  await edge.prints("> call err: record not found", mark);
});

Deno.test("with --frontlas the service is at all gateways of a cluster", async () => {
  const any = { hostname, port: 0 };
  await using frontlas = await startFrontlas({
    controlPlane: { listen: any },
    frontierPlane: { listen: any },
  });
  const join = (frontierId: string) =>
    startFrontier({
      frontierId,
      edgebound: any,
      servicebound: any,
      frontlas: {
        enable: true,
        dial: { addrs: [`${hostname}:${frontlas.frontierAddr.port}`] },
      },
    });
  await using one = await join("one");
  await using two = await join("two");
  const { port } = frontlas.controlAddr!;
  await using service = await clusterService(port);
  for (const gateway of [one, two]) {
    await using edge = Program.example(
      "iclm_edge",
      `--address=${hostname}:${gateway.edgeAddr.port}`,
      "--methods=echo",
    );
    await edge.prints(">>> ");
    const mark = service.output.length;
    await edge.type("call echo up\n");
    await edge.prints("> call success, ret: up");
    await edge.type("publish t1 news\n");
    const id = await service.prints(/edgeID: (\d+) .* data: news/, mark);
    await service.type(`call ${id} echo down\n`);
    await service.prints("> call success, ret: down", mark);
    await service.type(`open ${id}\n`);
    await service.prints(`> open stream success: ${id} `, mark);
    await edge.prints("> accept stream ");
  }
  const nobody = await runToEnd(
    "iclm_service",
    "--frontlas",
    "--frontlas_address=127.0.0.1:1",
  );
  assertEquals(nobody.code, 1);
  assert(/^new end err: .*127\.0\.0\.1:1/m.test(nobody.output));
});

/** Frontlas does not know the gateways at once. */
async function clusterService(port: number): Promise<Program> {
  for (;;) {
    const service = Program.example(
      "iclm_service",
      "--frontlas",
      `--frontlas_address=${hostname}:${port}`,
      "--topics=t1",
      "--methods=echo",
      "--printmessage",
    );
    if (await service.prints(/>>> |new end err/) === ">>> ") return service;
    await service.end();
  }
}

Deno.test("both programs say what is wrong with their flags", async () => {
  for (
    const [name, ...args] of [
      ["iclm_edge", "--methods=calculate"],
      ["iclm_edge", "--loglevel=loud"],
      ["iclm_service", "--topic_receivers=0"],
      ["iclm_service", "--buffer=x"],
      ["iclm_service", "--network=udp"],
    ] as const
  ) {
    const { code, output } = await runToEnd(name, ...args);
    assertEquals(code, 2, output);
    assert(output.startsWith("Cannot "), output);
  }
  for (const name of ["iclm_edge", "iclm_service"] as const) {
    const nobody = await runToEnd(name, "--address", "127.0.0.1:1");
    assertEquals(nobody.code, 1);
    assert(/^new (edge|end) err: .*127\.0\.0\.1:1/.test(nobody.output));
  }
});

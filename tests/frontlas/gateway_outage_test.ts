/** Edges of a gateway while the directory of its cluster is dead or stands still, each program a process of its own. */

import { assert, assertEquals } from "@std/assert";
import { Edge, Service } from "@frontier/client";
import { ProgramProcess } from "../../platform/cli/testing/program_process.ts";
import { Program } from "../../server/cli/testing/program.ts";
import { freePorts } from "../support/free_ports.ts";

const MAIN = new URL("../../frontlas/main.ts", import.meta.url).pathname;
const VICTIMS = 20;

async function startFrontlas(
  plane: number,
  control: number,
): Promise<ProgramProcess> {
  const program = new ProgramProcess({
    main: MAIN,
    args: [],
    env: {
      FRONTLAS_FRONTIERPLANE_PORT: `${plane}`,
      FRONTLAS_CONTROLPLANE_PORT: `${control}`,
    },
    permissions: ["-P=frontlas"],
  });
  await program.line(/frontier.?plane.*listening on/i);
  return program;
}

/** How many edges the directory knows; `undefined` while it does not answer. */
async function counted(control: number): Promise<number | undefined> {
  const url = `http://127.0.0.1:${control}/cluster/v1/edges/count`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    return Number((await answer.json() as { count: string }).count);
  } catch {
    return undefined;
  }
}

async function untilCounted(control: number, count: number): Promise<void> {
  const end = performance.now() + 60_000;
  while (await counted(control) !== count) {
    assert(performance.now() < end, `it never knew of ${count} edges`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Edges that call and others that come and go; how long the slower half waits. */
async function worked(
  victims: readonly Edge[],
  connect: () => Promise<Edge>,
  ms: number,
): Promise<{ calls: number; connects: number }> {
  const end = performance.now() + ms;
  const calls: number[] = [];
  const connects: number[] = [];
  const timed = async (into: number[], act: () => Promise<void>) => {
    while (performance.now() < end) {
      const began = performance.now();
      await act();
      into.push(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  await Promise.all([
    ...victims.map((edge) =>
      timed(calls, async () => {
        assertEquals((await edge.call("echo", "x")).text(), "x");
      })
    ),
    ...Array.from({ length: 3 }, () =>
      timed(connects, async () => {
        await (await connect()).close();
      })),
  ]);
  const median = (all: number[]) => all.sort((a, b) => a - b)[all.length >> 1]!;
  return { calls: median(calls), connects: median(connects) };
}

Deno.test("edges notice nothing of a Frontlas that dies or stands still, and it knows them all when it is back", async () => {
  const { edge: plane, service: control } = freePorts();
  let frontlas = await startFrontlas(plane, control);
  await using gateway = new Program([], {
    FRONTLAS_ADDR: `127.0.0.1:${plane}`,
    FRONTIER_ID: "gw",
    FRONTIER_SERVICEBOUND_PORT: "0",
    FRONTIER_EDGEBOUND_PORT: "0",
  });
  const listening = async (side: string) => {
    const pattern = new RegExp(`${side}bound server listening on: .*:(\\d+)$`);
    return Number((await gateway.line(pattern))[1]);
  };
  const hostname = "127.0.0.1";
  await using service = await Service.connect({
    hostname,
    port: await listening("service"),
  });
  await service.register("echo", ({ data }) => data);
  const port = await listening("edge");
  const connect = () => Edge.connect({ hostname, port });
  const victims = await Promise.all(Array.from({ length: VICTIMS }, connect));
  await untilCounted(control, VICTIMS);
  await worked(victims, connect, 1_000);
  const usual = await worked(victims, connect, 1_000);
  const same = (now: typeof usual, what: string) => {
    for (const kind of ["calls", "connects"] as const) {
      // What waited for the directory would take seconds.
      const bound = usual[kind] * 10 + 200;
      assert(now[kind] < bound, `${what}: ${kind} take ${now[kind]} ms`);
    }
  };

  frontlas.tell("SIGSTOP");
  same(await worked(victims, connect, 3_000), "standing still");
  frontlas.tell("SIGCONT");
  await untilCounted(control, VICTIMS);

  frontlas.tell("SIGKILL");
  await frontlas.end();
  same(await worked(victims, connect, 2_000), "dead");
  await victims.pop()!.close();
  victims.push(await connect(), await connect());

  frontlas = await startFrontlas(plane, control);
  await untilCounted(control, VICTIMS + 1);
  for (const edge of victims) await edge.close();
  await untilCounted(control, 0);
  await frontlas[Symbol.asyncDispose]();
});

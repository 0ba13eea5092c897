/**
 * A gateway's process that is stopped while calls are in flight, and what signals do to it meanwhile.
 */
import { assert, assertEquals } from "@std/assert";
import { Edge, Service } from "@frontier/client";
import { TwoGateways } from "./support/two_gateways.ts";
import {
  ANY_PORTS,
  PERMISSIONS,
  Program,
} from "../server/cli/testing/program.ts";

/** A gateway with one call in flight that is answered when told to. */
class InFlight implements AsyncDisposable {
  readonly program: Program;
  readonly answered: Promise<string>;
  readonly answer: () => void;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    program: Program,
    answered: Promise<string>,
    answer: () => void,
    stack: AsyncDisposableStack,
  ) {
    this.program = program;
    this.answered = answered;
    this.answer = answer;
    this.#stack = stack;
  }

  static async begin(
    args: string[] = [],
    permissions?: string[],
    env: Record<string, string> = {},
  ): Promise<InFlight> {
    const stack = new AsyncDisposableStack();
    const program = stack.use(
      new Program(args, { ...ANY_PORTS, ...env }, permissions),
    );
    const [, services] = await program.line(/servicebound .*:(\d+)$/);
    const [, edges] = await program.line(/edgebound .*:(\d+)$/);
    const gate = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const service = stack.use(
      await Service.connect({
        port: Number(services),
        methods: {
          slow: async () => {
            asked.resolve();
            await gate.promise;
            return "done";
          },
        },
      }),
    );
    stack.defer(() => gate.resolve());
    const edge = stack.use(await Edge.connect({ port: Number(edges) }));
    const answered = edge.call("slow").then(
      (reply) => reply.text(),
      (error) => `failed: ${error.code}`,
    );
    await asked.promise;
    assert(service.serviceId !== 0n);
    return new InFlight(program, answered, gate.resolve, stack);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

Deno.test("SIGTERM waits for a call in flight", async () => {
  await using work = await InFlight.begin();
  work.program.tell("SIGTERM");
  await work.program.line(/Stopping: no new connections/);
  work.answer();
  assertEquals(await work.answered, "done");
  assertEquals((await work.program.end()).code, 0);
});

Deno.test("a gateway without peers exits at once", async () => {
  await using program = new Program([], ANY_PORTS);
  await program.line(/edgebound .*:(\d+)$/);
  const begun = performance.now();
  program.tell("SIGTERM");
  assertEquals((await program.end()).code, 0);
  assert(performance.now() - begun < 5_000);
});

for (const [seconds, mostMs] of [[0, 5_000], [1, 10_000]] as const) {
  Deno.test(`${seconds} s to drain are the deadline, though a call never ends`, async () => {
    const env = { FRONTIER_DRAIN_SECONDS: `${seconds}` };
    await using work = await InFlight.begin([], undefined, env);
    const begun = performance.now();
    work.program.tell("SIGTERM");
    const { code, out } = await work.program.end();
    assertEquals(code, 0);
    const took = performance.now() - begun;
    assert(took > seconds * 500 && took < mostMs, `${took}`);
    assertEquals(await work.answered, "failed: force-closed");
    assertEquals(out.includes("not everything in flight"), seconds > 0, out);
  });
}

Deno.test("edges of ours are never without a connection when their gateway stops under load, and lose no call", async () => {
  await using scene = await TwoGateways.start();
  const { first, second } = scene;
  await scene.connect(100);
  scene.load(8);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  first.program.tell("SIGTERM");
  const { code, out } = await first.program.end();
  assertEquals(code, 0);
  assert(!/not everything|not sent|WARN|ERROR/.test(out), out);
  await scene.arrived(100, 10_000);
  await scene.stop();
  assertEquals(Object.keys(scene.up), ["ok"]);
  for (const [outcome, calls] of Object.entries(scene.down)) {
    const fine = outcome === "ok" || outcome.startsWith("refused");
    assert(fine, `${calls} calls: ${outcome}`);
  }
  assertEquals(scene.states, { connected: 100 });
  assertEquals(await scene.reach(), 100);
  assertEquals([first.online.size, second.online.size], [0, 100]);
});

if (Deno.build.os !== "windows") {
  Deno.test("SIGHUP while it drains opens the log file anew and stops nothing", async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/frontier.log`;
    try {
      await using work = await InFlight.begin(
        ["--log-output", "both", "--log-file", path],
        [...PERMISSIONS, `--allow-write=${folder}`],
      );
      work.program.tell("SIGTERM");
      await work.program.line(/Stopping: no new connections/);
      await Deno.rename(path, `${path}.1`);
      for (let i = 0; i < 5; i++) work.program.tell("SIGHUP");
      await work.program.line(/Log file opened anew/);
      work.answer();
      assertEquals(await work.answered, "done");
      assertEquals((await work.program.end()).code, 0);
      assert((await Deno.readTextFile(path)).endsWith("Stopped\n"));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  Deno.test("a second SIGTERM, after a while, does not wait", async () => {
    await using work = await InFlight.begin();
    work.program.tell("SIGTERM");
    await work.program.line(/Stopping: no new connections/);
    await new Promise((resolve) => setTimeout(resolve, 700));
    work.program.tell("SIGTERM");
    await work.program.line(/WARN {2}Stopped at once by another signal/);
    assertEquals((await work.program.end()).code, 143);
  });
}

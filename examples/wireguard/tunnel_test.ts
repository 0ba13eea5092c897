import { assert, assertEquals, assertLess } from "@std/assert";
import { startFrontier } from "@frontier/server";
import { Program, runToEnd } from "../testing/run_program.ts";
import { Udp } from "./udp.ts";

const hostname = "127.0.0.1";

/** A gateway, a router, and both sides of a tunnel. */
class Tunnels implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  #gateway!: Awaited<ReturnType<typeof startFrontier>>;

  static async start(): Promise<Tunnels> {
    const tunnels = new Tunnels();
    tunnels.#gateway = tunnels.#stack.use(
      await startFrontier({
        edgebound: { hostname, port: 0, allocateEdgeIds: true },
        servicebound: { hostname, port: 0 },
      }),
    );
    return tunnels;
  }

  async router(): Promise<Program> {
    const router = this.#stack.use(
      Program.example(
        "wg-router",
        `--frontier-addr=${hostname}:${this.#gateway.serviceAddr.port}`,
      ),
    );
    await router.prints('registered service "wg", accepting streams');
    return router;
  }

  /** Returns the edge, and where its local peer sends to. */
  async edge(name: string, ...args: string[]): Promise<[Program, string]> {
    const edge = this.#stack.use(
      Program.example(
        "wg-edge",
        `--frontier-addr=${hostname}:${this.#gateway.edgeAddr.port}`,
        `--name=${name}`,
        `--listen=${hostname}:0`,
        ...args,
      ),
    );
    return [edge, await edge.prints(/listening UDP on (\S+)\n/)];
  }

  async ping(
    mode: "send" | "echo",
    target: string,
  ): Promise<[Program, string]> {
    const ping = this.#stack.use(
      Program.example(
        "udpping",
        `--mode=${mode}`,
        `--listen=${hostname}:0`,
        `--target=${target}`,
        "--interval=100ms",
      ),
    );
    return [ping, await ping.prints(/listening on (\S+), target/)];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

Deno.test("datagrams go through the tunnel and back; it comes back after its router and its other side", async () => {
  await using tunnels = await Tunnels.start();
  const router = await tunnels.router();
  const [first, to] = await tunnels.edge("edge-a");
  const [second, from] = await tunnels.edge("edge-b");
  await first.prints('stream opened, pair-id="hello" sent');
  await router.prints('on pair-id="hello"\n');
  const [, echoing] = await tunnels.ping("echo", from);
  const [sender] = await tunnels.ping("send", to);
  await sender.prints(/recv \d+ bytes from \S+: "ping #\d+"/);
  assert(sender.output.includes(` bytes from ${to}: `));
  assert(echoing.startsWith("127.0.0.1:"));

  // The router dies: both sides notice without a datagram, and open streams to the next one.
  let mark = sender.output.length;
  router.kill("SIGKILL");
  await first.prints(/stream closed: .* \(reconnect in 1s\)/);
  await second.prints(/stream closed: .* \(reconnect in 1s\)/);
  const next = await tunnels.router();
  await next.prints('on pair-id="hello"\n');
  mark = sender.output.length;
  await sender.prints("recv ", mark);

  // One side dies, and starts again elsewhere.
  second.kill("SIGKILL");
  await next.prints(/bridge \d+<->\d+ closed/);
  const [, again] = await tunnels.edge("edge-c");
  await tunnels.ping("echo", again);
  await next.prints(/paired[^]*closed[^]*paired/);
  mark = sender.output.length;
  await sender.prints("recv ", mark);

  for (const program of [first, next, sender]) {
    program.kill("SIGTERM");
    assertEquals(await program.end(), 0);
    assert(program.output.endsWith("signal SIGTERM: shutting down\n"));
  }
});

Deno.test("a side that has not sent anything is reached where its flags say", async () => {
  await using tunnels = await Tunnels.start();
  await tunnels.router();
  // A peer that never begins: its edge must know where it is.
  const heard = Promise.withResolvers<string>();
  using silent = await Udp.listen(
    { hostname, port: 0 },
    (data) => heard.resolve(new TextDecoder().decode(data)),
  );
  const [, to] = await tunnels.edge("a", "--pair-id=p");
  await tunnels.edge("b", "--pair-id=p", `--peer=${silent.address}`);
  await tunnels.ping("send", to);
  assert((await heard.promise).startsWith("ping #"));
});

Deno.test("large, empty and many datagrams", async () => {
  await using tunnels = await Tunnels.start();
  const router = await tunnels.router();
  const got: Uint8Array[] = [];
  using receiver = await Udp.listen({ hostname, port: 0 }, (data) => {
    got.push(new Uint8Array(data));
  });
  const [, to] = await tunnels.edge("a");
  await tunnels.edge("b", `--peer=${receiver.address}`);
  await router.prints("paired");
  using sender = await Udp.listen({ hostname, port: 0 }, () => {});
  const [host, port] = to.split(":") as [string, string];
  const target = { hostname: host, port: Number(port) };
  sender.send(new Uint8Array(), target);
  const large = new Uint8Array(60_000).map((_, i) => i * 7);
  while (got.length === 0) {
    sender.send(large, target);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assertEquals(got[0], large);
  for (let i = 0; i < 200; i++) sender.send(new Uint8Array([i]), target);
  const endsAt = performance.now() + 20_000;
  while (got.at(-1)?.[0] !== 200) {
    assertLess(performance.now(), endsAt);
    sender.send(new Uint8Array([200]), target);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const small = got.filter(({ length }) => length === 1).map(([i]) => i!);
  assert(small.length >= 200, `${small.length} of 200 arrived`);
  assertEquals(small, small.toSorted((a, b) => a - b));
});

Deno.test("the programs say what is wrong", async () => {
  for (
    const [name, ...args] of [
      ["wg-edge", "--frontier-network=udp"],
      ["wg-edge", "--listen=x"],
      ["wg-edge", "--pair-id="],
      ["wg-edge", "--peer=127.0.0.1:0"],
      ["wg-router", "--pair-timeout=60"],
      ["wg-router", "--max-pair-id-len=0"],
      ["udpping", "--mode=pong"],
      ["udpping", "--interval=never"],
      ["udpping", "--target=[::1]:7"],
    ] as const
  ) {
    const { code, output } = await runToEnd(name, ...args);
    assertEquals(code, 2, output);
    assert(/^Cannot (use|send to) /.test(output), output);
  }
  for (const name of ["wg-edge", "wg-router"] as const) {
    const nobody = await runToEnd(name, "--frontier-addr=127.0.0.1:1");
    assertEquals(nobody.code, 1);
    assert(/^new (edge|service): .*127\.0\.0\.1:1/.test(nobody.output));
  }
});

/**
 * What holds for every broker, asked of the real one.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Edge, FrontierError } from "@frontier/client";
import { type Frontier, startFrontier } from "@frontier/server";
import { mqm as mqmSection } from "../../server/config/mqm/mod.ts";
import { resolveOptions } from "../../server/config/mod.ts";
import { withFile } from "../../platform/cli/testing/program_process.ts";
import { Program } from "../../server/cli/testing/program.ts";
import type { BrokerUnderTest, Running, Stored } from "./broker_under_test.ts";
import { type Broker, whatIsMissing } from "./provision.ts";

const required = Deno.env.get("FRONTIER_REQUIRE_BROKERS") === "1";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Edges that publish during a fault. */
const EDGES = 10;
/** Messages that are published, at least, for every fault. */
const MESSAGES = 20_000;
/** Messages of one edge under way at a time. */
const WINDOW = 32;
/** Longest wait for a state, in milliseconds. */
const PATIENCE_MS = 60_000;

/** Messages that are answered soon, where the broker is not to be had. */
const SOON = { deadlineMs: 3_000 };

const told = new Set<string>();

/**
 * Registers a test with a real broker. Where the broker is missing the test is
 * skipped with a loud line, or fails where `FRONTIER_REQUIRE_BROKERS=1` says that
 * it must be there.
 *
 * @param title What is tested.
 * @param program What has to be installed.
 * @param broker What to call the broker.
 * @param fn The test.
 */
export function brokerTest(
  title: string,
  program: Broker,
  broker: string,
  fn: () => Promise<void>,
): void {
  const missing = whatIsMissing(program);
  if (missing !== undefined && !told.has(program)) {
    told.add(program);
    console.error(
      `\n*** ${program.toUpperCase()} IS MISSING (${missing}): its tests are NOT RUN; deno task brokers installs it ***\n`,
    );
  }
  Deno.test({
    name: `${broker}: ${title}`,
    ignore: missing !== undefined && !required,
    fn: async () => {
      if (missing !== undefined) {
        throw new Error(`Cannot test ${broker}: ${missing}`);
      }
      await fn();
    },
  });
}

/**
 * Registers the suite for a broker.
 *
 * @param broker The broker.
 */
export function compliance<Server extends Running>(
  broker: BrokerUnderTest<Server>,
): void {
  const test = (name: string, fn: () => Promise<void>) =>
    brokerTest(name, broker.program, broker.name, fn);
  const topic = broker.topics[0]!;

  test("a message is acknowledged when the broker has it, its data unchanged", async () => {
    await using scene = await Scene.open(broker);
    const contents = [
      ...(broker.empty ? [new Uint8Array(0)] : []),
      encoder.encode("hello"),
      Uint8Array.from({ length: 256 }, (_, i) => i),
      crypto.getRandomValues(new Uint8Array(30_000)),
    ];
    await using heard = await broker.listen?.(scene.server, topic);
    const edge = await scene.edge();
    for (const data of contents) await edge.publish(topic, data);
    if (!broker.empty) {
      await assertRejects(
        () => edge.publish(topic, new Uint8Array(0)),
        FrontierError,
        "message refused: ",
      );
    }
    const stored = await scene.stored(topic, heard, contents.length);
    assertEquals(stored.map(({ data }) => data), contents);
    const [status] = scene.gateway.brokers;
    assertEquals(status!.state, "up");
    assertEquals(status!.published, contents.length);
    assertEquals([status!.queued, status!.queuedBytes], [0, 0]);
    const metrics = await scene.page("metrics");
    for (
      const line of [
        `frontier_broker_up{broker="${broker.name}"} 1`,
        `frontier_broker_messages_total{broker="${broker.name}",result="ok"} ${contents.length}`,
        `frontier_broker_publish_duration_seconds_count{broker="${broker.name}"} ${contents.length}`,
        `frontier_broker_inflight{broker="${broker.name}"} 0`,
      ]
    ) assertStringIncludes(metrics, line);
  });

  test("topics of every kind work", async () => {
    await using scene = await Scene.open(broker, { topics: broker.topics });
    const edge = await scene.edge();
    for (const name of broker.topics) {
      await using heard = await broker.listen?.(scene.server, name);
      await edge.publish(name, `to ${name}`);
      const stored = await scene.stored(name, heard, 1);
      assertEquals(stored.map(({ data }) => decoder.decode(data)), [
        `to ${name}`,
      ]);
    }
  });

  test("topics that the broker does not take are refused with the configuration", async () => {
    await using server = await broker.start();
    for (const name of broker.refusedTopics) {
      const error = await assertRejects(
        () =>
          startFrontier({
            edgebound: { hostname: "127.0.0.1", port: 0 },
            servicebound: { hostname: "127.0.0.1", port: 0 },
            mqm: broker.config(server, { topics: [name] }),
          }),
        RangeError,
        "mqm.",
      );
      assert(error.message.includes(name), error.message);
    }
  });

  test("a message of the largest size is stored, one byte more is refused with the broker's rule", async () => {
    await using scene = await Scene.open(broker);
    await using heard = await broker.listen?.(scene.server, topic);
    const edge = await scene.edge();
    const error = await assertRejects(
      () => edge.publish(topic, new Uint8Array(broker.maxBytes + 1)),
      FrontierError,
      "message refused: ",
    );
    assertEquals([error.code, error.retryable], ["refused", false]);
    const most = Number(/at most (\d+)/.exec(error.message)?.[1]);
    assert(most > 0, `${error.message} says how much`);
    await edge.publish(topic, new Uint8Array(most));
    await assertRejects(
      () => edge.publish(topic, new Uint8Array(most + 1)),
      FrontierError,
      "message refused: ",
    );
    const stored = await scene.stored(topic, heard, 1);
    assertEquals(stored.map(({ data }) => data.length), [most]);
  });

  test("a broker that is down at start stops nothing, and heals", async () => {
    await using scene = await Scene.open(broker, {}, { down: true, mqm: SOON });
    const edge = await scene.edge();
    await scene.until(({ state }) => state === "down");
    assertStringIncludes(
      await scene.page("readyz?verbose"),
      `[-] broker ${broker.name}: `,
      "readiness names it and fails nothing",
    );
    // What waits at first, and what is refused at once later, have one answer.
    const error = await assertRejects(
      async () => {
        for (;;) await edge.publish(topic, "x", { timeoutMs: 20_000 });
      },
      FrontierError,
      "broker unavailable",
    );
    assertEquals([error.code, error.retryable], ["broker-unavailable", true]);
    await scene.server.process.start();
    await scene.until(({ state }) => state === "up");
    await edge.publish(topic, "healed");
  });

  test("wrong credentials are said to operators, not to edges", async () => {
    await using scene = await Scene.open(
      broker,
      { auth: ["gate", "wrong"] },
      { start: { auth: ["gate", "secret"] }, mqm: SOON },
    );
    const edge = await scene.edge();
    const { problem } = await scene.until(({ state }) => state === "down");
    assert(problem.length > 5 && !problem.includes("wrong"), problem);
    const error = await assertRejects(
      () => edge.publish(topic, "x", { timeoutMs: 20_000 }),
      FrontierError,
    );
    assertEquals(error.wireText, "broker unavailable");
  });

  test("right credentials get in", async () => {
    await using scene = await Scene.open(
      broker,
      { auth: ["gate", "secret"] },
      { start: { auth: ["gate", "secret"] } },
    );
    await (await scene.edge()).publish(topic, "x");
  });

  for (const tls of ["server", "mutual"] as const) {
    const client = tls === "mutual";
    test(`TLS (${tls}): the right authority is trusted`, async () => {
      await using scene = await Scene.open(
        broker,
        { ca: "right", client },
        { start: { tls } },
      );
      await (await scene.edge()).publish(topic, "x");
    });
    test(`TLS (${tls}): another authority is not`, async () => {
      await using scene = await Scene.open(
        broker,
        { ca: "wrong", client },
        { start: { tls }, mqm: SOON },
      );
      const edge = await scene.edge();
      await scene.until(({ state }) => state === "down");
      await assertRejects(
        () => edge.publish(topic, "x", { timeoutMs: 20_000 }),
        FrontierError,
        "broker unavailable",
      );
      assertEquals(scene.gateway.brokers[0]!.published, 0);
    });
  }

  test("TLS (mutual): without a certificate nobody gets in, and the gateway lives", async () => {
    await using scene = await Scene.open(
      broker,
      { ca: "right", client: false },
      { start: { tls: "mutual" }, mqm: SOON },
    );
    const edge = await scene.edge();
    await assertRejects(
      () => edge.publish(topic, "x", { timeoutMs: 20_000 }),
      FrontierError,
    );
    assertEquals(scene.gateway.brokers[0]!.published, 0);
    await using other = await Edge.connect({ port: scene.port });
    await assertRejects(
      () => other.publish("elsewhere", "x"),
      FrontierError,
      "topic not online",
    );
  });

  test("the program stops by itself, with all that was acknowledged at the broker", async () => {
    await using server = await broker.start();
    await broker.prepare?.(server, [topic]);
    await using heard = await broker.listen?.(server, topic);
    const config = configurationFile(broker, server);
    await withFile(config, async (path) => {
      await using program = new Program(["-c", path]);
      const [, port] = await program.line(/edgebound server.*:(\d+)/);
      const edge = await Edge.connect({ port: Number(port) });
      for (let i = 0; i < 10; i++) await edge.publish(topic, `${i}`);
      await edge.close();
      program.tell("SIGTERM");
      const { code, err } = await program.end();
      assertEquals([code, err], [0, ""]);
    });
    await pause(500);
    const stored = heard?.stored ?? await broker.readBack!(server, topic);
    const texts = stored.map(({ data }) => decoder.decode(data));
    assertEquals(texts.sort(), Array.from({ length: 10 }, (_, i) => `${i}`));
  });

  if (broker.fill !== undefined) {
    test("a broker that is full refuses, and the message is not retried for ever", async () => {
      await using scene = await Scene.open(broker);
      const edge = await scene.edge();
      await edge.publish(topic, "before");
      await broker.fill!(scene.server, topic);
      const error = await assertRejects(
        () => edge.publish(topic, "after", { timeoutMs: 20_000 }),
        FrontierError,
      );
      assert(
        ["refused", "broker-unavailable", "outcome-unknown"].includes(
          error.code,
        ),
        error.message,
      );
    });
  }

  test("nothing that was acknowledged is missing after SIGKILL and restart", async () => {
    await faults(broker, killAndRestart);
  });

  test("nothing that was acknowledged is missing after a freeze", async () => {
    await faults(broker, async ({ process }) => {
      process.freeze();
      await pause(6_000);
      process.thaw();
    });
  });

  test("a frozen broker slows nobody else, and messages for it are answered in time", async () => {
    await using scene = await Scene.open(broker, {}, {
      mqm: { deadlineMs: 5_000 },
    });
    const edge = await scene.edge();
    await edge.publish(topic, "before");
    scene.server.process.freeze();
    // The signal takes a moment to stop all threads.
    await pause(500);
    try {
      const began = performance.now();
      const stuck = Array.from(
        { length: 100 },
        () =>
          edge.publish(topic, "x").then(() => "stored", (error) => error.code),
      );
      for (let i = 0; i < 20; i++) {
        const at = performance.now();
        await assertRejects(() => edge.call("nobody"), FrontierError);
        assert(performance.now() - at < 2_000, "a call is slow");
      }
      const codes = new Set(await Promise.all(stuck));
      assert(!codes.has("stored"), [...codes].join());
      const took = performance.now() - began;
      assert(took < 30_000, `answered after ${took} ms`);
      assertEquals(scene.gateway.status.inflight, 0);
    } finally {
      scene.server.process.thaw();
    }
  });

  test("memory is bounded while the broker is away", async () => {
    await using scene = await Scene.open(broker, {}, {
      mqm: {
        deadlineMs: 5_000,
        queue: { maxMessages: 200, maxBytes: 1_048_576 },
      },
    });
    const edge = await scene.edge();
    await edge.publish(topic, "before");
    await scene.server.process.kill();
    const codes = await Promise.all(
      Array.from(
        { length: 1_000 },
        () =>
          edge.publish(topic, new Uint8Array(10_000)).then(
            () => "stored",
            (error) => error.code as string,
          ),
      ),
    );
    assert(!codes.includes("stored"));
    const { queued, queuedBytes } = scene.gateway.brokers[0]!;
    assert(queued <= 200 && queuedBytes <= 1_048_576, `${queued}`);
    await scene.server.process.start();
    await scene.until(({ state }) => state === "up");
    await edge.publish(topic, "after");
  });
}

/** How a scene differs from the ordinary. */
interface SceneOptions {
  /** How the broker is set up. */
  readonly start?: Parameters<BrokerUnderTest["start"]>[0];
  /** Keys of the broker's section. */
  readonly mqm?: Record<string, unknown>;
  /** Whether the broker is stopped before the gateway starts. */
  readonly down?: boolean;
}

/** A broker, a gateway in front of it, and edges. */
class Scene<Server extends Running> implements AsyncDisposable {
  readonly #broker: BrokerUnderTest<Server>;
  readonly server: Server;
  readonly gateway: Frontier;
  readonly #edges: Edge[] = [];

  private constructor(
    broker: BrokerUnderTest<Server>,
    server: Server,
    gateway: Frontier,
  ) {
    this.#broker = broker;
    this.server = server;
    this.gateway = gateway;
  }

  static async open<Server extends Running>(
    broker: BrokerUnderTest<Server>,
    config: Parameters<BrokerUnderTest<Server>["config"]>[1] = {},
    options: SceneOptions = {},
  ): Promise<Scene<Server>> {
    const server = await broker.start(options.start);
    try {
      await broker.prepare?.(server, config.topics ?? [broker.topics[0]!]);
      const mqm = broker.config(server, config);
      const [section] = Object.values(mqm);
      Object.assign(section!, options.mqm);
      if (options.down) await server.process.kill();
      const gateway = await startFrontier({
        edgebound: { hostname: "127.0.0.1", port: 0 },
        servicebound: { hostname: "127.0.0.1", port: 0 },
        observability: { enable: true, addr: "127.0.0.1:0" },
        mqm,
      });
      return new Scene(broker, server, gateway);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  get port(): number {
    return this.gateway.edgeAddr.port;
  }

  /** Reads a page of the health and metrics port. */
  async page(name: string): Promise<string> {
    const { port } = this.gateway.observabilityAddr!;
    const answer = await fetch(`http://127.0.0.1:${port}/${name}`);
    return await answer.text();
  }

  async edge(): Promise<Edge> {
    const edge = await Edge.connect({ port: this.port });
    this.#edges.push(edge);
    return edge;
  }

  /** Waits until the broker's state is as wanted. */
  async until(
    holds: (status: Frontier["brokers"][number]) => boolean,
  ): Promise<Frontier["brokers"][number]> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const [status] = this.gateway.brokers;
      if (holds(status!)) return status!;
      assert(
        performance.now() < end,
        `the broker stays ${status!.state} ${status!.problem}`,
      );
      await pause(20);
    }
  }

  /** What the broker has of a topic, once there is as much as expected. */
  async stored(
    topic: string,
    heard: { readonly stored: readonly Stored[] } | undefined,
    count: number,
  ): Promise<readonly Stored[]> {
    if (heard === undefined) {
      return await this.#broker.readBack!(this.server, topic);
    }
    // What is lost never comes: until nothing comes any more.
    let seen = 0;
    let at = performance.now();
    while (heard.stored.length < count && performance.now() - at < 10_000) {
      if (heard.stored.length > seen) {
        seen = heard.stored.length;
        at = performance.now();
      }
      await pause(10);
    }
    return heard.stored;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const edge of this.#edges) await edge.close();
    await this.gateway.close();
    await this.server[Symbol.asyncDispose]();
  }
}

/**
 * Ten edges publish while the broker suffers a fault. What was acknowledged is
 * looked for afterwards, by its number, with an independent client; the figures
 * are printed.
 *
 * @param broker The broker; where it is durable, nothing may be missing.
 * @param fault What happens to it.
 * @returns How many acknowledged messages are missing.
 */
export async function faults<Server extends Running>(
  broker: BrokerUnderTest<Server>,
  fault: (server: Server) => Promise<void>,
): Promise<number> {
  const topic = broker.topics[0]!;
  await using scene = await Scene.open(broker);
  await using heard = await broker.listen?.(scene.server, topic);
  const edges = await Promise.all(
    Array.from({ length: EDGES }, () => scene.edge()),
  );
  await scene.until(({ state }) => state === "up");
  const acked = edges.map(() => new Set<number>());
  const codes = new Map<string, number>();
  let over = false;
  let published = 0;
  const work = edges.map(async (edge, e) => {
    let next = 0;
    const one = async () => {
      while (!over || published < MESSAGES) {
        const n = next++;
        published++;
        try {
          await edge.publish(topic, `${e}:${n}`);
          acked[e]!.add(n);
        } catch (error) {
          const { code } = error as FrontierError;
          codes.set(code, (codes.get(code) ?? 0) + 1);
          // As an application would.
          await pause(100);
        }
      }
    };
    await Promise.all(Array.from({ length: WINDOW }, one));
  });
  await pause(1_000);
  await fault(scene.server);
  await pause(1_000);
  over = true;
  await Promise.all(work);
  const total = acked.reduce((sum, set) => sum + set.size, 0);
  const stored = await scene.stored(topic, heard, total);

  const seen = edges.map(() => new Map<number, string[]>());
  const disorder = edges.map(() => ({ last: -1, count: 0 }));
  for (const { data, id } of stored) {
    const [e, n] = decoder.decode(data).split(":").map(Number) as [
      number,
      number,
    ];
    const ids = seen[e]!.get(n);
    if (ids !== undefined) {
      ids.push(id);
      continue;
    }
    seen[e]!.set(n, [id]);
    const order = disorder[e]!;
    if (n < order.last) order.count++;
    order.last = Math.max(order.last, n);
  }
  let missing = 0;
  let duplicates = 0;
  let strange = 0;
  acked.forEach((set, e) => {
    for (const n of set) if (!seen[e]!.has(n)) missing++;
    for (const ids of seen[e]!.values()) {
      duplicates += ids.length - 1;
      if (new Set(ids).size > 1) strange++;
    }
  });
  const inversions = disorder.reduce((sum, { count }) => sum + count, 0);
  console.error(
    `${broker.name}: ${published} published, ${total} acknowledged, ${stored.length} found, ${missing} missing, ${duplicates} duplicates, ${inversions} out of order; ${
      [...codes].map(([code, count]) => `${code} ${count}`).join(", ") ||
      "no errors"
    }`,
  );
  assert(total > MESSAGES / 4, `only ${total} were acknowledged`);
  assertEquals(strange, 0, "a duplicate has another id");
  if (broker.durable) assertEquals(missing, 0);
  return missing;
}

/**
 * Kills a broker without a warning and starts it again.
 *
 * @param server It, running.
 */
export async function killAndRestart({ process }: Running): Promise<void> {
  await process.kill();
  await pause(1_000);
  await process.start();
}

/**
 * @param broker A broker.
 * @param server It, running.
 * @returns The configuration file of a gateway in front of it.
 */
export function configurationFile<Server extends Running>(
  broker: BrokerUnderTest<Server>,
  server: Server,
): string {
  const { mqm } = resolveOptions({ mqm: broker.config(server) });
  return JSON.stringify({
    servicebound: { listen: { addr: "127.0.0.1:0" } },
    edgebound: {
      listen: { addr: "127.0.0.1:0" },
      edgeid_alloc_when_no_idservice_on: true,
    },
    observability: { enable: false },
    mqm: mqmSection.write(mqm),
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

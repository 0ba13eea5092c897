/** The life of one edge: it comes, works, and goes in one of the ways edges go. */

import { Edge, type Stream } from "../../client/mod.ts";
import { FrontierError } from "@frontier/proto";
import { connectTcp } from "@frontier/platform";
import { BreakableTransport } from "./breakable_transport.ts";
import { WORKS } from "./edge_work.ts";
import type { Pauses } from "./pauses.ts";
import type { Tally } from "./tally.ts";

/** Where edges live. */
export interface World {
  /** Port of the gateway for edges. */
  readonly port: number;
  /** Ends everything. */
  readonly pauses: Pauses;
  /** Counts. */
  readonly tally: Tally;
  /** Connections that are frozen; whoever ends everything cuts them. */
  readonly frozen: Set<BreakableTransport>;
}

/** Milliseconds from one piece of work to the next, at most. */
const WORK_EVERY_MS = 2_000;
/** Milliseconds an edge stays, at most. */
const STAY_MS = 12_000;
/** Milliseconds in which everything is done or has failed, also on a machine that has other things to do. */
const BOUND_MS = 30_000;
/** Seconds between heartbeats; a frozen connection is noticed after two and a half to three and a half times as long. */
const HEARTBEAT = 5;
const FROZEN_MS = HEARTBEAT * 3.5 * 1_000 + BOUND_MS;
const CONN_HEAD = new Uint8Array([1, 1, 0, 0, 0, 0]);

/** Pieces of work an edge has under way when it goes. */
const UNDER_WAY = 3;

/**
 * Lives until the world ends.
 *
 * @param world Where.
 */
export async function live(world: World): Promise<void> {
  const { pauses, tally } = world;
  await pauses.pause(Math.random() * WORK_EVERY_MS);
  while (!pauses.over) {
    try {
      if (Math.random() < 0.05) await abandon(world);
      else await visit(world);
    } catch (error) {
      tally.fail(`An edge: ${error}`);
      await pauses.pause(1_000);
    }
  }
}

/** An edge that stays to the end and does all the work edges do. */
export class Veteran {
  readonly #edge: Edge;
  readonly #world: World;

  private constructor(edge: Edge, world: World) {
    this.#edge = edge;
    this.#world = world;
  }

  /**
   * Connects.
   *
   * @param world Where it lives.
   * @returns The edge.
   */
  static async connect(world: World): Promise<Veteran> {
    return new Veteran((await connect(world)).edge, world);
  }

  /** Works until the world ends. */
  async work(world: World = this.#world): Promise<void> {
    await workOn(this.#edge, world, Infinity);
  }

  /** Closes. */
  async close(): Promise<void> {
    await this.#edge.close();
    this.#world.tally.alive--;
  }
}

/** Connects, works for a while, and goes. */
async function visit(world: World): Promise<void> {
  const { tally } = world;
  const { edge, line } = await connect(world);
  try {
    await workOn(edge, world, Math.random() * STAY_MS);
    const chance = Math.random();
    if (chance < 0.45) await edge.close();
    else if (chance < 0.55) await leave(edge, world, () => void edge.close());
    else if (chance < 0.93) await leave(edge, world, () => line.cut());
    else await freeze(edge, world, line);
    if (chance < 0.55) tally.done.closes++;
    else if (chance < 0.93) tally.done.cuts++;
    else tally.done.freezes++;
    if (edge.state !== "closed") tally.fail("An edge that went is not closed");
  } finally {
    await edge.close();
    tally.alive--;
  }
}

async function connect(
  { port, tally }: World,
): Promise<{ edge: Edge; line: BreakableTransport }> {
  let line: BreakableTransport | undefined;
  const edge = await Edge.connect({
    dial: async ({ signal }) =>
      line = await BreakableTransport.connect(port, signal),
    reconnect: false,
    heartbeatSeconds: HEARTBEAT,
    methods: { ping: (request) => request.data },
  });
  void receive(edge);
  void accept(edge);
  await edge.register("late", (request) => request.data);
  tally.done.connects++;
  tally.alive++;
  return { edge, line: line! };
}

async function receive(edge: Edge): Promise<void> {
  for await (const message of edge.messages()) message.done();
}

async function accept(edge: Edge): Promise<void> {
  for await (const stream of edge.streams()) sendBack(stream).catch(() => {});
}

async function sendBack(stream: Stream): Promise<void> {
  const buf = new Uint8Array(16_384);
  for (let count; (count = await stream.read(buf)) !== null;) {
    await stream.write(buf.slice(0, count));
  }
}

async function workOn(edge: Edge, world: World, ms: number): Promise<void> {
  const { pauses, tally } = world;
  const end = performance.now() + ms;
  while (!pauses.over && performance.now() < end) {
    const work = pick(WORKS);
    try {
      await bounded(work.name, work(edge, tally, ms === Infinity), BOUND_MS);
    } catch (error) {
      tally.fail(`${work.name}: ${error}`);
    }
    await pauses.pause(Math.random() * WORK_EVERY_MS);
  }
}

/** Goes while work is under way: all of it must end, soon and with an error of ours. */
async function leave(edge: Edge, world: World, go: () => void): Promise<void> {
  const ends = startWork(edge, world);
  if (Math.random() < 0.5) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
  }
  go();
  await bounded("What was under way", Promise.all(ends), BOUND_MS);
  await bounded("The end", closed(edge), BOUND_MS);
}

/** Becomes a half-open connection: only heartbeats can tell. */
async function freeze(
  edge: Edge,
  world: World,
  line: BreakableTransport,
): Promise<void> {
  const ends = startWork(edge, world);
  line.freeze();
  world.frozen.add(line);
  // Who ends everything does not wait for heartbeats.
  if (world.pauses.over) line.cut();
  try {
    await bounded("What was under way", Promise.all(ends), FROZEN_MS);
    await bounded("The end", closed(edge), FROZEN_MS);
  } finally {
    world.frozen.delete(line);
  }
}

function startWork(edge: Edge, { tally }: World): Promise<void>[] {
  return Array.from({ length: UNDER_WAY }, async () => {
    const work = pick(WORKS);
    try {
      await work(edge, tally, false);
    } catch (error) {
      if (error instanceof FrontierError) return;
      // A stream that ends too early gives what it had.
      if (work.name === "openStream" && `${error}`.includes("Got")) return;
      tally.fail(`${work.name}, when its edge went: ${error}`);
    }
  });
}

async function closed(edge: Edge): Promise<void> {
  for await (const { state } of edge.status()) if (state === "closed") return;
}

/** Connects and says nothing, or half of a conn, and goes. */
async function abandon({ port, pauses, tally }: World): Promise<void> {
  const transport = await connectTcp({ port });
  if (Math.random() < 0.5) await transport.write(CONN_HEAD);
  await pauses.pause(Math.random() * WORK_EVERY_MS);
  transport.close();
  tally.done.abandoned++;
}

async function bounded<T>(
  what: string,
  promise: Promise<T>,
  ms: number,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what} hangs: not over in ${ms} ms`)),
      ms,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)]!;
}

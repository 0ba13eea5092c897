import { assert, assertEquals } from "@std/assert";
import {
  type DeparturePace,
  Departures,
  type Leaver,
  STEP_MS,
} from "./departures.ts";

const PACE: DeparturePace = {
  rate: 100,
  startBy: Infinity,
  moveMs: 5_000,
  aloneMs: 2_000,
  quietMs: 250,
};

/** A clock, and connections that note what is done to them. */
class Scene {
  now = 10_000;
  readonly departures: Departures<Conn>;
  readonly conns: Conn[] = [];

  constructor(pace: Partial<DeparturePace> = {}) {
    this.departures = new Departures({ ...PACE, ...pace });
  }

  add(count: number, shape: Partial<Conn> = {}): Conn[] {
    const added = Array.from({ length: count }, () => new Conn(this, shape));
    for (const conn of added) this.departures.add(conn);
    this.conns.push(...added);
    return added;
  }

  run(ms: number): void {
    for (const end = this.now + ms; this.now < end; this.now += STEP_MS) {
      this.departures.step(this.now);
    }
    this.departures.step(this.now);
  }

  /** How many have had that done to them. */
  count(what: "told" | "begun" | "closed"): number {
    return this.conns.filter((conn) => conn.did[what] !== undefined).length;
  }
}

/** A connection. */
class Conn implements Leaver {
  readyAt = 0;
  /** Whether it understands that it is to go elsewhere. */
  listens = false;
  /** Until when something is in flight. */
  busyUntil = 0;
  /** Whether it goes as soon as it is closed. */
  polite = true;
  readonly did: Record<string, number | undefined> = {};
  readonly #scene: Scene;

  constructor(scene: Scene, shape: Partial<Conn>) {
    this.#scene = scene;
    Object.assign(this, shape);
  }

  #note(what: string): void {
    assertEquals(this.did[what], undefined, `${what} twice`);
    this.did[what] = this.#scene.now;
  }

  tell(): boolean {
    if (this.listens) this.#note("told");
    return this.listens;
  }

  begin(): void {
    this.#note("begun");
  }

  busy(now: number): boolean {
    assert(this.did.begun !== undefined && this.did.closed === undefined);
    return now < this.busyUntil;
  }

  close(): void {
    this.#note("closed");
    if (this.polite) this.#scene.departures.left(this);
  }
}

Deno.test("departures begin at their rate, in order, the first at once", () => {
  const scene = new Scene({ rate: 100 });
  const conns = scene.add(200);
  scene.run(0);
  assertEquals(scene.count("begun"), 1);
  assert(conns[0]!.did.begun !== undefined);
  scene.run(1_000);
  const begun = scene.count("begun");
  assert(begun >= 95 && begun <= 106, `${begun}`);
  assert(conns.slice(0, begun).every(({ did }) => did.begun !== undefined));
  scene.run(1_500);
  assertEquals(scene.departures.counts, {
    waiting: 0,
    told: 0,
    finishing: 0,
    closing: 0,
    gone: 200,
    cut: 0,
  });
});

Deno.test("a rate below one in a step is kept to, an infinite one is all at once", () => {
  const slow = new Scene({ rate: 1 });
  slow.add(10);
  slow.run(4_000);
  assertEquals(slow.count("begun"), 5);
  const fast = new Scene({ rate: Infinity });
  fast.add(10_000);
  fast.run(0);
  assertEquals(fast.count("begun"), 10_000);
});

Deno.test("more begin in a second where the time would not do", () => {
  const scene = new Scene({ rate: 10, startBy: 10_000 + 2_000 });
  scene.add(1_000);
  scene.run(1_000);
  const half = scene.count("begun");
  assert(half > 400 && half < 620, `${half}`);
  scene.run(1_000);
  assertEquals(scene.count("begun"), 1_000);
});

Deno.test("steps that come late make up for little", () => {
  const scene = new Scene({ rate: 100 });
  scene.add(1_000);
  scene.run(0);
  scene.now += 5_000;
  scene.departures.step(scene.now);
  assert(scene.count("begun") <= 26, `${scene.count("begun")}`);
});

Deno.test("one that is not ready keeps nobody waiting, and is served until it is", () => {
  const scene = new Scene({ rate: 100 });
  const [young] = scene.add(1, { readyAt: scene.now + 1_500 });
  scene.add(3);
  scene.run(500);
  assertEquals(scene.count("closed"), 3);
  assertEquals([young!.did.begun, young!.did.closed], [undefined, undefined]);
  scene.run(2_000);
  assert(young!.did.begun! >= 10_000 + 1_500);
  assert(young!.did.closed !== undefined);
});

Deno.test("one is closed when nothing of it was in flight for a while", () => {
  const scene = new Scene();
  const [conn] = scene.add(1, { busyUntil: scene.now + 1_000 });
  scene.run(3_000);
  assertEquals(conn!.did.begun, 10_000);
  const waited = conn!.did.closed! - 11_000;
  assert(waited >= 250 && waited <= 250 + STEP_MS, `${waited}`);
});

Deno.test("one that gets busy again is waited for", () => {
  const scene = new Scene();
  const [conn] = scene.add(1);
  scene.run(200);
  conn!.busyUntil = scene.now + 500;
  scene.run(500);
  assertEquals(conn!.did.closed, undefined);
  scene.run(400);
  assert(conn!.did.closed !== undefined);
});

Deno.test("one that is told has time to leave by itself, more of it when others do", () => {
  const alone = new Scene();
  const [first] = alone.add(1, { listens: true });
  alone.run(1_950);
  assertEquals(first!.did.begun, undefined);
  alone.run(100);
  assertEquals(first!.did.begun, 12_000);

  const scene = new Scene({ rate: Infinity });
  const [moves, stays] = scene.add(2, { listens: true });
  scene.run(1_000);
  scene.departures.left(moves!);
  scene.run(3_900);
  assertEquals([stays!.did.begun, moves!.did.begun], [undefined, undefined]);
  scene.run(200);
  assertEquals(stays!.did.begun, 15_000);
  assertEquals(moves!.did.closed, undefined);
  scene.run(500);
  assertEquals(scene.departures.counts.gone, 2);
});

Deno.test("one that has gone elsewhere has its turn at once, and only once", () => {
  const scene = new Scene({ rate: Infinity });
  const [moves, stays] = scene.add(2, { listens: true, busyUntil: 11_000 });
  const [deaf] = scene.add(1, { readyAt: Infinity });
  scene.run(100);
  scene.departures.moved(moves!);
  scene.departures.moved(moves!);
  scene.departures.moved(deaf!);
  assertEquals(moves!.did.begun, scene.now);
  scene.run(4_000);
  assertEquals([stays!.did.begun, deaf!.did.begun], [undefined, undefined]);
  assert(moves!.did.closed! >= 11_250);
});

Deno.test("while turns are held all are served, and whoever can be told is", () => {
  const scene = new Scene({ rate: Infinity });
  const [moves, stays] = scene.add(2, { listens: true });
  const [deaf] = scene.add(1);
  scene.departures.hold();
  scene.run(1_000);
  scene.departures.moved(moves!);
  scene.run(9_000);
  assertEquals([scene.count("told"), scene.count("begun")], [2, 0]);
  scene.departures.release();
  assertEquals(moves!.did.begun, scene.now);
  scene.run(0);
  assertEquals([stays!.did.begun, deaf!.did.begun], [scene.now, scene.now]);
  scene.run(500);
  assertEquals(scene.departures.counts.gone, 3);
});

Deno.test("a short time to move is not made longer", () => {
  const scene = new Scene({ moveMs: 100 });
  const [conn] = scene.add(1, { listens: true });
  scene.run(150);
  assertEquals(conn!.did.begun, 10_100);
});

Deno.test("cut closes all that are left, whatever they do, and once", () => {
  const scene = new Scene({ rate: Infinity });
  const [busy] = scene.add(1, { busyUntil: Infinity });
  const [told] = scene.add(1, { listens: true });
  const [closing] = scene.add(1, { polite: false });
  scene.run(300);
  scene.departures.pace = PACE;
  const [young] = scene.add(1, { readyAt: Infinity });
  scene.departures.cut();
  scene.departures.cut();
  for (const conn of [busy, told, closing, young]) {
    assert(conn!.did.closed !== undefined);
  }
  assertEquals(scene.departures.counts, {
    waiting: 0,
    told: 0,
    finishing: 0,
    closing: 1,
    gone: 3,
    cut: 3,
  });
  assertEquals(scene.departures.size, 1);
  scene.departures.left(closing!);
  scene.departures.left(closing!);
  assertEquals(scene.departures.size, 0);
  assertEquals(scene.departures.counts.gone, 4);
});

Deno.test("whoever leaves before its time is not touched", () => {
  const scene = new Scene({ rate: 20 });
  const conns = scene.add(10);
  scene.departures.add(conns[3]!);
  for (const conn of conns.slice(2)) scene.departures.left(conn);
  scene.run(2_000);
  assertEquals(scene.count("begun"), 2);
  assertEquals(scene.departures.counts.gone, 10);
});

Deno.test("one that goes while it is told or begun stays gone", () => {
  const scene = new Scene({ rate: Infinity });
  const [a, b] = scene.add(2);
  a!.tell = () => {
    scene.departures.left(a!);
    return true;
  };
  b!.begin = () => scene.departures.left(b!);
  scene.run(10_000);
  assertEquals(scene.departures.size, 0);
  assertEquals(scene.departures.counts, {
    waiting: 0,
    told: 0,
    finishing: 0,
    closing: 0,
    gone: 2,
    cut: 0,
  });
});

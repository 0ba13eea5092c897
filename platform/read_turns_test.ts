import { assert, assertEquals } from "@std/assert";
import { connectTcp, listenTcp } from "./tcp.ts";
import { type Reader, ReadTurns } from "./read_turns.ts";

const MUCH = 65_536;

/** Turns on a clock of the test's own. */
class Scene {
  now = 0;
  readonly turns: ReadTurns<number>;
  readonly #due: (() => void)[] = [];

  constructor() {
    this.turns = new ReadTurns({
      now: () => this.now,
      later: (turn) => this.#due.push(turn),
      cancel: (id) => void this.#due.splice(id - 1, 1),
    });
  }

  /** Looks at all sockets. @returns Whether there is to be another look. */
  look(): boolean {
    for (const turn of this.#due.splice(0)) turn();
    return this.#due.length > 0;
  }
}

Deno.test("who reads a little reads on, and nothing is left to do afterwards", () => {
  const scene = new Scene();
  const reader: Reader = { shared: false, readOn: () => assert(false) };
  for (let i = 0; i < 100; i++) {
    assert(!scene.turns.mustWait(reader, MUCH, scene.now += 0.01));
  }
  assert(!scene.look());
  assert(!scene.turns.mustWait(reader, MUCH, scene.now += 10_000));
});

Deno.test("small reads begin no turn, and wait for none", () => {
  const scene = new Scene();
  const reader: Reader = { shared: false, readOn: () => assert(false) };
  for (let i = 0; i < 10; i++) {
    assert(!scene.turns.mustWait(reader, 1_000, scene.now += 5));
  }
  assert(!scene.look());
  assert(!scene.turns.mustWait(reader, MUCH, scene.now));
  assert(!scene.turns.mustWait(reader, 1_000, scene.now += 5));
});

Deno.test("after some milliseconds everybody waits, and goes on in the order they came", () => {
  const scene = new Scene();
  const went: number[] = [];
  const readers = Array.from({ length: 3_000 }, (_, i) => ({
    shared: false,
    readOn: () => void went.push(i),
  }));
  assert(!scene.turns.mustWait(readers[0]!, MUCH, 0));
  scene.now = 5;
  for (const reader of readers) assert(scene.turns.mustWait(reader, MUCH, 5));
  let looks = 0;
  let most = 0;
  for (let more = true; more; looks++) {
    const before = went.length;
    more = scene.look();
    most = Math.max(most, went.length - before);
  }
  assertEquals(went, readers.map((_, i) => i));
  assert(most <= 8 && looks >= 3_000 / 8);
});

Deno.test("whoever has read lets the next one read while the turn lasts", () => {
  const scene = new Scene();
  const { turns } = scene;
  const went: string[] = [];
  const reader = (name: string): Reader => {
    const one: Reader = {
      shared: false,
      readOn: () => {
        went.push(name);
        queued.push(() => {
          assert(turns.mustWait(one, MUCH, scene.now += 0.5));
        });
      },
    };
    return one;
  };
  const queued: (() => void)[] = [];
  turns.mustWait(reader("x"), MUCH, 0);
  scene.now = 4;
  for (const name of "abcdefghij") turns.mustWait(reader(name), MUCH, 4);
  scene.look();
  for (let next; (next = queued.shift()) !== undefined;) next();
  assertEquals(went.join(""), "abcdefg");
});

Deno.test("reads get short while turns take long, and long again afterwards", () => {
  const scene = new Scene();
  const { turns } = scene;
  let costMs = 40;
  const reader: Reader = {
    shared: false,
    readOn: () => {
      turns.mustWait(reader, MUCH, scene.now += costMs);
    },
  };
  turns.mustWait(reader, MUCH, 0);
  turns.mustWait(reader, MUCH, scene.now = 4);
  scene.look();
  assertEquals(turns.most, Infinity);
  for (let i = 0; i < 6; i++) scene.look();
  assertEquals(turns.most, 16_384);
  costMs = 4;
  for (let i = 0; i < 7; i++) scene.look();
  assertEquals(turns.most, Infinity);
});

Deno.test("a shared connection does not stand behind many others", () => {
  const scene = new Scene();
  const went: string[] = [];
  const reader = (name: string): Reader => ({
    shared: name === "s",
    readOn: () => void went.push(name),
  });
  scene.turns.mustWait(reader("x"), MUCH, 0);
  scene.now = 4;
  for (const name of "abcdefghijklmnopqrs") {
    assert(scene.turns.mustWait(reader(name), MUCH, 4));
  }
  scene.look();
  assertEquals(went.join(""), "sab");
});

Deno.test("when the last one leaves, nothing is left to do", () => {
  const scene = new Scene();
  const { turns } = scene;
  const reader: Reader = { shared: false, readOn: () => assert(false) };
  for (let i = 0; i < 2; i++) turns.join();
  assert(!turns.mustWait(reader, MUCH, 0));
  assert(turns.mustWait(reader, MUCH, 4));
  turns.leave();
  turns.leave();
  assert(!scene.look());
  turns.join();
  assert(!turns.mustWait(reader, MUCH, 100));
});

Deno.test("while some wait in line nobody goes before them", () => {
  const scene = new Scene();
  const went: string[] = [];
  const reader = (name: string): Reader => ({
    shared: false,
    readOn: () => {
      went.push(name);
      if (went.length < 30) {
        assert(scene.turns.mustWait(reader(name), MUCH, scene.now += 4));
      }
    },
  });
  scene.turns.mustWait(reader("x"), MUCH, 0);
  for (const name of ["a", "b", "c"]) {
    assert(scene.turns.mustWait(reader(name), MUCH, scene.now = 4));
  }
  while (scene.look());
  assertEquals(went.join("").slice(0, 30), "abc".repeat(10));
});

Deno.test("a connection that sends now and then is heard beside some that send without end", async () => {
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const loud = await Promise.all(
    Array.from({ length: 20 }, () => connectTcp({ port })),
  );
  const turns = new ReadTurns({
    now: () => performance.now(),
    later: (turn) => setTimeout(turn, 0),
    cancel: clearTimeout,
  });
  for (let i = 0; i <= loud.length; i++) turns.join();
  const quiet = await connectTcp({ port });
  let over = false;
  const block = new Uint8Array(262_144);
  const shouting = loud.map(async (transport) => {
    while (!over) await transport.write(block);
  });
  const serving: Promise<void>[] = [];
  for (let i = 0; i <= loud.length; i++) {
    const transport = (await listener.accept())!;
    const buf = new Uint8Array(65_536);
    serving.push((async () => {
      for (let count; (count = await transport.read(buf)) !== null;) {
        // As long as 64 KiB of small frames take.
        const end = performance.now() + count / 131_072;
        while (performance.now() < end);
        if (count === 1) await transport.write(buf.subarray(0, 1));
        await new Promise<void>((resolve) => {
          const reader = { shared: false, readOn: resolve };
          const now = performance.now();
          if (!turns.mustWait(reader, count!, now)) resolve();
        });
      }
      transport.close();
      turns.leave();
    })());
  }
  const begun = performance.now();
  for (let i = 0; i < 5; i++) {
    await quiet.write(new Uint8Array(1));
    assertEquals(await quiet.read(new Uint8Array(1)), 1);
  }
  const took = performance.now() - begun;
  over = true;
  await Promise.all(shouting);
  for (const transport of [...loud, quiet]) transport.close();
  await Promise.all(serving);
  listener.close();
  assert(took < 5_000, `5 round trips took ${took} ms`);
});

import { assert, assertEquals } from "@std/assert";
import { connectTcp, listenTcp } from "./tcp.ts";
import { ReadTurns } from "./read_turns.ts";
import type { Reader } from "./reading_line.ts";

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

  /** A connection has read, and handles it for so many milliseconds. @returns Whether it must wait. */
  reads(reader: Reader, tookMs = 0, count = MUCH): boolean {
    const begun = this.turns.begin(count);
    this.now += tookMs;
    return begun !== undefined && this.turns.mustWait(reader, begun);
  }

  /** Looks at all sockets. @returns Whether there is to be another look. */
  look(): boolean {
    for (const turn of this.#due.splice(0)) turn();
    return this.#due.length > 0;
  }
}

Deno.test("who reads a little reads on, and nothing is left to do afterwards", () => {
  const scene = new Scene();
  const reader: Reader = {
    shared: false,
    made: 0,
    readOn: () => assert(false),
  };
  for (let i = 0; i < 100; i++) {
    assert(!scene.reads(reader, 0.01));
  }
  assert(!scene.look());
  assert(!scene.reads(reader, 10_000));
});

Deno.test("small reads begin no turn, and wait for none", () => {
  const scene = new Scene();
  const reader: Reader = {
    shared: false,
    made: 0,
    readOn: () => assert(false),
  };
  for (let i = 0; i < 10; i++) {
    assert(!scene.reads(reader, 5, 1_000));
  }
  assert(!scene.look());
  assert(!scene.reads(reader));
  assert(!scene.reads(reader, 5, 1_000));
});

Deno.test("after some milliseconds everybody waits, and goes on in the order they came", () => {
  const scene = new Scene();
  const went: number[] = [];
  const readers = Array.from({ length: 3_000 }, (_, i) => ({
    shared: false,
    made: 0,
    readOn: () => void went.push(i),
  }));
  assert(!scene.reads(readers[0]!));
  scene.now = 5;
  for (const reader of readers) assert(scene.reads(reader));
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
  const went: string[] = [];
  const reader = (name: string): Reader => {
    const one: Reader = {
      shared: false,
      made: 0,
      readOn: () => {
        went.push(name);
        queued.push(() => {
          assert(scene.reads(one, 0.5));
        });
      },
    };
    return one;
  };
  const queued: (() => void)[] = [];
  scene.reads(reader("x"));
  scene.now = 13;
  for (const name of "abcdefghij") scene.reads(reader(name));
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
    made: 0,
    readOn: () => {
      scene.reads(reader, costMs);
    },
  };
  scene.reads(reader);
  scene.now = 4;
  scene.reads(reader);
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
    made: 0,
    readOn: () => void went.push(name),
  });
  scene.reads(reader("x"));
  scene.now = 13;
  for (const name of "abcdefghijklmnopqrs") {
    assert(scene.reads(reader(name)));
  }
  scene.look();
  assertEquals(went.join(""), "sab");
});

Deno.test("who had no more to read waits for a turn, and not for those who stand in line", () => {
  const scene = new Scene();
  const went: string[] = [];
  const reader = (name: string): Reader => ({
    shared: false,
    made: 0,
    readOn: () => void went.push(name),
  });
  scene.reads(reader("x"));
  scene.now = 13;
  for (const name of "abcdefgh") assert(scene.reads(reader(name)));
  const dry = Array.from({ length: 40 }, () => reader("-"));
  for (const one of dry) {
    assert(scene.turns.mustWait(one, scene.now, true));
  }
  scene.look();
  assertEquals(went.join(""), "-".repeat(32) + "ab");
  scene.look();
  assertEquals(went.join("").slice(34), "-".repeat(8) + "cd");
  while (scene.look());
  assertEquals(went.length, 48);
});

Deno.test("when the last one leaves, nothing is left to do", () => {
  const scene = new Scene();
  const { turns } = scene;
  const reader: Reader = {
    shared: false,
    made: 0,
    readOn: () => assert(false),
  };
  for (let i = 0; i < 2; i++) turns.join();
  assert(!scene.reads(reader));
  assert(scene.reads(reader, 4));
  turns.leave();
  turns.leave();
  assert(!scene.look());
  turns.join();
  scene.now = 100;
  assert(!scene.reads(reader));
});

/** Readers that always have more to read; `costs` are milliseconds a read. @returns How many reads each made, and their time. */
function contend(
  costs: readonly { readonly shared: boolean; readonly ms: number }[],
  ms: number,
): { readonly reads: number[]; readonly took: number[] } {
  const scene = new Scene();
  const reads = costs.map(() => 0);
  const queue: (() => void)[] = [];
  const readers = costs.map(({ shared, ms }, i): Reader => {
    const read = () => {
      reads[i]!++;
      if (!scene.reads(reader, ms)) queue.push(read);
    };
    const reader = { shared, made: 0, readOn: () => void queue.push(read) };
    return reader;
  });
  scene.reads(readers[0]!);
  scene.now = 13;
  for (const reader of readers) scene.reads(reader);
  const end = scene.now + ms;
  while (scene.now < end && scene.look()) {
    for (let next; (next = queue.shift()) !== undefined;) next();
  }
  return { reads, took: reads.map((count, i) => count * costs[i]!.ms) };
}

Deno.test("those whose bytes cost a hundred times as much have no more time than the others", () => {
  for (const ms of [0.4, 1, 2]) {
    const cheap = { shared: false, ms: 0.02 };
    const dear = { shared: false, ms };
    const line = [cheap, dear, dear, dear, dear];
    const { took } = contend(line, 2_000);
    for (const one of took) assert(one > 200 && one < 600, `${ms}: ${took}`);
  }
});

Deno.test("each line has half of the time, whatever their bytes cost", () => {
  for (const ms of [0.02, 0.4, 1, 2, 5]) {
    const services = [0.02, 0.1].map((ms) => ({ shared: true, ms }));
    const edges = Array.from({ length: 40 }, () => ({ shared: false, ms }));
    const { took } = contend([...services, ...edges], 2_000);
    const shared = took[0]! + took[1]!;
    assert(shared > 700 && shared < 1_300, `${ms}: ${took}`);
    for (const one of took.slice(0, 2)) assert(one > 250, `${ms}: ${took}`);
  }
});

Deno.test("time that nobody wanted cannot be claimed later", () => {
  const edges = Array.from({ length: 4 }, () => ({ shared: false, ms: 1 }));
  const { took } = contend(edges, 2_000);
  for (const one of took) assert(one > 400 && one < 600, `${took}`);
});

Deno.test("while some wait in line nobody goes before them for long", () => {
  const line = Array.from({ length: 3 }, () => ({ shared: false, ms: 4 }));
  const { reads } = contend(line, 120);
  for (const count of reads) assert(count >= 8 && count <= 12, `${reads}`);
});

Deno.test("connections that come anew all the time do not keep those who wait", () => {
  const STEP_MS = 0.05;
  for (
    const [crowd, reads] of [[50, 1], [50, 5], [50, 20], [200, 5]] as const
  ) {
    const scene = new Scene();
    const queue: (() => void)[] = [];
    const coming: number[] = [];
    let last = 0;
    let worst = 0;
    const open = (onRead: () => boolean): void => {
      const read = () => {
        if (onRead() && !scene.reads(reader, 1)) queue.push(read);
      };
      const reader = {
        shared: false,
        made: 0,
        readOn: () => void queue.push(read),
      };
      queue.push(read);
    };
    const look = (): void => {
      for (let next; (next = queue.shift()) !== undefined;) next();
      scene.now += STEP_MS;
      scene.look();
    };
    open(() => {
      worst = Math.max(worst, scene.now - last);
      last = scene.now;
      return true;
    });
    for (let i = 0; i < 5; i++) open(() => true);
    while (scene.now < 5_000) look();
    const come = (): void => {
      let left: number = reads;
      open(() => {
        if (left-- > 0) return true;
        coming.push(scene.now + 5);
        return false;
      });
    };
    for (let i = 0; i < crowd; i++) come();
    worst = 0;
    while (scene.now < 15_000) {
      while (coming[0]! <= scene.now) {
        coming.shift();
        come();
      }
      look();
    }
    worst = Math.max(worst, scene.now - last);
    // A few rounds of all who are there.
    assert(worst < 5 * crowd, `${crowd} of ${reads} reads: ${worst} ms`);
  }
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
        const begun = turns.begin(count);
        // As long as 64 KiB of small frames take.
        const end = performance.now() + count / 131_072;
        while (performance.now() < end);
        if (count === 1) await transport.write(buf.subarray(0, 1));
        await new Promise<void>((resolve) => {
          const reader = { shared: false, made: 0, readOn: resolve };
          if (begun === undefined || !turns.mustWait(reader, begun)) resolve();
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

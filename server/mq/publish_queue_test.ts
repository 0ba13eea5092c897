import { assert, assertEquals } from "@std/assert";
import { TimerWheel } from "@frontier/proto";
import { kafka } from "../config/mqm/kafka.ts";
import { FakeProducer } from "./testing/fake_producer.ts";
import {
  type Ending,
  type Outcome,
  type Publication,
  STORED,
} from "./publication.ts";
import { PublishQueue, type Waiting } from "./publish_queue.ts";

const DEADLINE_MS = 15_000;
const AGAIN: Outcome = { kind: "again", reason: "cut", stored: "maybe" };
const SURELY_NOT: Outcome = { kind: "again", reason: "cut", stored: "no" };

function publication(id: string, bytes = 10, edge = 1n): Publication {
  return {
    topic: "t",
    data: new Uint8Array(bytes),
    edge,
    meta: undefined,
    headers: kafka.initial().headers,
    id,
    at: 0,
  };
}

/** A queue, what it answered, and what it let go of. */
function scene(producer = new FakeProducer()) {
  const timers = new TimerWheel(0);
  const answers: string[] = [];
  const released: string[] = [];
  const queue = new PublishQueue({
    producer,
    deadlineMs: DEADLINE_MS,
    timers,
    released: (waiting: Waiting) => released.push(waiting.publication.id),
  });
  producer.onState = () => queue.pump();
  const push = (id: string, { bytes = 10, source = "a" } = {}) =>
    queue.push(publication(id, bytes), source, (ending: Ending) => {
      const reason = "reason" in ending ? ` ${ending.reason}` : "";
      answers.push(`${id} ${ending.kind}${reason}`);
    });
  const ids = () =>
    producer.handed.map(({ messages }) => messages.map(({ id }) => id).join());
  return { producer, timers, queue, push, answers, released, ids };
}

/** Lets settled promises be heard. */
async function turn(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

Deno.test("messages wait for the broker and go out in batches, in their order", async () => {
  const { producer, push, answers, released, ids } = scene();
  for (const id of ["1", "2", "3", "4", "5", "6"]) push(id);
  assertEquals(ids(), []);
  producer.turn({ kind: "up" });
  assertEquals(ids(), ["1,2,3,4"]);
  producer.handed[0]!.settle([STORED, STORED, STORED, STORED]);
  await turn();
  assertEquals(ids(), ["1,2,3,4", "5,6"]);
  producer.handed[1]!.settle([STORED, STORED]);
  await turn();
  assertEquals(
    answers,
    ["1", "2", "3", "4", "5", "6"].map((i) => `${i} stored`),
  );
  assertEquals(released, ["1", "2", "3", "4", "5", "6"]);
});

Deno.test("a batch is bounded in bytes, and one message may be larger", () => {
  const { producer, push, ids } = scene(
    new FakeProducer({ concurrent: 9 }),
  );
  producer.turn({ kind: "up" });
  push("big", { bytes: 4_000 });
  assertEquals(ids(), ["big"]);
  producer.turn({ kind: "connecting" });
  push("a", { bytes: 600 });
  push("b", { bytes: 600 });
  push("c", { bytes: 300 });
  producer.turn({ kind: "up" });
  assertEquals(ids(), ["big", "a", "b,c"]);
});

Deno.test("sources take turns", () => {
  const { producer, push, ids } = scene(new FakeProducer({ maxMessages: 99 }));
  for (let i = 0; i < 20; i++) push(`a${i}`, { source: "a" });
  push("b", { source: "b" });
  producer.turn({ kind: "up" });
  const order = ids()[0]!.split(",");
  assertEquals(order.length, 21);
  assert(order.indexOf("b") < 16, `b waits behind ${order.indexOf("b")} of a`);
  const own = order.filter((id) => id !== "b");
  assertEquals(own, Array.from({ length: 20 }, (_, i) => `a${i}`));
});

Deno.test("what the broker may not have is tried again before anything newer, after a pause", async () => {
  const { producer, push, answers, timers, ids } = scene();
  producer.turn({ kind: "up" });
  for (const id of ["1", "2", "3"]) push(id);
  producer.handed[0]!.settle([AGAIN]);
  await turn();
  assertEquals(ids(), ["1"]);
  timers.advance(100);
  assertEquals(ids(), ["1", "1,2,3"]);
  producer.handed[1]!.settle([
    STORED,
    AGAIN,
    { kind: "refused", reason: "too odd" },
  ]);
  await turn();
  timers.advance(1_000);
  assertEquals(ids(), ["1", "1,2,3", "2"]);
  producer.handed[2]!.settle([STORED]);
  await turn();
  assertEquals(answers, ["1 stored", "3 refused too odd", "2 stored"]);
});

Deno.test("a message that was never sent is unsent at its deadline, one that was is unknown", async () => {
  const { producer, push, answers, released, timers } = scene();
  producer.turn({ kind: "up" });
  push("sent");
  push("waits");
  producer.turn({ kind: "down", problem: "gone" });
  timers.advance(DEADLINE_MS - 100);
  assertEquals(answers, []);
  timers.advance(DEADLINE_MS + 100);
  assertEquals(answers, ["sent unknown gone", "waits unsent gone"]);
  // What is under way holds its bytes until the producer lets go of it.
  assertEquals(released, ["waits"]);
  producer.handed[0]!.settle([STORED]);
  await turn();
  assertEquals(answers.length, 2);
  assertEquals(released, ["waits", "sent"]);
});

Deno.test("what is tried again is unknown at its deadline, and not sent any more", async () => {
  const { producer, push, answers, released, timers, ids } = scene();
  producer.turn({ kind: "up" });
  push("1");
  producer.handed[0]!.settle([AGAIN]);
  await turn();
  producer.turn({ kind: "down", problem: "gone" });
  timers.advance(DEADLINE_MS + 100);
  assertEquals(answers, ["1 unknown gone"]);
  assertEquals(released, ["1"]);
  producer.turn({ kind: "up" });
  assertEquals(ids(), ["1"]);
});

Deno.test("what the broker surely does not have is unsent at its deadline, unless it may have it from an earlier try", async () => {
  const { producer, push, answers, timers } = scene();
  producer.turn({ kind: "up" });
  push("1");
  producer.handed[0]!.settle([SURELY_NOT]);
  await turn();
  push("2");
  timers.advance(100);
  producer.handed[1]!.settle([SURELY_NOT, AGAIN]);
  await turn();
  timers.advance(300);
  producer.handed[2]!.settle([SURELY_NOT, SURELY_NOT]);
  await turn();
  producer.turn({ kind: "down", problem: "gone" });
  timers.advance(DEADLINE_MS + 1_000);
  assertEquals(answers, ["1 unsent gone", "2 unknown gone"]);
});

Deno.test("a batch that is not full waits for more, and not longer than it should", () => {
  const { producer, push, timers, ids } = scene(
    new FakeProducer({ lingerMs: 50 }),
  );
  producer.turn({ kind: "up" });
  push("1");
  timers.advance(30);
  push("2");
  assertEquals(ids(), []);
  timers.advance(64);
  assertEquals(ids(), ["1,2"]);
});

Deno.test("a full batch does not wait", () => {
  const { producer, push, ids } = scene(new FakeProducer({ lingerMs: 50 }));
  producer.turn({ kind: "up" });
  for (const id of ["1", "2", "3", "4"]) push(id);
  assertEquals(ids(), ["1,2,3,4"]);
});

Deno.test("a producer that rejects, or answers too little, loses nothing", async () => {
  const { producer, push, answers, timers, ids } = scene();
  producer.turn({ kind: "up" });
  push("1");
  producer.handed[0]!.reject(new Error("bug"));
  await turn();
  timers.advance(100);
  producer.handed[1]!.settle([]);
  await turn();
  timers.advance(1_000);
  assertEquals(ids(), ["1", "1", "1"]);
  producer.handed[2]!.settle([STORED]);
  await turn();
  assertEquals(answers, ["1 stored"]);
});

Deno.test("drain ends when everything is settled", async () => {
  const { producer, push, queue } = scene();
  producer.turn({ kind: "up" });
  push("1");
  let drained = false;
  const done = queue.drain().then(() => drained = true);
  await turn();
  assertEquals(drained, false);
  producer.handed[0]!.settle([STORED]);
  await done;
});

Deno.test("what is abandoned is answered at once", () => {
  const { producer, push, queue, answers, timers } = scene();
  producer.turn({ kind: "up" });
  push("sent");
  push("waits");
  queue.abandon("over");
  assertEquals(answers, ["sent unknown over", "waits unsent over"]);
  assertEquals(timers.size, 0);
});

Deno.test("random histories: each message is answered once, and nothing stays", async () => {
  for (let seed = 1; seed <= 300; seed++) {
    let state = seed;
    const random = (below: number) => {
      state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
      return Math.floor(state / 2 ** 32 * below);
    };
    const world = scene(
      new FakeProducer({
        maxMessages: 1 + random(5),
        lingerMs: random(2) * 40,
      }),
    );
    const { producer, push, timers, answers, released, queue } = world;
    let now = 0;
    let sent = 0;
    let settled = 0;
    for (let step = 0; step < 200; step++) {
      switch (random(5)) {
        case 0:
          push(`${"abc"[random(3)]}${sent++}`, { source: "abc"[random(3)]! });
          break;
        case 1:
          producer.turn(
            random(4) === 0 ? { kind: "down", problem: "p" } : { kind: "up" },
          );
          break;
        case 2:
          timers.advance(now += random(2_000));
          break;
        default: {
          const batch = producer.handed[settled];
          if (batch === undefined) break;
          settled++;
          batch.settle(batch.messages.map(() => {
            if (random(3) === 0) return AGAIN;
            return STORED;
          }));
          await turn();
        }
      }
    }
    queue.abandon("end");
    for (; settled < producer.handed.length; settled++) {
      producer.handed[settled]!.settle([]);
    }
    await turn();
    const answered = answers.map((text) => text.split(" ")[0]!);
    assertEquals(answered.length, sent, `seed ${seed}`);
    assertEquals(new Set(answered).size, sent, `seed ${seed}`);
    assertEquals(released.length, sent, `seed ${seed}`);
    assertEquals(timers.size, 0, `seed ${seed}`);
  }
});

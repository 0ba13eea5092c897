import { assert, assertEquals } from "@std/assert";
import { type Session, type Timer, TimerWheel } from "@frontier/proto/internal";
import { EdgePeer } from "../directory/peer.ts";
import { DEFAULT_LIMITS } from "../config/limits.ts";
import { HELD } from "../quota/kinds.ts";
import { Ledger } from "../quota/ledger.ts";
import { ledgerRules } from "../quota/rules.ts";
import { Leg } from "./leg.ts";

/** A budget of which one peer alone may have 656 250 bytes. */
const BUDGET = 3_500_000;

/** Two joined legs whose sessions are stand-ins; `room` is what the target takes. */
function joined(
  bufferBytes: number,
  maxMemory = 100_000_000,
  credit = false,
) {
  const wheel = new TimerWheel();
  const events: string[] = [];
  const state = { room: 0, taken: 0, came: 0 };
  const side = (name: string): Session => {
    const link = {
      credit,
      settings: { sessionWindow: 262_144 },
      get seenAt() {
        return wheel.now();
      },
      timers: {
        now: () => wheel.now(),
        set: (timer: Timer, at: number) => wheel.set(timer, at),
        clear: (timer: Timer) => wheel.clear(timer),
      },
      paceBy: () => {},
      pause: () => events.push(`pause ${name}`),
      resume: () => events.push(`resume ${name}`),
    };
    return {
      link,
      state: "open",
      consume: () => {},
      close: () => events.push(`close ${name}`),
      adopt: () => false,
      send: (_buf: Uint8Array, start: number, end: number, came: number) => {
        state.came = came;
        const sent = Math.min(state.room, end - start);
        state.room -= sent;
        state.taken += sent;
        return sent;
      },
    } as unknown as Session;
  };
  const peer = new EdgePeer(
    undefined as never,
    { network: "tcp", hostname: "", port: 0 },
    0,
  );
  const rules = ledgerRules(DEFAULT_LIMITS);
  const ledger = new Ledger({ maxMemory, rules });
  const limits = { bufferBytes, stallMs: 1_000 };
  const giveUp = () => events.push("give up");
  const from = new Leg(side("from"), peer, ledger, limits, undefined, giveUp);
  const to = new Leg(side("to"), peer, ledger, limits, undefined, giveUp);
  from.other = to;
  to.other = from;
  return { from, to, wheel, events, state, ledger };
}

Deno.test("a leg holds tiny pieces at the cost of their bytes", () => {
  const { from, state } = joined(10_000_000);
  const piece = new Uint8Array(1);
  const before = Deno.memoryUsage();
  for (let i = 0; i < 1_000_000; i++) from.receive(piece, 0, 1);
  const after = Deno.memoryUsage();
  const grown = after.heapUsed + after.external - before.heapUsed -
    before.external;
  assertEquals(from.heldBytes, 1_000_000);
  assert(grown < 30_000_000, `${grown} bytes for 1 000 000`);
  state.room = 2_000_000;
  from.drain();
  assertEquals([from.heldBytes, state.taken], [0, 1_000_000]);
});

Deno.test("a packet may be as large as it came from a peer that counts packets itself, not from one with credit", () => {
  for (const credit of [false, true]) {
    const { from, state } = joined(1_000_000, undefined, credit);
    state.room = 262_144;
    from.receive(new Uint8Array(262_144), 0, 262_144);
    assertEquals(state.taken, 262_144);
    assertEquals(state.came, credit ? 0 : 262_144);
  }
});

Deno.test("a buffer that is hardly filled counts with all its memory", () => {
  const { from, state, ledger } = joined(1_000_000);
  from.receive(new Uint8Array(1_003), 0, 1_003);
  assertEquals(ledger.memory, 16_640);
  from.receive(new Uint8Array(15_000), 0, 15_000);
  assertEquals(ledger.memory, 16_640);
  from.receive(new Uint8Array(16_384), 0, 16_384);
  assertEquals([from.heldBytes, ledger.memory], [32_387, 33_280]);
  state.room = 20_000;
  from.drain();
  assertEquals([from.heldBytes, ledger.memory], [12_387, 16_640]);
  from.drop();
  assertEquals([from.heldBytes, ledger.memory], [0, 0]);
});

Deno.test("the first window of a stream fits into one buffer, of its size", () => {
  const { from, ledger } = joined(1_000_000);
  from.receive(new Uint8Array(16_384), 0, 16_384);
  assertEquals(ledger.memory, 16_640);
});

Deno.test("a leg is read on while its sender has a share of the memory left", () => {
  const { from, to, events, state, ledger, wheel } = joined(100_000, BUDGET);
  from.receive(new Uint8Array(589_824), 0, 589_824);
  // Full for too long: more is stored.
  wheel.advance(208);
  assertEquals(events.splice(0), ["pause from", "resume from"]);
  from.receive(new Uint8Array(64_000), 0, 64_000);
  assertEquals(events, ["pause from"]);
  state.room = 12_000;
  from.drain();
  assertEquals(events, ["pause from"]);
  state.room = 1_000;
  from.drain();
  assertEquals(events, ["pause from", "resume from"]);
  assert(ledger.memory > from.heldBytes && ledger.memory < 660_000);
  to.drop();
  from.drop();
  assertEquals([ledger.memory, ledger.accounts], [0, 0]);
});

Deno.test("a leg that moves holds its buffer and no more, however large the share", () => {
  const { from, events, state, wheel } = joined(80_000, BUDGET);
  for (let round = 0; round < 5; round++) {
    from.receive(new Uint8Array(80_000), 0, 80_000);
    assertEquals(events.splice(0), ["pause from"]);
    wheel.advance(wheel.now() + 150);
    state.room = 80_000;
    from.drain();
    assertEquals(events.splice(0), ["resume from"]);
  }
  // Then nothing moves, and it stores on until the buffer is not full again.
  from.receive(new Uint8Array(80_000), 0, 80_000);
  wheel.advance(wheel.now() + 208);
  assertEquals(events.splice(0), ["pause from", "resume from"]);
  from.receive(new Uint8Array(80_000), 0, 80_000);
  assertEquals(events, []);
  state.room = 90_000;
  from.drain();
  from.receive(new Uint8Array(10_000), 0, 10_000);
  assertEquals(events, ["pause from"]);
  from.drop();
  assertEquals(wheel.size, 0);
});

Deno.test("below half of the memory a leg may always have its buffer", () => {
  const { from, events, ledger } = joined(800_000, BUDGET);
  from.receive(new Uint8Array(700_000), 0, 700_000);
  from.receive(new Uint8Array(99_999), 0, 99_999);
  assertEquals([events, ledger.level], [[], 0]);
  from.receive(new Uint8Array(1), 0, 1);
  assertEquals(events, ["pause from"]);
  const full = joined(10_000_000, BUDGET);
  full.from.receive(new Uint8Array(1_000_000), 0, 1_000_000);
  assertEquals([full.events, full.ledger.level], [[], 0]);
  full.from.receive(new Uint8Array(800_000), 0, 800_000);
  assertEquals([full.events, full.ledger.level], [["pause from"], 1]);
});

Deno.test("a full leg without progress is given up, its stream alone", () => {
  const { from, events, wheel, state, ledger } = joined(1_000, BUDGET);
  from.receive(new Uint8Array(700_000), 0, 700_000);
  wheel.advance(900);
  state.room = 1;
  from.drain();
  wheel.advance(1_800);
  assertEquals(events, ["pause from"], "progress starts the time anew");
  wheel.advance(2_000);
  assertEquals(events, [
    "pause from",
    "give up",
    "resume from",
    "close from",
    "close to",
  ]);
  assertEquals([wheel.size, ledger.memory], [0, 0]);
});

Deno.test("a leg passes on what it holds before it closes the other side", () => {
  const { from, events, state } = joined(1_000);
  from.receive(new Uint8Array(500), 0, 500);
  from.end(false);
  assertEquals(events, []);
  state.room = 499;
  from.drain();
  assertEquals(events, []);
  state.room = 1;
  from.drain();
  assertEquals(events, ["close to"]);
});

Deno.test("a receiver that trickles holds its sender's connection for a bounded time", () => {
  const { from, events, wheel, state } = joined(800_000, BUDGET);
  from.receive(new Uint8Array(800_000), 0, 800_000);
  for (let now = 500; now < 5_900; now += 500) {
    wheel.advance(now);
    state.room = 1;
    from.drain();
  }
  assertEquals(events, ["pause from"]);
  wheel.advance(6_100);
  assertEquals(events.slice(0, 3), ["pause from", "give up", "resume from"]);
});

Deno.test("a receiver on a slow line lives, however long it takes", () => {
  const { from, events, wheel, state } = joined(8_000_000, BUDGET * 10);
  from.receive(new Uint8Array(8_000_000), 0, 8_000_000);
  for (let now = 500; now < 60_000; now += 500) {
    wheel.advance(now);
    state.room = 1_000;
    from.drain();
  }
  assertEquals(events, ["pause from"]);
});

Deno.test("when memory is short, whoever holds little is promised a little", () => {
  const { from, to, ledger } = joined(1_000_000, 4_000_000);
  assert(from.promise(245_760));
  from.revoke();
  const other = { account: undefined, charged: true, describe: () => "x" };
  ledger.force(HELD, other, ledger.process, 2_100_000);
  assertEquals(ledger.level, 1);
  assertEquals(from.promise(65_537), false);
  assert(from.promise(30_720));
  assert(from.promise(30_720));
  assertEquals(to.promise(30_720), false);
});

import { assert, assertEquals } from "@std/assert";
import { type Session, type Timer, TimerWheel } from "@frontier/proto";
import { EdgePeer } from "../directory/peer.ts";
import { Leg } from "./leg.ts";

/** Two joined legs whose sessions are stand-ins; `room` is what the target takes. */
function joined(bufferBytes: number) {
  const wheel = new TimerWheel();
  const events: string[] = [];
  const state = { room: 0, taken: 0 };
  const side = (name: string): Session => {
    const link = {
      credit: false,
      get seenAt() {
        return wheel.now();
      },
      timers: {
        now: () => wheel.now(),
        set: (timer: Timer, at: number) => wheel.set(timer, at),
        clear: (timer: Timer) => wheel.clear(timer),
      },
      pause: () => events.push(`pause ${name}`),
      resume: () => events.push(`resume ${name}`),
    };
    return {
      link,
      state: "open",
      consume: () => {},
      close: () => events.push(`close ${name}`),
      adopt: () => false,
      send: (_buf: Uint8Array, start: number, end: number) => {
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
  const limits = { bufferBytes, connectionBytes: 10_000_000, stallMs: 1_000 };
  const giveUp = () => events.push("give up");
  const from = new Leg(side("from"), peer, limits, giveUp);
  const to = new Leg(side("to"), peer, limits, giveUp);
  from.other = to;
  to.other = from;
  return { from, to, wheel, events, state };
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

Deno.test("a full leg pauses its sender and resumes it below seven eighths", () => {
  const { from, events, state } = joined(8_000);
  from.receive(new Uint8Array(7_999), 0, 7_999);
  assertEquals(events, []);
  from.receive(new Uint8Array(1), 0, 1);
  assertEquals(events, ["pause from"]);
  state.room = 999;
  from.drain();
  assertEquals(events, ["pause from"]);
  state.room = 1;
  from.drain();
  assertEquals(events, ["pause from", "resume from"]);
});

Deno.test("a full leg without progress is given up, its stream alone", () => {
  const { from, events, wheel, state } = joined(1_000);
  from.receive(new Uint8Array(1_000), 0, 1_000);
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
  assertEquals(wheel.size, 0);
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
  const { from, events, wheel, state } = joined(100_000);
  from.receive(new Uint8Array(100_000), 0, 100_000);
  for (let now = 500; now < 5_900; now += 500) {
    wheel.advance(now);
    state.room = 1;
    from.drain();
  }
  assertEquals(events, ["pause from"]);
  wheel.advance(6_100);
  assertEquals(events.slice(0, 3), ["pause from", "give up", "resume from"]);
});

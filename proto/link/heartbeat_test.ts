import { assertEquals } from "@std/assert";
import { Heartbeat } from "./heartbeat.ts";

const PERIOD = 20_000;

function started(serving: boolean): Heartbeat {
  const heartbeat = new Heartbeat(0);
  heartbeat.start(PERIOD, serving, 1_000);
  return heartbeat;
}

Deno.test("a server checks after two periods and gives up then", () => {
  const heartbeat = started(true);
  assertEquals(heartbeat.dueAt, 41_000);
  assertEquals(heartbeat.checkClient(41_000, false), false);
  assertEquals(heartbeat.dueAt, Infinity);
});

Deno.test("a frame puts the server's next check off", () => {
  const heartbeat = started(true);
  heartbeat.onFrame(30_000);
  assertEquals(heartbeat.checkClient(41_000, false), true);
  assertEquals(heartbeat.dueAt, 70_000);
});

Deno.test("nobody is given up while reading is paused", () => {
  const server = started(true);
  assertEquals(server.checkClient(41_000, true), true);
  assertEquals(server.dueAt, 81_000);
  const client = started(false);
  client.dueAt = 101_000;
  assertEquals(client.checkServer(101_000, true, -Infinity), true);
});

Deno.test("a client gives up after two and a half periods", () => {
  const heartbeat = started(false);
  const alive: boolean[] = [];
  for (const now of [21_000, 41_000, 51_000, 51_001]) {
    heartbeat.dueAt = now;
    alive.push(heartbeat.checkServer(now, false, -Infinity));
    assertEquals(heartbeat.dueAt, now + PERIOD);
  }
  assertEquals(alive, [true, true, true, false]);
});

Deno.test("bytes that go out make up for silence, for five minutes", () => {
  const heartbeat = started(false);
  const check = (now: number, flowedAt: number) => {
    heartbeat.dueAt = now;
    return heartbeat.checkServer(now, false, flowedAt);
  };
  assertEquals(check(61_000, 41_000), true);
  assertEquals(check(91_001, 41_000), false);
  assertEquals(check(301_000, 300_000), true);
  assertEquals(check(301_001, 300_000), false);
  heartbeat.onFrame(301_001);
  assertEquals(check(351_001, -Infinity), true);
});

Deno.test("a client with a long period is given its whole silence", () => {
  const heartbeat = new Heartbeat(0);
  heartbeat.start(320_000, false, 0);
  heartbeat.dueAt = 800_000;
  assertEquals(heartbeat.checkServer(800_000, false, -Infinity), true);
});

Deno.test("proof is due one and a quarter periods after the last, and never at first", () => {
  const heartbeat = started(true);
  assertEquals(heartbeat.proofAt, Infinity);
  heartbeat.proved(10_000);
  assertEquals(heartbeat.proofAt, 35_000);
});

Deno.test("a check that comes late forgives all silence but one period", () => {
  const server = started(true);
  assertEquals(server.checkClient(42_001, false), true);
  assertEquals(server.seenAt, 22_001);
  const punctual = started(true);
  assertEquals(punctual.checkClient(42_000, false), false);
});

Deno.test("bytes count as a sign of life once they are many", () => {
  const heartbeat = started(true);
  heartbeat.onBytes(4_095, 2_000);
  assertEquals(heartbeat.seenAt, 1_000);
  heartbeat.onBytes(1, 3_000);
  assertEquals(heartbeat.seenAt, 3_000);
  heartbeat.onBytes(4_095, 4_000);
  heartbeat.onFrame(5_000);
  // A frame begins a new count.
  heartbeat.onBytes(1, 6_000);
  assertEquals(heartbeat.seenAt, 5_000);
});

Deno.test("a peer is idle when data is more than a period older than its last frame", () => {
  const heartbeat = started(true);
  heartbeat.onData();
  heartbeat.onFrame(21_000);
  assertEquals(heartbeat.idle, false);
  heartbeat.onFrame(21_001);
  assertEquals(heartbeat.idle, true);
  heartbeat.onData();
  assertEquals(heartbeat.idle, false);
});

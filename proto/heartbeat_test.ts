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
  assertEquals(client.checkServer(101_000, true), true);
});

Deno.test("a client gives up after two and a half periods", () => {
  const heartbeat = started(false);
  const alive: boolean[] = [];
  for (const now of [21_000, 41_000, 51_000, 51_001]) {
    heartbeat.dueAt = now;
    alive.push(heartbeat.checkServer(now, false));
    assertEquals(heartbeat.dueAt, now + PERIOD);
  }
  assertEquals(alive, [true, true, true, false]);
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

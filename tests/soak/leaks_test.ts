import { assertEquals } from "@std/assert";
import { findLeaks, findLeftovers } from "./leaks.ts";

const BEFORE = {
  timers: 3,
  descriptors: 20,
  heapBytes: 10_000_000,
  bufferBytes: 10_000_000,
  rssBytes: 100_000_000,
};

Deno.test("Figures that stay as they were are no leak", () => {
  assertEquals(findLeaks("gateway", BEFORE, BEFORE), []);
  const less = { ...BEFORE, timers: 0, descriptors: 10, heapBytes: 1 };
  assertEquals(findLeaks("gateway", BEFORE, less), []);
  assertEquals(
    findLeaks("gateway", BEFORE, { ...BEFORE, heapBytes: 12_000_000 }),
    [],
  );
});

Deno.test("Each figure that has grown is named with its bound", () => {
  const after = {
    timers: 4,
    descriptors: 21,
    heapBytes: 14_000_000,
    bufferBytes: 50_000_000,
    rssBytes: 300_000_000,
  };
  assertEquals(findLeaks("gateway", BEFORE, after), [
    "gateway leaks descriptors: 21, after the warm-up 20, at most 20 allowed",
    "gateway leaks heapBytes: 14000000, after the warm-up 10000000, at most 12097152 allowed",
    "gateway leaks bufferBytes: 50000000, after the warm-up 10000000, at most 43554432 allowed",
    "gateway leaks rssBytes: 300000000, after the warm-up 100000000, at most 200663296 allowed",
  ]);
});

const STATUS = {
  state: "running",
  edges: 2,
  services: 1,
  connections: 3,
  streams: 0,
  inflight: 0,
  timers: 4,
} as const;
const CHURN = {
  done: {
    connects: 0,
    closes: 0,
    cuts: 0,
    freezes: 0,
    abandoned: 0,
    calls: 0,
    messages: 0,
    streams: 0,
    streamBytes: 0,
  },
  alive: 2,
  failures: [],
  failed: 0,
  present: 2,
  held: 0,
  timers: 3,
};

Deno.test("Connected edges that have nothing under way leave nothing over", () => {
  const connected = { edges: 2, services: 1 };
  assertEquals(findLeftovers(CHURN, STATUS, connected), []);
});

Deno.test("Everything that is left of edges that have gone is named", () => {
  const gateway = { ...STATUS, streams: 1, inflight: 2, timers: 7 };
  const peers = { ...CHURN, timers: 9, held: 3, present: 5 };
  assertEquals(findLeftovers(peers, gateway, { edges: 1, services: 1 }), [
    "2 edges of the gateway are left, expected 1",
    "3 connections of the gateway are left, expected 2",
    "1 streams of the gateway are left, expected 0",
    "2 packets in flight in the gateway are left, expected 0",
    "7 timers of the gateway are left, expected 4",
    "9 timers of the client library are left, expected 2",
    "2 edges of the client library are left, expected 1",
    "3 handlers that run are left, expected 0",
    "5 edges known to the service are left, expected 1",
  ]);
});

Deno.test("When everybody has gone no timer may be left", () => {
  const gateway = { ...STATUS, edges: 0, services: 0, connections: 0 };
  const peers = { ...CHURN, alive: 0, timers: 0 };
  assertEquals(findLeftovers(peers, gateway, { edges: 0, services: 0 }), [
    "4 timers of the gateway are left, expected 0",
  ]);
});

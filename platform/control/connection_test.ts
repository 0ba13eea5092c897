import { assertEquals } from "@std/assert";
import type { Socket } from "node:net";
import { Connection, IDLE_MS } from "./connection.ts";

/** A connection at time 0, and how much is waiting to be written. */
function open(): {
  socket: { writableLength: number };
  connection: Connection;
} {
  const socket = { writableLength: 0 };
  return { socket, connection: new Connection(socket as Socket, 0) };
}

Deno.test("a connection that says nothing is overdue after 10 s", () => {
  const { connection } = open();
  assertEquals(connection.overdue(9_999), false);
  assertEquals(connection.overdue(10_000), true);
});

Deno.test("a request has 30 s to arrive, and then as long as it takes", () => {
  const { connection } = open();
  connection.begin(1_000);
  assertEquals(connection.overdue(30_999), false);
  assertEquals(connection.overdue(31_000), true);
  connection.arrived(20_000);
  assertEquals(connection.overdue(1_000_000), false);
});

Deno.test("between two requests a connection is kept for a minute", () => {
  const { connection } = open();
  connection.begin(1_000);
  connection.arrived(1_000);
  connection.end(2_000);
  assertEquals(connection.overdue(2_000 + IDLE_MS - 1), false);
  assertEquals(connection.overdue(2_000 + IDLE_MS), true);
  assertEquals(connection.idle, true);
});

Deno.test("the rest of a request that is answered already has a second", () => {
  const { connection } = open();
  connection.begin(0);
  connection.end(5_000, false);
  assertEquals(connection.overdue(5_999), false);
  assertEquals(connection.overdue(6_000), true);
  connection.arrived(5_900);
  assertEquals(connection.overdue(6_000), false);
});

Deno.test("HTTP/2 looks after its connections itself", () => {
  const { connection } = open();
  connection.becomeHttp2();
  connection.begin(0);
  assertEquals(connection.overdue(1_000_000), false);
  connection.end(0);
  assertEquals(connection.overdue(2_000_000), false);
  assertEquals(connection.idle, false);
});

Deno.test("a peer that does not read for 30 s is overdue, one that reads slowly is not", () => {
  const { socket, connection } = open();
  connection.becomeHttp2();
  socket.writableLength = 1_000_000;
  assertEquals(connection.overdue(0), false);
  socket.writableLength = 2_000_000;
  assertEquals(connection.overdue(15_000), false);
  socket.writableLength = 1_999_999;
  assertEquals(connection.overdue(29_000), false);
  assertEquals(connection.overdue(58_999), false);
  assertEquals(connection.overdue(59_000), true);
  // Long silence before the first byte is none of its concern.
  const fresh = open();
  fresh.connection.becomeHttp2();
  assertEquals(fresh.connection.overdue(500_000), false);
  fresh.socket.writableLength = 1;
  assertEquals(fresh.connection.overdue(501_000), false);
});

import { setImmediate } from "node:timers";
import { assert, assertEquals } from "@std/assert";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { type Input, InputTurns } from "./input_turns.ts";
import { PacedSocket } from "./paced_socket.ts";

/** Both ends of a connection, and what paces one of them. */
async function pair(turns = new InputTurns()) {
  const server = createServer();
  const accepted = once(server, "connection");
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const client = connect(port, "127.0.0.1");
  const [socket] = await accepted as [Socket];
  const paced = new PacedSocket(socket, turns);
  return {
    client,
    paced,
    async [Symbol.asyncDispose]() {
      const closed = Promise.all([
        client.closed || once(client, "close"),
        socket.closed || once(socket, "close"),
      ]);
      client.destroy();
      paced.destroy();
      await closed;
      server.close();
      await once(server, "close");
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

Deno.test("what was sent comes in small pieces, in order and whole", async () => {
  await using ends = await pair();
  const { client, paced } = ends;
  const pieces: Uint8Array[] = [];
  paced.on("data", (piece: Uint8Array) => pieces.push(piece));
  const sent = Uint8Array.from({ length: 10_000 }, (_, i) => i % 251);
  client.write(sent);
  await until(() =>
    pieces.reduce((sum, { length }) => sum + length, 0) >= 10_000
  );
  assert(pieces.every(({ length }) => length <= 512));
  const came = new Uint8Array(10_000);
  let at = 0;
  for (const piece of pieces) {
    came.set(piece, at);
    at += piece.length;
  }
  assertEquals(came, sent);
});

Deno.test("nothing comes while it is held, and bodies come in larger pieces", async () => {
  await using ends = await pair();
  const { client, paced } = ends;
  let came = 0;
  let largest = 0;
  paced.on("data", ({ length }: Uint8Array) => {
    came += length;
    largest = Math.max(largest, length);
    if (came === 512) paced.hold();
  });
  client.write(new Uint8Array(20_000));
  await until(() => came === 512);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(came, 512);
  paced.release(true);
  await until(() => came === 20_000);
  assert(largest > 512 && largest <= 8_192, `${largest}`);
});

Deno.test("what is written and not read is seen", async () => {
  await using ends = await pair();
  const { client, paced } = ends;
  client.pause();
  paced.write(new Uint8Array(10_000_000));
  paced.write(new Uint8Array(10_000_000));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert(paced.writableLength > 10_000_000, `${paced.writableLength}`);
  client.resume();
  await until(() => paced.writableLength === 0);
});

Deno.test("the end of either side is the end of the other", async () => {
  await using one = await pair();
  one.paced.resume();
  one.client.end();
  await once(one.paced, "end");
  await using two = await pair();
  two.client.resume();
  const closed = once(two.client, "close");
  two.paced.destroy();
  await closed;
  await using three = await pair();
  const over = new Promise((resolve) => three.paced.once("close", resolve));
  three.client.resetAndDestroy();
  await over;
});

Deno.test("inputs take turns, and whoever is deleted has none", async () => {
  const turns = new InputTurns();
  const order: string[] = [];
  const input = (name: string, times: number): Input => {
    const self: Input = {
      readPiece() {
        order.push(name);
        if (--times > 0) turns.add(self);
      },
    };
    return self;
  };
  const gone = input("gone", 1);
  for (const one of [input("a", 3), input("b", 2), gone]) turns.add(one);
  turns.delete(gone);
  await until(() => order.length === 5);
  assertEquals(order.join(""), "ababa");
});

Deno.test("what a piece causes later in its turn makes the next turns smaller", async () => {
  const turns = new InputTurns();
  const sizes: number[] = [];
  let pieces = 0;
  /** The rest of the turn: more than its share for each piece. */
  const rest = () => {
    sizes.push(pieces);
    const end = performance.now() + 6 * pieces;
    pieces = 0;
    while (performance.now() < end);
  };
  let over = false;
  const inputs = Array.from({ length: 32 }, (): Input => {
    const self: Input = {
      readPiece() {
        if (++pieces === 1) setImmediate(rest);
        if (!over) turns.add(self);
      },
    };
    return self;
  });
  for (const input of inputs) turns.add(input);
  await until(() => sizes.length >= 12);
  over = true;
  await until(() => pieces === 0);
  const later = sizes.slice(6);
  assert(later.every((size) => size <= 2), `turns of ${sizes} pieces`);
});

/** Attacks with frames that nobody would send: for nothing, out of order, without a right to them, or one byte at a time. */

import { rawFrame } from "../../../proto/testing/raw_frame.ts";
import {
  concat,
  frames,
  many,
  type RawSocket,
} from "../../support/raw_socket.ts";
import { type Attacks, FIRST, OURS } from "../attack.ts";
import type { Battle } from "../attacker.ts";

const WORK = ["call echo", "publish t"];
const GO_WORK = ["call go.echo", "publish go.t"];
const STREAM_WORK = ["call echo", "echo svc"];
const MEGABYTES = "k".repeat(6_000_000);

/** Makes bytes again and again and sends them, until it is thrown out. */
async function pour(
  battle: Battle,
  socket: RawSocket,
  make: (round: number) => Uint8Array,
  pauseMs = 1,
): Promise<void> {
  for (let round = 0; round < 5_000 && !socket.closed; round++) {
    if (!await socket.send(make(round), 10_000)) return;
    if (pauseMs > 0) await battle.pause(pauseMs);
  }
}

/** Opens streams, and waits until they are there. */
async function openStreams(
  socket: RawSocket,
  peer: string,
  count: number,
): Promise<void> {
  await socket.send(
    many(count, (i) => frames.open(1n, FIRST + BigInt(i), peer)),
  );
  await socket.until(() => (socket.seen.get(0x32) ?? 0) >= count, 3_000);
}

/** Answers and acks of what was never asked, for ids near and far. */
async function unasked(battle: Battle): Promise<void> {
  const socket = await battle.edge({ ext: OURS });
  const id = (i: number) => (BigInt(i) * 0x1_0000_0001n) & 0xffff_ffffn;
  const batch = many(400, (i) => {
    switch (i % 5) {
      case 0:
        return rawFrame(0x72, id(i), 1n, '{"value":"AA=="}');
      case 1:
        return rawFrame(0x52, id(i), 1n, "{}");
      case 2:
        return frames.dismissAck(id(i), FIRST + BigInt(i));
      case 3:
        return rawFrame(0x22, id(i));
      default:
        return rawFrame(0x82, id(i), 1n, "{}");
    }
  });
  await pour(battle, socket, () => batch);
}

/** Grants more than there is, to everybody and nobody. */
async function grants(battle: Battle, ext: readonly string[]): Promise<void> {
  const socket = await battle.edge({ ext, window: [0xffff_ffff, 0xffff_ffff] });
  await openStreams(socket, "files", 20);
  const credit = (session: bigint, bytes: number) => {
    const body = new Uint8Array(4);
    new DataView(body.buffer).setUint32(0, bytes);
    return rawFrame(0x62, 1n, session, body);
  };
  const batch = many(300, (i) => {
    const session = i % 3 === 0 ? 0n : FIRST + BigInt(i % 40);
    return credit(session, i % 2 === 0 ? 0xffff_ffff : 0);
  });
  await pour(battle, socket, () => batch, 2);
}

/** Asks, and does not want to know any more, in the same breath. */
async function askAndCancel(battle: Battle, method: string): Promise<void> {
  const socket = await battle.edge({ ext: OURS });
  await pour(battle, socket, (round) =>
    many(200, (i) => {
      const id = BigInt(round * 100 + (i >> 1));
      return i % 2 === 0 ? frames.request(id, method) : frames.cancel(id);
    }));
}

/** Asks with so little time that nobody can answer. */
async function noTime(battle: Battle, method: string): Promise<void> {
  const socket = await battle.edge({ ext: OURS });
  const body = `{"key":"${
    btoa(method)
  }","timeout":1000000,"deadline":"0001-01-01T00:00:00Z","context":{"deadline":"0001-01-01T00:00:00Z"}}`;
  await pour(battle, socket, (round) =>
    many(
      200,
      (i) => rawFrame(0x71, BigInt(round * 200 + i + 1), 1n, body),
    ));
}

/** Names of methods and topics as long as frames may be, which the errors repeat to nobody. */
async function giantKeys(battle: Battle): Promise<void> {
  const socket = await battle.edge();
  socket.pause();
  for (let i = 0; i < 40 && !socket.closed; i++) {
    const frame = i % 2 === 0
      ? frames.request(BigInt(i + 1), MEGABYTES)
      : frames.message(BigInt(i + 1), MEGABYTES);
    if (!await socket.send(frame, 2_000)) return;
    await battle.pause(20);
  }
}

/** Another method and another topic each time. */
async function manyNames(battle: Battle): Promise<void> {
  const socket = await battle.edge();
  await pour(battle, socket, (round) =>
    many(200, (i) => {
      const name = `n${round}-${i}-${"x".repeat(i)}`;
      return i % 2 === 0
        ? frames.request(BigInt(i + 1), name)
        : frames.message(BigInt(i + 1), name);
    }));
}

/** Registers methods on its connection and in streams, for nobody. */
async function registers(battle: Battle): Promise<void> {
  const socket = await battle.edge();
  await openStreams(socket, "svc", 10);
  await pour(battle, socket, (round) =>
    many(100, (i) => {
      const session = i % 2 === 0 ? 1n : FIRST + BigInt(i % 10);
      const name = `m${round}-${i}${"x".repeat(200)}`;
      return rawFrame(0x81, BigInt(i + 1), session, name);
    }));
}

/** Asks in streams, where nobody answers. */
async function callsInStreams(battle: Battle, peer: string): Promise<void> {
  const socket = await battle.edge();
  await openStreams(socket, peer, 50);
  await pour(battle, socket, (round) =>
    many(200, (i) =>
      frames.request(
        BigInt(round * 200 + i + 1),
        "nobody",
        "x".repeat(100),
        FIRST + BigInt(i % 50),
      )));
}

/** Sends a stream byte by byte, each in a frame of its own; it comes back the same way. */
async function singleBytes(battle: Battle): Promise<void> {
  const socket = await battle.edge();
  await openStreams(socket, "svc", 4);
  const byte = new Uint8Array(1);
  const batch = many(
    400,
    (i) =>
      frames.stream(FIRST + BigInt(i % 4), byte.subarray(0, i % 9 ? 1 : 0)),
  );
  await pour(battle, socket, () => batch);
}

/** What only our own peers may say, or only a gateway, said by a stranger. */
async function unentitled(battle: Battle, frame: Uint8Array): Promise<void> {
  using socket = await battle.edge();
  const batch = many(50, () => frame);
  for (let i = 0; i < 20 && !socket.closed; i++) {
    await socket.send(batch, 2_000);
    await battle.pause(1);
  }
}

/** Says who it is, again and again. */
async function sayTwice(battle: Battle): Promise<void> {
  using socket = await battle.edge();
  await socket.send(
    many(50, () => concat([frames.heartbeat(), frames.heartbeat()])),
  );
  await socket.send(many(200, () => helloAgain), 2_000);
  await socket.until(() => false, 100);
}
const helloAgain = rawFrame(0x01, 1n, new Uint8Array([0x18, 0]), 0n, "{}");

/** Writes frames one byte at a time, very often. */
async function dribble(battle: Battle): Promise<void> {
  const socket = await battle.edge();
  const frame = frames.request(7n, "nothing");
  for (let round = 0; round < 400 && !socket.closed; round++) {
    for (let at = 0; at < frame.length; at++) {
      if (!await socket.send(frame.subarray(at, at + 1), 2_000)) return;
      // Each in a packet of its own.
      if (at % 8 === 7) await battle.pause(0);
    }
  }
}

/** Connects and says nothing, or next to nothing. */
async function silent(battle: Battle): Promise<void> {
  const sockets: RawSocket[] = [];
  for (let i = 0; i < 60; i++) {
    const socket = await battle.dial();
    if (i % 2 === 0) await socket.send(new Uint8Array([1]), 100);
    sockets.push(socket);
  }
  await battle.pause(300);
  for (const socket of sockets) socket[Symbol.dispose]();
}

/** Comes and says goodbye. */
async function farewells(battle: Battle): Promise<void> {
  using socket = await battle.edge({ meta: "x" });
  await socket.send(rawFrame(0x11, 9n));
  await socket.until(() => (socket.seen.get(0x12) ?? 0) > 0, 200);
}

/** All come as the same edge, and push each other out. */
async function sameEdge(battle: Battle): Promise<void> {
  using socket = await battle.edge({ meta: "id 77" });
  await socket.send(many(20, (i) => frames.request(BigInt(i + 1), "echo")));
  await battle.pause(1);
}

/** Attacks with odd frames. */
export const ODD_ATTACKS: Attacks = {
  "answers to what was never asked": {
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => unasked(battle)),
  },
  "grants of more than there is": {
    targets: ["svc", "files"],
    work: [...STREAM_WORK, "download files"],
    run: (battle) =>
      battle.each((i) => grants(battle, i % 2 === 0 ? OURS : [])),
  },
  "calls that are taken back at once": {
    targets: ["svc"],
    work: WORK,
    run: (battle) =>
      battle.each((i) => askAndCancel(battle, i % 2 === 0 ? "slow" : "echo")),
  },
  "calls without time": {
    targets: ["svc", "go"],
    work: [...WORK, ...GO_WORK],
    run: (battle) =>
      battle.each((i) => noTime(battle, i % 2 === 0 ? "slow" : "go.slow")),
  },
  "names as long as frames may be": {
    alone: true,
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => giantKeys(battle)),
  },
  "another method and topic each time": {
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => manyNames(battle)),
  },
  "methods that edges register": {
    targets: ["svc"],
    work: STREAM_WORK,
    run: (battle) => battle.each(() => registers(battle)),
  },
  "calls inside streams": {
    targets: ["svc", "go"],
    work: [...STREAM_WORK, "call go.echo"],
    run: (battle) =>
      battle.each((i) => callsInStreams(battle, i % 2 === 0 ? "svc" : "go")),
  },
  "streams of single bytes": {
    targets: ["svc"],
    work: STREAM_WORK,
    run: (battle) => battle.each(() => singleBytes(battle)),
  },
  "what only a gateway says": {
    targets: ["svc"],
    work: [...WORK, "admission"],
    run: (battle) =>
      battle.each((i) => {
        const said = [
          rawFrame(0x13, 1n, new Uint8Array([1])),
          rawFrame(0x02, 1n, new Uint8Array(9), "{}"),
          rawFrame(0x12, 1n),
          rawFrame(0x62, 1n, FIRST, new Uint8Array([0, 0, 1, 0])),
          rawFrame(0x73, 1n, 1n, new Uint8Array([0, 1])),
          rawFrame(0x99, 1n),
        ];
        return unentitled(battle, said[i % said.length]!);
      }),
  },
  "edges that say twice who they are": {
    targets: ["svc"],
    work: [...WORK, "admission"],
    run: (battle) => battle.each(() => sayTwice(battle)),
  },
  "frames byte by byte": {
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => dribble(battle)),
  },
  "connections that say nothing": {
    targets: ["svc"],
    work: [...WORK, "admission"],
    run: (battle) => battle.each(() => silent(battle)),
  },
  "edges that come and say goodbye": {
    targets: ["svc", "hooks"],
    work: [...WORK, "admission"],
    run: (battle) => battle.each(() => farewells(battle)),
  },
  "edges that all are the same": {
    targets: ["svc", "names"],
    work: [...WORK, "admission"],
    run: (battle) => battle.each(() => sameEdge(battle)),
  },
};

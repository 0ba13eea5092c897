/** Attacks with streams: windows used up, and streams that nobody wanted. */

import {
  frames,
  many,
  type RawFrame,
  type RawSocket,
} from "../../support/raw_socket.ts";
import { rawFrame } from "../../../proto/testing/raw_frame.ts";
import { type Attacks, FIRST, OURS } from "../attack.ts";
import type { Battle } from "../attacker.ts";

const STREAMS = 70;
/** Streams of each of many attackers: what a service of one process can send on all of them at once. */
const FEW = 10;
const BLOCK = new Uint8Array(16_384);
const STREAM_WORK = ["call echo", "echo svc"];

/** Opens streams to a service. */
function opens(peer: string, count = STREAMS): Uint8Array {
  return many(count, (i) => frames.open(1n, FIRST + BigInt(i), peer));
}

/** Opens streams, reads nothing of what comes on them, and stays. */
async function unread(
  battle: Battle,
  peer: string,
  ext: readonly string[],
): Promise<void> {
  const socket = await battle.edge({ ext, window: [1_024, 1_024] });
  await socket.send(opens(peer));
  if (ext.length === 0) socket.pause();
  await socket.until(() => false, 20_000);
}

/** Opens streams and writes into each what its window allows, and what it is granted later. */
async function upload(
  battle: Battle,
  peer: string,
  ext: readonly string[],
): Promise<void> {
  const rooms = new Map<bigint, number>();
  const write = async (socket: RawSocket, session: bigint): Promise<void> => {
    let room = rooms.get(session)!;
    while (room >= BLOCK.length && !socket.closed) {
      room -= BLOCK.length;
      rooms.set(session, room);
      if (!await socket.send(frames.stream(session, BLOCK))) return;
      room = rooms.get(session)!;
    }
  };
  const onFrame = ({ type, payload, session }: RawFrame): void => {
    if (type !== 0x62 || !rooms.has(session)) return;
    const granted = new DataView(payload.buffer, payload.byteOffset).getUint32(
      8,
    );
    rooms.set(session, rooms.get(session)! + granted);
    void write(socket, session);
  };
  const socket = await battle.edge({ ext, window: [262_144, 16_777_216] });
  socket.onFrame = onFrame;
  await socket.send(opens(peer));
  await socket.until(() => (socket.seen.get(0x32) ?? 0) >= STREAMS, 2_000);
  for (let i = 0; i < STREAMS; i++) {
    const session = FIRST + BigInt(i);
    // What is not read is 4 MiB at most for each, so that the attacker's own memory stays small.
    rooms.set(session, Math.min(socket.window[0], 4_194_304));
  }
  // Side by side: one that is stuck must not keep the others.
  await Promise.all([...rooms.keys()].map((session) => write(socket, session)));
  await socket.until(() => false, 20_000);
}

/** Reads a little of everything now and then. */
async function trickle(battle: Battle, peer: string): Promise<void> {
  const socket = await battle.edge();
  socket.pause();
  await socket.send(opens(peer, battle.connections > 1 ? FEW : STREAMS));
  for (let i = 0; i < 40 && !socket.closed; i++) {
    socket.resume();
    await battle.pause(1);
    socket.pause();
    await battle.pause(500);
  }
}

/** Opens streams and gives each of them up in the same breath. */
async function giveUp(battle: Battle, peer: string): Promise<void> {
  const socket = await battle.edge();
  let next = FIRST;
  for (let round = 0; round < 1_000 && !socket.closed; round++) {
    const batch = many(200, (i) => {
      const id = next + BigInt(i >> 1);
      return i % 2 === 0 ? frames.open(1n, id, peer) : frames.dismiss(id);
    });
    next += 100n;
    if (!await socket.send(batch, 5_000)) return;
    await battle.pause(2);
  }
}

/** As before, but its dismisses come later, when all of them are open. */
async function openAll(battle: Battle, peer: string): Promise<void> {
  const socket = await battle.edge();
  const count = 4_000;
  for (let next = FIRST; !socket.closed; next += BigInt(count)) {
    const id = (i: number) => next + BigInt(i);
    await socket.send(many(count, (i) => frames.open(1n, id(i), peer)), 5_000);
    await battle.pause(300);
    await socket.send(many(count, (i) => frames.dismiss(id(i))), 5_000);
    await battle.pause(300);
  }
}

/** A Go service is told to stream to an edge that hardly reads. */
async function slowReader(battle: Battle): Promise<void> {
  const socket = await battle.edge();
  const encoder = new TextEncoder();
  const [streams, size] = battle.connections === 1 ? [2, "8192"] : [1, "2048"];
  await socket.send(opens("go", streams));
  await socket.until(() => (socket.seen.get(0x32) ?? 0) >= streams, 2_000);
  for (let i = 0; i < streams; i++) {
    await socket.send(frames.stream(FIRST + BigInt(i), encoder.encode(size)));
  }
  socket.pause();
  await socket.until(() => false, 20_000);
}

/** Lets a service open streams to it, takes them, and reads nothing of what comes; or does not even take them. */
async function fetchUnread(
  battle: Battle,
  ext: readonly string[],
  takes: boolean,
): Promise<void> {
  const socket = await battle.edge({ ext, window: [1_024, 1_024] });
  socket.onFrame = ({ type, id, payload }) => {
    if (type !== 0x31 || !takes) return;
    const own = payload.slice(2, 10);
    void socket.send(rawFrame(0x32, id, new Uint8Array(2), own, own, "{}"));
    if (ext.length === 0 && socket.seen.get(0x31) === STREAMS) socket.pause();
  };
  // The service asks for each: not one may hold up what else it sends.
  const count = takes || battle.connections > 1 ? STREAMS : 600;
  await socket.send(
    many(count, (i) => frames.request(BigInt(i + 10), "fetch")),
  );
  await socket.until(() => false, 20_000);
}

/** Opens very many streams and sends a little on each, more than a small buffer holds: what is held of it takes more memory than it is long. */
async function littles(battle: Battle, peer: string): Promise<void> {
  const socket = await battle.edge({ ext: OURS, window: [1_024, 1_024] });
  const count = 1_000;
  await socket.send(opens(peer, count));
  await socket.until(() => (socket.seen.get(0x32) ?? 0) >= count, 3_000);
  const bytes = new Uint8Array(1_100);
  const batch = (from: number) =>
    many(100, (i) => frames.stream(FIRST + BigInt(from + i), bytes));
  for (let i = 0; i < count; i += 100) {
    if (!await socket.send(batch(i), 10_000)) return;
  }
  await socket.until(() => false, 20_000);
}

/** Attacks with streams. */
export const STREAM_ATTACKS: Attacks = {
  "downloads that nobody reads, with credit": {
    alone: true,
    targets: ["svc", "files"],
    work: [...STREAM_WORK, "download files"],
    run: (battle) => battle.each(() => unread(battle, "files", OURS)),
  },
  "downloads that nobody reads, as a Go edge": {
    targets: ["svc", "files"],
    work: [...STREAM_WORK, "download files"],
    run: (battle) => battle.each(() => unread(battle, "files", [])),
  },
  "downloads read in a trickle": {
    targets: ["svc", "files"],
    work: [...STREAM_WORK, "download files"],
    run: (battle) => battle.each(() => trickle(battle, "files")),
  },
  "uploads that nobody takes, with credit": {
    alone: true,
    targets: ["svc", "late"],
    work: [...STREAM_WORK, "upload late"],
    run: (battle) => battle.each(() => upload(battle, "late", OURS)),
  },
  "uploads that nobody takes, as a Go edge": {
    targets: ["svc", "late"],
    work: [...STREAM_WORK, "upload late"],
    run: (battle) => battle.each(() => upload(battle, "late", [])),
  },
  "a little on each of very many streams": {
    targets: ["svc", "late"],
    work: [...STREAM_WORK, "upload late"],
    run: (battle) => battle.each(() => littles(battle, "late")),
  },
  "streams that nobody accepts": {
    targets: ["svc", "mute"],
    work: STREAM_WORK,
    run: (battle) => battle.each(() => upload(battle, "mute", OURS)),
  },
  "streams given up at once": {
    alone: true,
    targets: ["svc", "go"],
    work: [...STREAM_WORK, "call go.echo"],
    run: (battle) =>
      battle.each((i) => giveUp(battle, i % 2 === 0 ? "svc" : "go")),
  },
  "streams given up at once, of a Go service": {
    targets: ["go"],
    work: ["call go.echo", "publish go.t"],
    run: (battle) => battle.each(() => giveUp(battle, "go")),
  },
  "all sessions at once, then none": {
    targets: ["svc"],
    work: STREAM_WORK,
    run: (battle) => battle.each(() => openAll(battle, "svc")),
  },
  "streams of a service that nobody reads": {
    targets: ["svc"],
    work: [...STREAM_WORK, "fetch fetch"],
    run: (battle) =>
      battle.each((i) => fetchUnread(battle, i % 2 === 0 ? OURS : [], true)),
  },
  "streams of a service that nobody accepts": {
    alone: true,
    targets: ["svc"],
    work: [...STREAM_WORK, "fetch fetch"],
    run: (battle) => battle.each(() => fetchUnread(battle, OURS, false)),
  },
  "a Go service that streams to a slow edge": {
    alone: true,
    targets: ["go"],
    work: ["call go.echo", "publish go.t"],
    run: (battle) => battle.each(() => slowReader(battle)),
  },
};

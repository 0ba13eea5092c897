/** Attacks on the gateway's memory: things that are kept, and kept alive. */

import { rawFrame } from "../../../proto/testing/raw_frame.ts";
import { frames, many } from "../../support/raw_socket.ts";
import { type Attacks, FIRST } from "../attack.ts";
import type { Battle } from "../attacker.ts";

const WORK = ["call echo", "publish t", "echo svc"];
const EIGHT_MB = "A".repeat(6_000_000);
const LONG_META = "A".repeat(9_000_000);

/** Publishes something large that is never acknowledged, and is gone. */
async function publishAndGo(battle: Battle): Promise<void> {
  using socket = await battle.edge();
  await socket.send(frames.message(5n, "go.bad", EIGHT_MB), 10_000);
  await battle.pause(100);
}

/** Opens sessions that have a lot to say of themselves. */
async function longMetas(battle: Battle, peer: string): Promise<void> {
  const socket = await battle.edge();
  for (let i = 0; i < 60 && !socket.closed; i++) {
    await socket.send(
      frames.open(1n, FIRST + BigInt(i), peer, LONG_META),
      10_000,
    );
  }
  await socket.until(() => false, 15_000);
}

/** The most a session may say of itself, very often. */
async function manyMetas(battle: Battle): Promise<void> {
  const socket = await battle.edge();
  const meta = "A".repeat(80_000);
  for (let i = 0; i < 4_000 && !socket.closed; i++) {
    await socket.send(
      frames.open(
        1n,
        FIRST + BigInt(i),
        i % 2 === 0 ? "go" : "x".repeat(9_000),
        meta,
      ),
      10_000,
    );
  }
  await socket.until(() => false, 15_000);
}

/** Begins a large frame and never ends it. */
async function unfinished(battle: Battle, part: number): Promise<void> {
  // One connection alone does no harm: an attacker has as many as it likes.
  const count = battle.connections === 1 ? 60 : 4;
  await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = await battle.edge();
      const whole = frames.request(5n, "echo", "z".repeat(7_800_000));
      await socket.send(
        whole.subarray(0, Math.floor(whole.length * part)),
        10_000,
      );
      for (let i = 0; i < 15 && !socket.closed; i++) {
        await battle.pause(1_000);
        await socket.send(new Uint8Array(1_500).fill(0x7a));
      }
    }),
  );
}

/** Asks for a lot and reads nothing, but for its signs of life. */
async function deaf(
  battle: Battle,
  method: string,
  count: number,
): Promise<void> {
  const socket = await battle.edge();
  socket.pause();
  const batch = many(count, (i) => frames.request(BigInt(i + 10), method));
  for (let i = 0; i < 30 && !socket.closed; i++) {
    await socket.send(batch, 1_000);
    await socket.send(frames.heartbeat(), 500);
    await battle.pause(500);
  }
}

/** Makes the gateway acknowledge without end, and reads none of it. */
async function unreadAcks(battle: Battle, frame: Uint8Array): Promise<void> {
  const socket = await battle.edge();
  socket.pause();
  const batch = many(2_000, () => frame);
  for (let i = 0; i < 500 && !socket.closed; i++) {
    if (!await socket.send(batch, 3_000)) return;
  }
}

/** Attacks on the memory. */
export const MEMORY_ATTACKS: Attacks = {
  "large messages whose senders have gone": {
    targets: ["svc", "go"],
    work: [...WORK, "call go.echo", "publish go.t"],
    run: (battle) => battle.each(() => publishAndGo(battle)),
  },
  "long metas of sessions to nobody": {
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => longMetas(battle, "nobody")),
  },
  "long metas of sessions": {
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => longMetas(battle, "svc")),
  },
  "metas and names of thousands of sessions": {
    targets: ["svc", "go"],
    work: WORK,
    run: (battle) => battle.each(() => manyMetas(battle)),
  },
  "frames that are never finished": {
    alone: true,
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => unfinished(battle, 0.9)),
  },
  "answers that are never read": {
    alone: true,
    targets: ["svc"],
    work: WORK,
    run: (battle) => {
      // No more than the service can answer: megabytes for a hundred bytes each.
      const count = battle.connections > 1 ? 3 : 20;
      return battle.each(() => deaf(battle, "big", count));
    },
  },
  "errors that are never read": {
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => deaf(battle, "nothing", 20_000)),
  },
  "acks of methods that are never read": {
    targets: ["svc"],
    work: WORK,
    run: (battle) =>
      battle.each(() => unreadAcks(battle, rawFrame(0x81, 1n, 1n, "m"))),
  },
  "acks of heartbeats that are never read": {
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => unreadAcks(battle, frames.heartbeat())),
  },
};

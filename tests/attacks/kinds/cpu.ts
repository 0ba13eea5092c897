/** Attacks on the gateway's time: bodies and ids that cost much to read. */

import { rawFrame } from "../../../proto/testing/raw_frame.ts";
import {
  ODD_SHAPES,
  oddBody,
  type OddShape,
} from "../../../proto/testdata/odd_bodies.ts";
import { concat, frames, many } from "../../support/raw_socket.ts";
import { type Attacks, FIRST } from "../attack.ts";
import type { Battle } from "../attacker.ts";

const WORK = ["call echo", "publish t"];
const GO_WORK = ["call go.echo", "publish go.t"];

/** Bytes of a body that is nearly as large as a frame may be. */
const LARGE = 10_400_000;

/** What the attackers' bodies look like. */
const SHAPES: readonly OddShape[] = [
  ODD_SHAPES["short values"],
  ODD_SHAPES["numbers"],
  ODD_SHAPES["a topic of escapes"],
  ODD_SHAPES["nesting"],
  ODD_SHAPES["members with a lot in them"],
  ODD_SHAPES["escaped names"],
  ODD_SHAPES["white space"],
];

async function costly(
  battle: Battle,
  shape: OddShape,
  size: number,
): Promise<void> {
  const socket = await battle.edge();
  const frame = rawFrame(0x71, 5n, 1n, oddBody(shape, size));
  const batch = size < 100_000 ? many(50, () => frame) : frame;
  for (let i = 0; i < 1_000 && !socket.closed; i++) {
    if (!await socket.send(batch, 10_000)) return;
    await battle.pause(size < 100_000 ? 1 : 100);
  }
}

/** Comes anew, sends a little that costs much to read, and goes. */
async function comeAndGo(battle: Battle): Promise<void> {
  using socket = await battle.edge();
  const body = oddBody(ODD_SHAPES["nesting"], 150_000);
  await socket.send(many(2, () => rawFrame(0x71, 5n, 1n, body)), 2_000);
}

/** Says of itself, before it is let in, what costs much to read. */
async function costlyHello(
  battle: Battle,
  shape: OddShape,
): Promise<void> {
  using socket = await battle.dial();
  const body = oddBody(shape, 10_000_000);
  const hello = rawFrame(0x01, 1n, new Uint8Array([0x18, 0]), 0n, body);
  await socket.send(hello, 10_000);
  await socket.until(() => socket.seen.size > 0, 2_000);
}

/** The same of a session. */
async function costlyOpen(
  battle: Battle,
  shape: OddShape,
): Promise<void> {
  const socket = await battle.edge();
  const body = oddBody(shape, 400_000);
  for (let i = 0; i < 500 && !socket.closed; i++) {
    await socket.send(
      rawFrame(0x31, 1n, new Uint8Array(2), FIRST + BigInt(i), body),
      10_000,
    );
  }
}

/** Sessions whose ids all end alike, and frames for one that is not there. */
async function alike(battle: Battle): Promise<void> {
  const socket = await battle.edge();
  const low = 77n;
  const id = (i: number) => (BigInt(i + 1) << 32n) | low;
  await socket.send(many(4_000, (i) => frames.open(5n, id(i), "nobody")));
  const other = (0xffff_0000n << 32n) | low;
  const batch = many(2_000, () => frames.cancel(1n, other));
  for (let i = 0; i < 1_000 && !socket.closed; i++) {
    if (!await socket.send(batch, 10_000)) return;
    await battle.pause(20);
  }
}

/** Ids that differ in their upper bits alone, of packets and sessions. */
async function sparse(battle: Battle): Promise<void> {
  const socket = await battle.edge();
  const id = (i: number) => BigInt(i + 1) << 20n;
  const wide = (i: number) => BigInt(i + 1) << 44n;
  await socket.send(
    many(
      4_000,
      (i) => frames.open(5n, i % 2 === 0 ? id(i) : wide(i), "nobody"),
    ),
  );
  for (let round = 0; round < 300 && !socket.closed; round++) {
    const calls = many(
      500,
      (i) => frames.request(i % 2 === 0 ? id(i) : wide(i), "slow"),
    );
    if (!await socket.send(calls, 10_000)) return;
    if (
      !await socket.send(
        many(500, (i) => frames.cancel(i % 2 === 0 ? id(i) : wide(i))),
        10_000,
      )
    ) return;
    await battle.pause(10);
  }
}

/** Streams that are opened, asked in and dismissed, beside very many calls under way. */
async function churn(battle: Battle): Promise<void> {
  const busy = await battle.edge();
  await busy.send(
    many(
      Math.ceil(60_000 / battle.connections),
      (i) => frames.request(BigInt(i), "go.slow"),
    ),
    10_000,
  );
  const socket = await battle.edge();
  let next = FIRST;
  for (let round = 0; round < 300 && !socket.closed; round++) {
    const ids = Array.from({ length: 40 }, (_, i) => next + BigInt(i));
    next += 40n;
    await socket.send(
      concat(ids.map((id) => frames.open(1n, id, "go"))),
      5_000,
    );
    await battle.pause(15);
    await socket.send(
      concat(ids.flatMap((id) => [
        frames.request(5n, "", "", id),
        frames.dismiss(id),
        frames.dismissAck(6n, id),
      ])),
      5_000,
    );
    await battle.pause(15);
  }
}

/** Attacks on the time of the event loop. */
export const CPU_ATTACKS: Attacks = {
  "bodies of 10 MB with members that come twice": {
    alone: true,
    targets: ["svc"],
    work: WORK,
    run: (battle) =>
      battle.each(() => costly(battle, ODD_SHAPES["short values"], LARGE)),
  },
  "bodies of 10 MB that are nested deeply": {
    targets: ["svc"],
    work: WORK,
    run: (battle) =>
      battle.each(() => costly(battle, ODD_SHAPES["nesting"], LARGE)),
  },
  "bodies of 10 MB of every odd shape": {
    targets: ["svc"],
    work: WORK,
    run: (battle) =>
      battle.each((i) => {
        return costly(battle, SHAPES[i % SHAPES.length]!, LARGE);
      }),
  },
  "small bodies that are read the slow way": {
    targets: ["svc"],
    work: WORK,
    run: (battle) =>
      battle.each((i) => {
        return costly(battle, SHAPES[i % SHAPES.length]!, 2_000);
      }),
  },
  "odd bodies of edges that come and go": {
    targets: ["svc"],
    work: [...WORK, "echo svc"],
    run: (battle) => battle.each(() => comeAndGo(battle)),
  },
  "bodies of handshakes that cost much": {
    targets: ["svc"],
    work: [...WORK, "admission"],
    run: (battle) =>
      battle.each((i) => {
        return costlyHello(battle, SHAPES[i % SHAPES.length]!);
      }),
  },
  "bodies of sessions that cost much": {
    targets: ["svc"],
    work: [...WORK, "echo svc"],
    run: (battle) =>
      battle.each((i) => {
        return costlyOpen(battle, SHAPES[i % SHAPES.length]!);
      }),
  },
  "session ids that end alike": {
    alone: true,
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => alike(battle)),
  },
  "ids that differ in their upper bits": {
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => sparse(battle)),
  },
  "streams that come and go beside many calls": {
    targets: ["go"],
    work: GO_WORK,
    run: (battle) => battle.each(() => churn(battle)),
  },
};

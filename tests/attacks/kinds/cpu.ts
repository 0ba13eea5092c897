/** Attacks on the gateway's time: bodies and ids that cost much to read. */

import { rawFrame } from "../../../proto/testing/raw_peer.ts";
import { concat, frames, many } from "../../support/raw_socket.ts";
import { type Attacks, FIRST } from "../attack.ts";
import type { Battle } from "../attacker.ts";

const WORK = ["call echo", "publish t"];
const GO_WORK = ["call go.echo", "publish go.t"];

/** Bytes of a body that is nearly as large as a frame may be. */
const LARGE = 10_400_000;

/** Bodies by what makes them costly: a head, what is repeated, and a tail. */
const SHAPES = {
  "members that come twice": ["{", '"value":"AA==",', '"key":"AA=="}'],
  "arrays of numbers": ['{"value":[', "0,", "0]}"],
  "escapes": ['{"topic":"', "\\u0041\\n", '"}'],
  "deep nesting": ['{"x":', "[", ""],
  "unknown members": ["{", '"a1":{"b":[1,"c"]},', '"key":"AA=="}'],
  "escaped names": ["{", '"\\u0076alue":"AA==",', '"key":"AA=="}'],
  "white space": ["{", " \t\n ", '"key":"AA=="}'],
} as const;

/** A frame whose body is one shape, of about so many bytes. */
function shaped(
  type: number,
  [head, unit, tail]: readonly string[],
  size: number,
): Uint8Array {
  const count = Math.floor(size / unit!.length);
  let body = head! + unit!.repeat(count) + tail;
  if (unit === "[") {
    body = head + "[".repeat(count / 2) + "]".repeat(count / 2) + "}";
  }
  return rawFrame(type, 5n, 1n, body);
}

async function costly(
  battle: Battle,
  shape: readonly string[],
  size: number,
): Promise<void> {
  const socket = await battle.edge();
  const frame = shaped(0x71, shape, size);
  const batch = size < 100_000 ? many(50, () => frame) : frame;
  for (let i = 0; i < 1_000 && !socket.closed; i++) {
    if (!await socket.send(batch, 10_000)) return;
    await battle.pause(size < 100_000 ? 1 : 100);
  }
}

/** Says of itself, before it is let in, what costs much to read. */
async function costlyHello(
  battle: Battle,
  shape: readonly string[],
): Promise<void> {
  using socket = await battle.dial();
  const [head, unit, tail] = shape;
  const body = head! + unit!.repeat(Math.floor(10_000_000 / unit!.length)) +
    tail;
  const hello = rawFrame(0x01, 1n, new Uint8Array([0x18, 0]), 0n, body);
  await socket.send(hello, 10_000);
  await socket.until(() => socket.seen.size > 0, 2_000);
}

/** The same of a session. */
async function costlyOpen(
  battle: Battle,
  shape: readonly string[],
): Promise<void> {
  const socket = await battle.edge();
  const [head, unit, tail] = shape;
  const body = head! + unit!.repeat(Math.floor(400_000 / unit!.length)) + tail;
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
      battle.each(() =>
        costly(battle, SHAPES["members that come twice"], LARGE)
      ),
  },
  "bodies of 10 MB that are nested deeply": {
    targets: ["svc"],
    work: WORK,
    run: (battle) =>
      battle.each(() => costly(battle, SHAPES["deep nesting"], LARGE)),
  },
  "bodies of 10 MB of every odd shape": {
    targets: ["svc"],
    work: WORK,
    run: (battle) =>
      battle.each((i) => {
        const shapes = Object.values(SHAPES);
        return costly(battle, shapes[i % shapes.length]!, LARGE);
      }),
  },
  "small bodies that are read the slow way": {
    targets: ["svc"],
    work: WORK,
    run: (battle) =>
      battle.each((i) => {
        const shapes = Object.values(SHAPES);
        return costly(battle, shapes[i % shapes.length]!, 2_000);
      }),
  },
  "bodies of handshakes that cost much": {
    targets: ["svc"],
    work: [...WORK, "admission"],
    run: (battle) =>
      battle.each((i) => {
        const shapes = Object.values(SHAPES).filter(([, unit]) => unit !== "[");
        return costlyHello(battle, shapes[i % shapes.length]!);
      }),
  },
  "bodies of sessions that cost much": {
    targets: ["svc"],
    work: [...WORK, "echo svc"],
    run: (battle) =>
      battle.each((i) => {
        const shapes = Object.values(SHAPES).filter(([, unit]) => unit !== "[");
        return costlyOpen(battle, shapes[i % shapes.length]!);
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

/** Attacks by services, and on what services are asked. */

import { rawFrame } from "../../../proto/testing/raw_frame.ts";
import {
  concat,
  frames,
  many,
  type RawSocket,
} from "../../support/raw_socket.ts";
import { type Attacks, FIRST } from "../attack.ts";
import type { Battle } from "../attacker.ts";

const WORK = ["call echo", "publish t", "admission"];
const UNSET =
  '"deadline":"0001-01-01T00:00:00Z","context":{"deadline":"0001-01-01T00:00:00Z"}}';

/** The id of an edge, as it stands behind the custom bytes of what services send to it. */
function tail(id: bigint): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, id);
  return bytes.toBase64();
}

/** A request of a service to an edge. */
function requestTo(id: bigint, edge: bigint, value: string): Uint8Array {
  return rawFrame(
    0x71,
    id,
    1n,
    `{"key":"bQ==","value":"${btoa(value)}","custom":"${tail(edge)}",${UNSET}`,
  );
}

async function pour(
  battle: Battle,
  socket: RawSocket,
  make: (round: number) => Uint8Array,
): Promise<void> {
  for (let round = 0; round < 2_000 && !socket.closed; round++) {
    if (!await socket.send(make(round), 10_000)) return;
    await battle.pause(1);
  }
}

/** Registers as many methods as it may, leaves, and comes again. */
async function registers(battle: Battle): Promise<void> {
  using socket = await battle.service('{"service":"many"}');
  const name = (i: number) => `method-${i}-${"x".repeat(200)}`;
  await socket.send(
    many(4_000, (i) => rawFrame(0x81, BigInt(i + 1), 1n, name(i))),
    5_000,
  );
  await socket.until(() => (socket.seen.get(0x82) ?? 0) >= 4_000, 2_000);
}

/** Comes with very many topics, and leaves. */
async function topics(battle: Battle): Promise<void> {
  const names = Array.from({ length: 4_000 }, (_, i) => `topic-${i}`);
  const meta = JSON.stringify({ service: "topics", topics: names });
  using socket = await battle.service(meta);
  await socket.until(() => false, 20);
}

/** Calls edges that are not there. */
async function callsNobody(battle: Battle): Promise<void> {
  const socket = await battle.service('{"service":"lost"}');
  await pour(battle, socket, (round) =>
    many(
      300,
      (i) => requestTo(BigInt(i + 1), BigInt(round * 300 + i + 1), "x"),
    ));
}

/** Opens streams to edges that are not there, and gives them up. */
async function opensToNobody(battle: Battle): Promise<void> {
  const socket = await battle.service('{"service":"lost"}');
  await pour(battle, socket, (round) =>
    many(100, (i) => {
      const id = FIRST + BigInt(round * 50 + (i >> 1));
      return i % 2 === 0
        ? frames.open(1n, id, `${round * 100 + i}`)
        : frames.dismiss(id);
    }));
}

/** Services flood an edge of their own, which reads nothing. */
async function floodsAnEdge(battle: Battle): Promise<void> {
  const edge = await battle.edge({ meta: "id 91" });
  edge.pause();
  const socket = await battle.service('{"service":"loud"}');
  const value = "y".repeat(20_000);
  await pour(
    battle,
    socket,
    (round) =>
      many(20, (i) => requestTo(BigInt(round * 20 + i + 1), 91n, value)),
  );
}

/** A service that takes a method, and answers with odd bodies what it was not asked. */
async function answersOdd(battle: Battle): Promise<void> {
  const socket = await battle.service('{"service":"odd","topics":["odd.t"]}');
  await socket.send(rawFrame(0x81, 1n, 1n, "odd"));
  const odd = `{${'"value":"AA==",'.repeat(200)}"b":0}`;
  await pour(battle, socket, (round) =>
    concat([
      many(50, (i) => rawFrame(0x72, BigInt(round + i), 1n, odd)),
      many(50, (i) => rawFrame(0x52, BigInt(round + i), 1n, odd)),
    ]));
}

/** Wants in, and waits for nobody's answer. */
async function wantIn(battle: Battle): Promise<void> {
  using socket = await battle.dial();
  const admitted = socket.admit({ meta: "n".repeat(2_000) });
  await Promise.race([admitted, battle.pause(300)]);
}

/** Attacks with services. */
export const SERVICE_ATTACKS: Attacks = {
  "services that come with thousands of methods and go": {
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => registers(battle)),
  },
  "services that come with thousands of topics and go": {
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => topics(battle)),
  },
  "services that call edges that are not there": {
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => callsNobody(battle)),
  },
  "services that open streams to edges that are not there": {
    targets: ["svc"],
    work: [...WORK, "echo svc"],
    run: (battle) => battle.each(() => opensToNobody(battle)),
  },
  "services that flood an edge that reads nothing": {
    targets: ["svc", "names"],
    work: WORK,
    run: (battle) => battle.each(() => floodsAnEdge(battle)),
  },
  "services that answer what they were not asked": {
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => answersOdd(battle)),
  },
  "hooks that never answer": {
    targets: ["svc", "dead hooks"],
    work: WORK,
    run: (battle) => battle.each(() => wantIn(battle)),
  },
  "hooks that answer nonsense": {
    targets: ["svc", "mad hooks"],
    work: WORK,
    run: (battle) => battle.each(() => wantIn(battle)),
  },
};

/** Attacks with calls, messages and admissions without number. */

import { frames, many, type RawSocket } from "../../support/raw_socket.ts";
import { type Attacks, FIRST } from "../attack.ts";
import type { Battle } from "../attacker.ts";

const WORK = ["call echo", "publish t", "admission"];
const GO_WORK = ["call go.echo", "publish go.t"];

/** Sends the same bytes again and again, until it is thrown out or has sent so many. */
async function repeat(
  socket: RawSocket,
  batch: Uint8Array,
  times: number,
): Promise<void> {
  for (let i = 0; i < times; i++) {
    if (!await socket.send(batch, 10_000)) return;
  }
}

function calls(
  method: string,
  count: number,
  value = "",
  id?: bigint,
): Uint8Array {
  return many(
    count,
    (i) => frames.request(id ?? BigInt(i + 10), method, value),
  );
}

/** Calls that nobody answers. */
async function flood(
  battle: Battle,
  batch: Uint8Array,
  times: number,
): Promise<void> {
  const socket = await battle.edge();
  await repeat(socket, batch, times);
  await socket.until(() => false, 15_000);
}

/** Leaves messages in streams, where nobody looks for them. */
async function leaveInStreams(
  battle: Battle,
  peer: string,
  streams: number,
  each: number,
): Promise<void> {
  const socket = await battle.edge();
  await socket.send(
    many(streams, (i) => frames.open(1n, FIRST + BigInt(i), peer)),
  );
  await socket.until(() => (socket.seen.get(0x32) ?? 0) >= streams, 3_000);
  for (let i = 0; i < streams; i++) {
    const one = frames.message(1n, "", "x", FIRST + BigInt(i));
    if (!await socket.send(many(each, () => one), 10_000)) return;
  }
  await socket.until(() => false, 15_000);
}

/** Publishes without end. */
async function publish(
  battle: Battle,
  topic: string,
  size: number,
  rounds: number,
): Promise<void> {
  const socket = await battle.edge();
  const batch = many(
    100,
    (i) => frames.message(BigInt(i + 10), topic, "y".repeat(size)),
  );
  for (let i = 0; i < rounds; i++) {
    if (!await socket.send(batch, 10_000)) return;
    await battle.pause(1);
  }
  await socket.until(() => false, 15_000);
}

/** Wants to come in with a lot to say, and leaves. */
async function comeAndGo(
  battle: Battle,
  meta: string,
  stay: number,
): Promise<void> {
  using socket = await battle.dial();
  const admitted = socket.admit({ meta });
  await Promise.race([admitted, battle.pause(stay)]);
}

const MEGABYTE = "m".repeat(1_048_576);

/** Attacks with very many calls, messages and admissions. */
export const FLOOD_ATTACKS: Attacks = {
  "calls that are never answered": {
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => flood(battle, calls("slow", 1_000), 6)),
  },
  "calls that are never answered, of a Go service": {
    alone: true,
    targets: ["go"],
    work: GO_WORK,
    run: (battle) =>
      battle.each(() => flood(battle, calls("go.slow", 1_000), 70)),
  },
  "calls under one packet id": {
    targets: ["go"],
    work: GO_WORK,
    run: (battle) =>
      battle.each(() => flood(battle, calls("go.slow", 1_000, "", 7n), 70)),
  },
  "calls as fast as they are taken": {
    targets: ["svc"],
    work: WORK,
    run: (battle) =>
      battle.each(() =>
        flood(battle, calls("echo", 500, "x".repeat(100)), 2_000)
      ),
  },
  "large calls that are never answered": {
    targets: ["go"],
    work: GO_WORK,
    run: (battle) =>
      battle.each(() => flood(battle, calls("go.slow", 1, MEGABYTE), 80)),
  },
  "calls of what nobody has": {
    targets: ["svc"],
    work: WORK,
    run: (battle) =>
      battle.each(() => flood(battle, calls("nothing", 500), 2_000)),
  },
  "messages left in streams": {
    alone: true,
    targets: ["svc"],
    work: WORK,
    run: (battle) =>
      battle.each(() => leaveInStreams(battle, "svc", 66, 1_000)),
  },
  "messages left in streams of a Go service": {
    targets: ["go"],
    work: GO_WORK,
    run: (battle) =>
      battle.each(() => leaveInStreams(battle, "go", 1_030, 1_024)),
  },
  "messages to one who takes his time": {
    targets: ["svc"],
    work: [...WORK, "publish lazy"],
    run: (battle) => battle.each(() => publish(battle, "lazy", 6_000, 5_000)),
  },
  "messages that are never done with": {
    alone: true,
    targets: ["svc"],
    work: WORK,
    run: (battle) => battle.each(() => publish(battle, "bad", 1, 50)),
  },
  "messages that are never done with, of a Go service": {
    targets: ["go"],
    work: GO_WORK,
    run: (battle) => battle.each(() => publish(battle, "go.bad", 1_000, 50)),
  },
  "edges that want in with a megabyte of meta": {
    alone: true,
    targets: ["svc", "hooks"],
    work: WORK,
    run: (battle) => battle.each(() => comeAndGo(battle, MEGABYTE, 10_000)),
  },
  "edges that want in and leave at once": {
    targets: ["svc", "hooks"],
    work: WORK,
    run: (battle) => battle.each(() => comeAndGo(battle, "a", 1)),
  },
  "edges that come from one address": {
    targets: ["svc", "hooks"],
    work: WORK,
    run: (battle) =>
      battle.each(async () => {
        using socket = await battle.dial({ from: "127.0.0.9" });
        await Promise.race([socket.admit({ meta: "b" }), battle.pause(3)]);
      }),
  },
};

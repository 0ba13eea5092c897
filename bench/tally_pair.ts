/**
 * What counting costs a call, without sockets, on a machine that is not quiet: processes with a gateway that counts and with one that
 * does not take turns with the same frames.
 *
 * `deno run --allow-all bench/tally_pair.ts [pairs]`
 *
 * @module
 */

import {
  encodePacket,
  type LinkPort,
  TYPE_REGISTER,
  TYPE_REQUEST,
  TYPE_RESPONSE,
} from "@frontier/proto/internal";
import { NULL_LOGGER } from "@frontier/platform/log";
import { systemTimers } from "@frontier/platform/internal";
import { DEFAULT_LIMITS } from "../server/config/limits.ts";
import { createRouting } from "../server/routing.ts";
import { Tally } from "../server/tally/tally.ts";
import { rawFrame } from "../proto/testing/raw_frame.ts";

/** Calls in flight, as from ten edges with 64 each. */
const EDGES = 10;
const DEPTH = 64;
/** Measurements of one process; the least is what remains when nothing disturbs. */
const ROUNDS = 500;
/** Turns of one measurement. */
const TURNS = 3;

const base64 = (text: string) => btoa(text);
const utf8 = (text: string) => new TextEncoder().encode(text);

/** The gateway's end of a connection; its bytes are taken and given by hand. */
class HandPort implements LinkPort {
  readonly timers = systemTimers;
  flush(): void {}
  resume(): void {}
  hangUp(): void {}
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

class Pair {
  readonly #edges;
  readonly #service;
  readonly #requests: Uint8Array[];
  readonly #response: Uint8Array;

  constructor(tally: Tally | undefined) {
    const routing = createRouting({
      config: {
        limits: DEFAULT_LIMITS,
        maxMemory: 1 << 30,
        hashBy: "edgeid",
        forwardDeadlines: "services",
        allocateEdgeIds: true,
      },
      timers: systemTimers,
      random: Math.random,
      wallClock: Date.now,
      log: NULL_LOGGER,
      tally,
      onEnded: () => {},
    });
    const attach = (side: "edge" | "service") =>
      routing.attach(side, new HandPort(), {
        network: "tcp",
        hostname: "127.0.0.1",
        port: 1,
      });
    this.#service = attach("service");
    give(this.#service, conn('{"service":"S"}'));
    give(this.#service, rawFrame(TYPE_REGISTER, 2n, 1n, "echo"));
    this.#edges = Array.from({ length: EDGES }, () => attach("edge"));
    for (const edge of this.#edges) give(edge, conn());
    for (const link of [this.#service, ...this.#edges]) drop(link);
    const value = base64("x".repeat(24));
    const body = `{"key":"${base64("echo")}","value":"${value}"}`;
    this.#requests = this.#edges.map(() =>
      join(
        Array.from(
          { length: DEPTH },
          (_, i) => rawFrame(TYPE_REQUEST, BigInt(10 + i), 1n, body),
        ),
      )
    );
    this.#response = rawFrame(TYPE_RESPONSE, 0n, 1n, `{"value":"${value}"}`);
  }

  /** One turn: every edge asks, the service answers all, the answers are taken. */
  turn(): number {
    this.#edges.forEach((edge, i) => give(edge, this.#requests[i]!));
    let answered = 0;
    const { outbox } = this.#service;
    for (
      let chunk = outbox.take();
      chunk !== undefined;
      chunk = outbox.take()
    ) {
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
      const answers: Uint8Array[] = [];
      for (let at = 0; at < chunk.length;) {
        const answer = this.#response.slice();
        answer.set(chunk.subarray(at + 2, at + 10), 2);
        answers.push(answer);
        at += 14 + view.getUint32(at + 10);
      }
      this.#service.onWritten(chunk.length);
      outbox.done();
      for (const answer of answers) give(this.#service, answer);
      answered += answers.length;
    }
    for (const edge of this.#edges) drop(edge);
    return answered;
  }
}

type GatewayLink = ReturnType<ReturnType<typeof createRouting>["attach"]>;

function conn(meta?: string): Uint8Array {
  return encodePacket({
    type: "conn",
    packetId: 1n,
    flags: 0x18,
    clientId: 0n,
    body: {
      meta: meta === undefined ? undefined : utf8(meta),
      error: "",
      ext: [],
      window: undefined,
    },
  });
}

function give(link: GatewayLink, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const room = link.reserve();
    const part = bytes.subarray(at, at + room.length);
    room.set(part);
    at += part.length;
    link.receive(part.length);
  }
}

function drop(link: GatewayLink): void {
  for (;;) {
    const chunk = link.outbox.take();
    if (chunk === undefined) return;
    link.onWritten(chunk.length);
    link.outbox.done();
  }
}

function measure(pair: Pair): number {
  let calls = 0;
  const since = performance.now();
  for (let i = 0; i < TURNS; i++) calls += pair.turn();
  const ms = performance.now() - since;
  if (calls !== TURNS * EDGES * DEPTH) {
    throw new Error(`Cannot measure: ${calls} calls were answered`);
  }
  return ms / calls * 1e6;
}

/** The least time of a call, in nanoseconds, in a process of its own: the engine makes other code where both kinds are seen. */
function least(pair: Pair, rounds: number): number {
  let least = Infinity;
  for (let i = 0; i < rounds; i++) least = Math.min(least, measure(pair));
  return least;
}

async function child(kind: "counted" | "plain"): Promise<number> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", import.meta.filename!, kind],
    stderr: "inherit",
  }).output();
  return Number(new TextDecoder().decode(stdout));
}

const [kind = "10"] = Deno.args;
if (kind === "counted") console.log(least(new Pair(new Tally()), ROUNDS));
else if (kind === "plain") console.log(least(new Pair(undefined), ROUNDS));
else {
  const all = { plain: [] as number[], counted: [] as number[] };
  for (let i = 0; i < Number(kind); i++) {
    all.plain.push(await child("plain"));
    all.counted.push(await child("counted"));
  }
  const [plain, counted] = [all.plain, all.counted].map((times) =>
    times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!
  ) as [number, number];
  console.log(
    `${plain.toFixed(0)} ns a call, ${counted.toFixed(0)} ns counted: ${
      (counted - plain).toFixed(0)
    } ns more, without sockets; medians of the least times of ${kind} pairs of processes`,
  );
}
// Timers of connections would keep it.
Deno.exit(0);

/**
 * The same calls through nats-server, the fastest broker of the field, as a yardstick: request and reply by subjects, one
 * connection per edge and one for the service.
 *
 * An edge asks on `echo` and hears answers on a subject of its own; the service asks each edge on a subject of that edge.
 * Payloads are those of {@linkcode RpcPeer}, tag included, and every answer is compared.
 *
 * @module
 */

import { Flights } from "./flights.ts";
import { getTag, putTag, utf8 } from "./frames.ts";
import type { Cut } from "./intake.ts";
import type { Load, Meter } from "./measure.ts";
import { type Ports, sourceOf } from "./peers.ts";
import type { Handler, Poller, Socket } from "./poller.ts";
import { type Caller, loadOf, type RpcOptions, rpcValue } from "./rpc.ts";

const LIMIT_MS = 10_000;
const [LF, SPACE, M, O, P, I] = [0x0a, 0x20, 0x4d, 0x4f, 0x50, 0x49];
/** Subscription numbers: what is asked of a connection, and what it asked. */
const ASKED = 0x31;

/**
 * Finds the end of a NATS protocol message: a line, and after a `MSG` line its payload.
 *
 * @param bytes received bytes.
 * @param at where the message begins.
 * @param end end of the received bytes.
 * @returns offset after the message, or 0 when that is not known yet.
 */
export const cutNats: Cut = (bytes, at, end) => {
  const newline = bytes.indexOf(LF, at);
  if (newline < 0 || newline >= end) return 0;
  if (bytes[at] !== M) return newline + 1;
  let length = 0;
  let scale = 1;
  for (let i = newline - 2; bytes[i] !== SPACE; i--, scale *= 10) {
    length += ((bytes[i] as number) - 0x30) * scale;
  }
  return newline + 1 + length + 2;
};

/** One connection to nats-server, caller and answerer at once. */
class NatsPeer implements Handler, Caller {
  readonly #socket: Socket;
  readonly #poller: Poller;
  readonly #meter: Meter;
  readonly #value: Uint8Array;
  readonly #flights: Flights;
  readonly #heads: Uint8Array[] = [];
  #stopping = false;
  ready = false;

  constructor(
    poller: Poller,
    meter: Meter,
    port: number,
    turn: number,
    value: Uint8Array,
    most: number,
    subjects: { asked: string; answers: string },
  ) {
    this.#poller = poller;
    this.#meter = meter;
    this.#value = value;
    this.#flights = new Flights(most);
    this.#socket = poller.dial({
      port,
      handler: this,
      source: sourceOf(turn),
      cut: cutNats,
    });
    this.#socket.write(utf8(
      'CONNECT {"verbose":false,"pedantic":false,"lang":"bench","version":"1"}\r\n' +
        `SUB ${subjects.asked} 1\r\nSUB ${subjects.answers} 2\r\nPING\r\n`,
    ));
  }

  get outstanding(): number {
    return this.#flights.count;
  }

  start(subject: string, reply: string, depth: number): void {
    const head = utf8(`PUB ${subject} ${reply} ${this.#value.length}\r\n`);
    const target = this.#heads.push(head) - 1;
    for (let i = 0; i < depth; i++) this.#call(target);
  }

  stop(): void {
    this.#stopping = true;
  }

  #call(target: number): void {
    const id = this.#flights.begin(this.#poller.now, target);
    const head = this.#heads[target] as Uint8Array;
    const at = this.#publish(head, this.#value, 0);
    putTag(this.#socket.output, at, id);
  }

  /** @returns offset of the payload in the socket's output. */
  #publish(head: Uint8Array, from: Uint8Array, start: number): number {
    const length = this.#value.length;
    const at = this.#socket.reserve(head.length + length + 2);
    const out = this.#socket.output;
    out.set(head, at);
    const payloadAt = at + head.length;
    for (let i = 0; i < length; i++) {
      out[payloadAt + i] = from[start + i] as number;
    }
    out[payloadAt + length] = 0x0d;
    out[payloadAt + length + 1] = LF;
    return payloadAt;
  }

  frame(socket: Socket, _type: number, at: number, end: number): void {
    const bytes = socket.input;
    switch (bytes[at]) {
      case M:
        this.#message(bytes, at, end);
        return;
      case P:
        if (bytes[at + 1] === O) this.ready = true;
        else if (bytes[at + 1] === I) socket.write(utf8("PONG\r\n"));
        return;
      case I:
        return;
      default:
        this.#meter.fail(
          `Unexpected line: ${
            new TextDecoder().decode(bytes.subarray(at, end)).trim()
          }`,
        );
    }
  }

  #message(bytes: Uint8Array, at: number, end: number): void {
    const length = this.#value.length;
    const payloadAt = end - 2 - length;
    let i = at + 4;
    while (bytes[i] !== SPACE) i++;
    const asked = bytes[i + 1] === ASKED;
    for (let k = 4; k < length; k++) {
      if (bytes[payloadAt + k] !== this.#value[k]) {
        this.#meter.fail("Wrong payload");
        return;
      }
    }
    if (asked) {
      // "MSG subject 1 reply length": the reply subject, with the length behind it, makes the head of the answer.
      const from = i + 3;
      const head = new Uint8Array(4 + payloadAt - from);
      head.set(PUB);
      head.set(bytes.subarray(from, payloadAt), 4);
      this.#publish(head, bytes, payloadAt);
      return;
    }
    const id = getTag(bytes, payloadAt);
    const sentAt = this.#flights.end(id);
    if (sentAt === 0) {
      this.#meter.fail(`Answer to call ${id}, which is not in flight`);
      return;
    }
    this.#meter.ops++;
    this.#meter.bytes += length;
    this.#meter.latency.add((this.#poller.now - sentAt) * 1000);
    if (!this.#stopping) this.#call(this.#flights.targetOf(id));
  }

  closed(): void {
    this.#meter.fail("nats-server closed a connection");
  }
}

const PUB = utf8("PUB ");

/**
 * Connects one service and some edges to nats-server and starts calling.
 *
 * @param poller the event loop.
 * @param ports where nats-server listens, twice the same.
 * @param meter receives the counts.
 * @param options shape of the load.
 * @returns the running load.
 * @throws {Error} when a connection is not ready within 10 s.
 */
export function startNatsRpc(
  poller: Poller,
  ports: Ports,
  meter: Meter,
  options: RpcOptions,
): Load {
  const value = rpcValue(options.payload ?? 24);
  const reverse = options.reverseDepth ?? 0;
  const peer = (
    turn: number,
    most: number,
    subjects: { asked: string; answers: string },
  ): NatsPeer => {
    const one = new NatsPeer(
      poller,
      meter,
      ports.edge,
      turn,
      value,
      most,
      subjects,
    );
    if (!poller.until(() => one.ready, LIMIT_MS)) {
      throw new Error("Cannot connect to nats-server: no answer");
    }
    return one;
  };
  const service = peer(0, reverse * options.edges, {
    asked: "echo",
    answers: "s",
  });
  const edges = Array.from(
    { length: options.edges },
    (_, i) =>
      peer(i + 1, options.depth, { asked: `e.${i}`, answers: `i.${i}` }),
  );
  poller.run(50);
  edges.forEach((edge, i) => edge.start("echo", `i.${i}`, options.depth));
  edges.forEach((_, i) => service.start(`e.${i}`, "s", reverse));
  return loadOf(poller, meter, [service, ...edges]);
}

/**
 * Raw bytes through streams: each edge opens one to a service of its own and writes without end; the services check what arrives.
 *
 * @module
 */

import {
  BODY_AT,
  bodyText,
  frame,
  HEADER_SIZE,
  putReply,
  putU32,
  u64,
} from "./frames.ts";
import { stampBlocks, wrongBlocks } from "./blocks.ts";
import type { Load, Meter } from "./measure.ts";
import { connectEdge, connectService, type Ports } from "./peers.ts";
import type { Handler, Poller, Socket } from "./poller.ts";

/** Shape of a stream load. */
export interface StreamOptions {
  /** Number of streams, each on two connections of its own. */
  streams: number;
  /** How many of them have a receiver that stops reading after its first megabyte. @default 0 */
  stalled?: number;
  /** Bytes of one stream frame, a multiple of 4096. @default 32768 */
  chunk?: number;
}

const SESSION = 0x31;
const SESSION_ACK = 0x32;
const DISMISS = 0x41;
const DISMISS_ACK = 0x42;
const STREAM = 0x61;
/** Bytes that a sender prepares at a time. */
const BATCH = 1 << 20;
const STALL_AFTER = 1 << 20;

/**
 * Answers a dismiss as the wire asks for: an ack, and a dismiss of one's own.
 *
 * @param socket where it came from.
 * @param at offset of the dismiss.
 * @param id packet id of the own dismiss.
 */
export function answerDismiss(socket: Socket, at: number, id: number): void {
  const to = socket.reserve(48);
  const out = socket.output;
  putReply(out, to, socket.input, at, DISMISS_ACK, 2);
  putReply(out, to + 24, socket.input, at, DISMISS, 2);
  putU32(out, to + 26, 0);
  putU32(out, to + 30, id);
  out[to + 22] = out[to + 46] = 0x7b;
  out[to + 23] = out[to + 47] = 0x7d;
}

/**
 * Accepts a session: the acceptor echoes the id twice.
 *
 * @param socket where the session packet came from.
 * @param at its offset.
 */
export function acceptSession(socket: Socket, at: number): void {
  const to = socket.reserve(34);
  const out = socket.output;
  const bytes = socket.input;
  for (let i = 0; i < 10; i++) out[to + i] = bytes[at + i] as number;
  out[to + 1] = SESSION_ACK;
  putU32(out, to + 10, 20);
  out[to + 14] = out[to + 15] = 0;
  for (let i = 0; i < 8; i++) {
    out[to + 16 + i] = out[to + 24 + i] = bytes[at + 16 + i] as number;
  }
  out[to + 32] = 0x7b;
  out[to + 33] = 0x7d;
}

/** Writes a stream without end. */
export class Sender implements Handler {
  readonly socket: Socket;
  readonly #meter: Meter;
  readonly #chunk: number;
  readonly #mayEnd: boolean;
  #session: Uint8Array | undefined;
  #block = 0;
  #frames = 0;
  #ended = false;

  constructor(socket: Socket, meter: Meter, chunk: number, mayEnd: boolean) {
    this.socket = socket;
    this.#meter = meter;
    this.#chunk = chunk;
    this.#mayEnd = mayEnd;
    socket.handler = this;
  }

  /** Whether the stream is open. */
  get ready(): boolean {
    return this.#session !== undefined;
  }

  /** Uses a session that needs no opening. */
  adopt(session: Uint8Array): void {
    this.#session = session;
  }

  /** Asks for a stream to a service. */
  open(service: string): void {
    const body = `{"peer":"${service}"}`;
    this.socket.write(
      frame(SESSION, 2, new Uint8Array([0, 0x10]), u64(1000), body),
    );
  }

  /** Begins to write; goes on by itself from then. */
  start(): void {
    const count = Math.max(1, Math.floor(BATCH / (BODY_AT + this.#chunk)));
    const one = frame(
      STREAM,
      0,
      this.#session as Uint8Array,
      new Uint8Array(this.#chunk).fill(0x5a),
    );
    const at = this.socket.reserve(count * one.length);
    for (let i = 0; i < count; i++) {
      this.socket.output.set(one, at + i * one.length);
    }
    this.#stamp(at, count);
  }

  #stamp(at: number, count: number): void {
    const out = this.socket.output;
    const size = BODY_AT + this.#chunk;
    for (let i = 0; i < count; i++) {
      const frameAt = at + i * size;
      putU32(out, frameAt + 6, ++this.#frames);
      const contentAt = frameAt + BODY_AT;
      this.#block = stampBlocks(out, contentAt, this.#chunk, this.#block);
    }
  }

  /** All is written: the same bytes again, with new numbers. */
  drained(socket: Socket): void {
    if (this.#session === undefined || this.#ended) return;
    const size = BODY_AT + this.#chunk;
    const count = Math.floor(socket.output.length / size);
    const at = socket.reserve(count * size);
    this.#stamp(at, count);
  }

  /** Takes what the gateway sends. */
  frame(socket: Socket, type: number, at: number, end: number): void {
    if (type === SESSION_ACK) {
      this.#session = socket.input.slice(
        at + HEADER_SIZE + 10,
        at + HEADER_SIZE + 18,
      );
    } else if (type === DISMISS) {
      this.#ended = true;
      if (!this.#mayEnd) {
        this.#meter.fail(
          `Stream ended: ${bodyText(socket.input, at + BODY_AT, end)}`,
        );
      }
      answerDismiss(socket, at, 3);
    } else if (type !== DISMISS_ACK) {
      this.#meter.fail(`Unexpected packet type ${type}`);
    }
  }

  /** An error: nothing closes during a run. */
  closed(): void {
    this.#ended = true;
    this.#meter.fail("The gateway closed a sending edge");
  }
}

/** Reads a stream and checks it. */
export class Receiver implements Handler {
  readonly #socket: Socket;
  readonly #meter: Meter;
  readonly #stallAt: number;
  #received = 0;

  /**
   * @param socket its connection.
   * @param meter receives the counts.
   * @param stallAt stops reading after so many bytes.
   */
  constructor(socket: Socket, meter: Meter, stallAt: number) {
    this.#socket = socket;
    this.#meter = meter;
    this.#stallAt = stallAt;
    socket.handler = this;
  }

  /** Payload bytes so far. */
  get received(): number {
    return this.#received;
  }

  /** Takes what the gateway sends. */
  frame(socket: Socket, type: number, at: number, end: number): void {
    if (type === STREAM) this.#data(socket.input, at + BODY_AT, end);
    else if (type === SESSION) acceptSession(socket, at);
    else if (type === DISMISS) answerDismiss(socket, at, 3);
    else if (type !== DISMISS_ACK) {
      this.#meter.fail(`Unexpected packet type ${type}`);
    }
  }

  #data(bytes: Uint8Array, at: number, end: number): void {
    const wrong = wrongBlocks(bytes, at, end, this.#received);
    if (wrong > 0) {
      this.#meter.fail(
        `${wrong} wrong blocks of a stream after ${this.#received} bytes`,
      );
    }
    this.#received += end - at;
    if (this.#received >= this.#stallAt) return this.#socket.pause();
    if (this.#stallAt < Infinity) return;
    this.#meter.bytes += end - at;
    this.#meter.ops++;
  }

  /** An error: nothing closes during a run. */
  closed(): void {
    this.#meter.fail("The gateway closed a receiving service");
  }
}

/**
 * Connects the edges and services, opens the streams and starts to write. Operations are received frames; those of stalled
 * streams do not count.
 *
 * @param poller the event loop.
 * @param ports the gateway.
 * @param meter receives the counts.
 * @param options shape of the load.
 * @returns the running load.
 */
export function startStreams(
  poller: Poller,
  ports: Ports,
  meter: Meter,
  options: StreamOptions,
): Load {
  const stalled = options.stalled ?? 0;
  const chunk = options.chunk ?? 32_768;
  const receivers = Array.from({ length: options.streams }, (_, i) => {
    const { socket } = connectService(poller, ports, { name: `bench-${i}` });
    return new Receiver(socket, meter, i < stalled ? STALL_AFTER : Infinity);
  });
  const senders = receivers.map((_, i) =>
    new Sender(connectEdge(poller, ports).socket, meter, chunk, i < stalled)
  );
  poller.run(50);
  senders.forEach((sender, i) => sender.open(`bench-${i}`));
  if (!poller.until(() => senders.every((sender) => sender.ready), 10_000)) {
    meter.fail("A stream was not opened");
  } else for (const sender of senders) sender.start();
  return streamLoad(poller, meter, receivers.slice(stalled));
}

/**
 * Puts started streams together.
 *
 * @param poller the event loop.
 * @param meter receives the counts.
 * @param flowing receivers that never stop.
 * @returns the running load.
 */
export function streamLoad(
  poller: Poller,
  meter: Meter,
  flowing: readonly Receiver[],
): Load {
  return {
    run: (ms): void => {
      const before = flowing.map((receiver) => receiver.received);
      poller.run(ms);
      flowing.forEach((receiver, i) => {
        if (receiver.received !== before[i]) return;
        meter.fail(
          `A stream stood still for ${ms} ms after ${before[i]} bytes`,
        );
      });
    },
    stop: (): void => {},
  };
}

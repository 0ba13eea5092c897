/**
 * Opening and closing streams: each edge keeps a number of them between open and closed. One operation is an open and its close.
 *
 * @module
 */

import {
  BODY_AT,
  bodyText,
  frame,
  getU32,
  HEADER_SIZE,
  putU32,
  u64,
} from "./frames.ts";
import type { Load, Meter } from "./measure.ts";
import { connectEdge, connectService, type Ports } from "./peers.ts";
import type { Handler, Poller, Socket } from "./poller.ts";
import { acceptSession, answerDismiss } from "./stream.ts";

/** Shape of an open-and-close load. */
export interface OpenCloseOptions {
  /** Edges, one connection each. */
  edges: number;
  /** Streams of each edge between open and closed. */
  depth: number;
}

const SESSION = 0x31;
const SESSION_ACK = 0x32;
const DISMISS = 0x41;
const DISMISS_ACK = 0x42;
const RING = 8192;
const MASK = RING - 1;
const SERVICE = "bench";
const EMPTY_BODY_SIZE = 2;

/** Opens a stream, closes it when it is open, opens the next when it is closed. */
class Opener implements Handler {
  readonly #socket: Socket;
  readonly #poller: Poller;
  readonly #meter: Meter;
  readonly #open = frame(
    SESSION,
    0,
    new Uint8Array([0, 0x10]),
    u64(0),
    `{"peer":"${SERVICE}"}`,
  );
  #dismiss = frame(DISMISS, 0, u64(0), "{}");
  #startedAt = new Float64Array(RING);
  #nextId = 1000;
  #stopping = false;
  /** Streams not yet closed. */
  outstanding = 0;
  /** Dismisses that came from the gateway; in the end one per stream. */
  dismissed = 0;
  /** Streams opened so far. */
  opened = 0;

  constructor(socket: Socket, poller: Poller, meter: Meter) {
    this.#socket = socket;
    this.#poller = poller;
    this.#meter = meter;
    socket.handler = this;
  }

  open(): void {
    // The packet id of the open, its negotiate id and the packet id of the dismiss are one number.
    let id = this.#nextId;
    while (this.#startedAt[id & MASK] !== 0) id++;
    this.#nextId = id + 1;
    const at = this.#socket.reserve(this.#open.length);
    const out = this.#socket.output;
    out.set(this.#open, at);
    putU32(out, at + 6, id);
    putU32(out, at + HEADER_SIZE + 6, id);
    this.#startedAt[id & MASK] = this.#poller.now;
    this.outstanding++;
  }

  stop(): void {
    this.#stopping = true;
  }

  frame(socket: Socket, type: number, at: number, end: number): void {
    const bytes = socket.input;
    if (type === SESSION_ACK) {
      if (end - at !== HEADER_SIZE + 18 + EMPTY_BODY_SIZE) {
        this.#meter.fail(
          `Stream refused: ${bodyText(bytes, at + HEADER_SIZE + 18, end)}`,
        );
      }
      this.opened++;
      const to = socket.reserve(this.#dismiss.length);
      const out = socket.output;
      out.set(this.#dismiss, to);
      for (let i = 0; i < 8; i++) out[to + 2 + i] = bytes[at + 2 + i] as number;
      for (let i = 0; i < 8; i++) {
        out[to + HEADER_SIZE + i] = bytes[at + HEADER_SIZE + 10 + i] as number;
      }
    } else if (type === DISMISS_ACK) this.#closed(getU32(bytes, at + 6));
    else if (type === DISMISS) {
      this.dismissed++;
      const to = socket.reserve(end - at);
      socket.output.set(bytes.subarray(at, end), to);
      socket.output[to + 1] = DISMISS_ACK;
    } else this.#meter.fail(`Unexpected packet type ${type}`);
  }

  #closed(id: number): void {
    const startedAt = this.#startedAt[id & MASK] as number;
    if (startedAt === 0) {
      return this.#meter.fail(`Close of stream ${id}, which is not open`);
    }
    this.#startedAt[id & MASK] = 0;
    this.outstanding--;
    this.#meter.ops++;
    this.#meter.latency.add((this.#poller.now - startedAt) * 1000);
    if (!this.#stopping) this.open();
  }

  closed(): void {
    this.#meter.fail("The gateway closed an edge");
  }
}

/** The service: accepts everything and answers every close. */
class Acceptor implements Handler {
  readonly #meter: Meter;
  #nextId = 1000;
  accepted = 0;
  dismissed = 0;

  constructor(socket: Socket, meter: Meter) {
    this.#meter = meter;
    socket.handler = this;
  }

  frame(socket: Socket, type: number, at: number, end: number): void {
    if (type === SESSION) {
      this.accepted++;
      acceptSession(socket, at);
    } else if (type === DISMISS) {
      this.dismissed++;
      answerDismiss(socket, at, this.#nextId++);
    } else if (type !== DISMISS_ACK) {
      this.#meter.fail(
        `Unexpected packet type ${type}: ${
          bodyText(socket.input, at + BODY_AT, end)
        }`,
      );
    }
  }

  closed(): void {
    this.#meter.fail("The gateway closed the service");
  }
}

/**
 * Connects one service and some edges and starts opening streams.
 *
 * @param poller the event loop.
 * @param ports the gateway.
 * @param meter receives the counts.
 * @param options shape of the load.
 * @returns the running load.
 */
export function startOpenClose(
  poller: Poller,
  ports: Ports,
  meter: Meter,
  options: OpenCloseOptions,
): Load {
  const acceptor = new Acceptor(
    connectService(poller, ports, { name: SERVICE }).socket,
    meter,
  );
  const openers = Array.from(
    { length: options.edges },
    () => new Opener(connectEdge(poller, ports).socket, poller, meter),
  );
  poller.run(50);
  for (const opener of openers) {
    for (let i = 0; i < options.depth; i++) opener.open();
  }
  const sum = (of: (opener: Opener) => number): number =>
    openers.reduce((total, opener) => total + of(opener), 0);
  return {
    run: (ms): void => poller.run(ms),
    stop: (limitMs): void => {
      for (const opener of openers) opener.stop();
      const settled = poller.until(() => {
        const opened = sum((opener) => opener.opened);
        return sum((opener) => opener.outstanding) === 0 &&
          opened === sum((opener) => opener.dismissed) &&
          opened === acceptor.accepted && opened === acceptor.dismissed;
      }, limitMs);
      if (settled) return;
      meter.fail(
        `Counts differ: opened ${sum((opener) => opener.opened)}, dismissed ${
          sum((opener) => opener.dismissed)
        }, ` +
          `service accepted ${acceptor.accepted}, service dismissed ${acceptor.dismissed}`,
      );
    },
  };
}

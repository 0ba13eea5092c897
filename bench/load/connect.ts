/**
 * Connections: coming and going, or many that stay and only send heartbeats.
 *
 * @module
 */

import {
  bodyText,
  CONN_20_S,
  CONN_320_S,
  connFrame,
  frame,
  HEADER_SIZE,
} from "./frames.ts";
import type { Load, Meter } from "./measure.ts";
import { type Ports, sourceOf } from "./peers.ts";
import type { Handler, Poller, Socket } from "./poller.ts";

const CONN_ACK = 0x02;
const HEARTBEAT = 0x21;
const HEARTBEAT_ACK = 0x22;

/** Shape of a connect-and-close load. */
export interface ConnectCloseOptions {
  /** Connections between their connect and their close. */
  depth: number;
}

/** Connects, waits for the conn ack, closes, connects again. */
class Visitor implements Handler {
  readonly #poller: Poller;
  readonly #port: number;
  readonly #meter: Meter;
  readonly #conn = connFrame(CONN_20_S);
  #startedAt = 0;
  #source: number;
  #stopping = false;
  away = false;

  constructor(poller: Poller, port: number, meter: Meter, source: number) {
    this.#poller = poller;
    this.#port = port;
    this.#meter = meter;
    this.#source = source;
  }

  visit(): void {
    if (this.#stopping) {
      this.away = true;
      return;
    }
    this.#startedAt = this.#poller.now;
    const source = sourceOf(++this.#source);
    this.#poller.dial({
      port: this.#port,
      handler: this,
      source,
      inputSize: 256,
    }).write(this.#conn);
  }

  stop(): void {
    this.#stopping = true;
  }

  frame(socket: Socket, type: number, at: number, end: number): void {
    socket.close();
    if (type === CONN_ACK && socket.input[at + HEADER_SIZE] === 0) {
      this.#meter.ops++;
      this.#meter.latency.add((this.#poller.now - this.#startedAt) * 1000);
    } else {this.#meter.fail(
        `Connection refused: ${bodyText(socket.input, at + HEADER_SIZE, end)}`,
      );}
    this.visit();
  }

  closed(): void {
    this.#meter.fail("The gateway closed a connection before its ack");
    this.visit();
  }
}

/**
 * Starts to connect and close edges.
 *
 * @param poller the event loop.
 * @param ports the gateway.
 * @param meter receives the counts.
 * @param options shape of the load.
 * @returns the running load.
 */
export function startConnectClose(
  poller: Poller,
  ports: Ports,
  meter: Meter,
  options: ConnectCloseOptions,
): Load {
  const visitors = Array.from(
    { length: options.depth },
    (_, i) => new Visitor(poller, ports.edge, meter, i),
  );
  for (const visitor of visitors) visitor.visit();
  return {
    run: (ms): void => poller.run(ms),
    stop: (limitMs): void => {
      for (const visitor of visitors) visitor.stop();
      if (
        !poller.until(() => visitors.every((visitor) => visitor.away), limitMs)
      ) {
        meter.fail("A connection was never acknowledged");
      }
    },
  };
}

/** Shape of an idle load. */
export interface IdleOptions {
  /** Edges that stay connected. */
  edges: number;
  /** Seconds between two heartbeats of an edge. @default none are sent */
  heartbeatSeconds?: number;
}

/** Edges dial in groups of this size, so that no backlog overflows. */
const GROUP = 64;
/**
 * Many edges that do nothing but, if asked to, send heartbeats, evenly spread. In the end each proves that it is still
 * connected.
 */
export class IdleEdges implements Handler, Load {
  readonly #poller: Poller;
  readonly #meter: Meter;
  readonly #heartbeat = frame(HEARTBEAT, 9);
  #sockets: Socket[] = [];
  #sentAt: Float64Array;
  #acked = 0;
  #turn = 0;
  #intervalMs: number;
  #due = 0;
  /** Heartbeats without an answer yet. */
  outstanding = 0;

  /**
   * Connects all edges.
   *
   * @param poller the event loop.
   * @param ports the gateway.
   * @param meter receives the counts.
   * @param options shape of the load.
   * @throws {Error} when an edge is not accepted within 10 s.
   */
  constructor(
    poller: Poller,
    ports: Ports,
    meter: Meter,
    options: IdleOptions,
  ) {
    this.#poller = poller;
    this.#meter = meter;
    this.#sentAt = new Float64Array(options.edges);
    this.#intervalMs = (options.heartbeatSeconds ?? Infinity) * 1000 /
      options.edges;
    const conn = connFrame(
      options.heartbeatSeconds === undefined ? CONN_320_S : CONN_20_S,
    );
    for (let i = 0; i < options.edges; i++) {
      const source = sourceOf(i);
      const socket = poller.dial({
        port: ports.edge,
        handler: this,
        source,
        inputSize: 256,
      });
      socket.tag = i;
      socket.write(conn);
      this.#sockets.push(socket);
      if ((i + 1) % GROUP !== 0 && i + 1 < options.edges) continue;
      if (poller.until(() => this.#acked === i + 1, 10_000)) continue;
      throw new Error(`Cannot connect edge ${this.#acked}: no answer`);
    }
    this.#due = performance.now() + this.#intervalMs;
  }

  frame(socket: Socket, type: number, at: number, end: number): void {
    if (type === CONN_ACK && socket.input[at + HEADER_SIZE] === 0) {
      this.#acked++;
    } else if (type === HEARTBEAT_ACK) {
      this.outstanding--;
      this.#meter.ops++;
      this.#meter.latency.add(
        (this.#poller.now - (this.#sentAt[socket.tag] as number)) * 1000,
      );
    } else {this.#meter.fail(
        `Unexpected packet type ${type}: ${
          bodyText(socket.input, at + HEADER_SIZE, end)
        }`,
      );}
  }

  closed(): void {
    this.#meter.fail("The gateway closed an idle edge");
  }

  run(ms: number): void {
    const end = performance.now() + ms;
    while (performance.now() < end) {
      const wait = Math.min(this.#intervalMs, end - performance.now());
      this.#poller.turn(Math.max(1, Math.ceil(wait)));
      for (; this.#due <= this.#poller.now; this.#due += this.#intervalMs) {
        this.#beat(
          this.#sockets[this.#turn++ % this.#sockets.length] as Socket,
        );
      }
    }
  }

  #beat(socket: Socket): void {
    if (!socket.open) return;
    socket.write(this.#heartbeat);
    this.#sentAt[socket.tag] = this.#poller.now;
    this.outstanding++;
  }

  stop(limitMs: number): void {
    for (const socket of this.#sockets) this.#beat(socket);
    if (!this.#poller.until(() => this.outstanding <= 0, limitMs)) {
      this.#meter.fail(`${this.outstanding} heartbeats were never answered`);
    }
  }
}

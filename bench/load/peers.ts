/**
 * Connecting raw services and raw edges.
 *
 * @module
 */

import {
  bodyText,
  CONN_320_S,
  connFrame,
  frame,
  HEADER_SIZE,
  serviceMeta,
  SESSION_ONE,
} from "./frames.ts";
import type { DialOptions, Handler, Poller, Socket } from "./poller.ts";

/** Where the gateway listens, on 127.0.0.1. */
export interface Ports {
  /** For edges. */
  edge: number;
  /** For services. */
  service: number;
}

/** A connected peer. */
export interface Peer {
  /** Its connection. */
  socket: Socket;
  /** The id that the gateway gave it, 8 bytes. */
  id: Uint8Array<ArrayBuffer>;
}

const LIMIT_MS = 10_000;
/** Connections use these many source addresses in turn: one has only 28 000 ports, each for a minute after its end. */
const SOURCES = 8;
const FIRST_SOURCE = 2;

/**
 * The source address of a connection.
 *
 * @param turn the number of the connection.
 * @returns the last byte of 127.0.0.x.
 */
export function sourceOf(turn: number): number {
  return FIRST_SOURCE + turn % SOURCES;
}

/** Waits for the conn ack and for register acks. */
class Entrance implements Handler {
  id: Uint8Array<ArrayBuffer> | undefined;
  registered = 0;
  problem: string | undefined;

  frame(socket: Socket, type: number, at: number, end: number): void {
    if (type === 0x02 && socket.input[at + HEADER_SIZE] === 0) {
      this.id = socket.input.slice(at + HEADER_SIZE + 1, at + HEADER_SIZE + 9);
    } else if (type === 0x82) this.registered++;
    else {this.problem = `packet type ${type}: ${
        bodyText(socket.input, at + HEADER_SIZE, end)
      }`;}
  }

  closed(): void {
    this.problem ??= "the connection was closed";
  }
}

function enter(
  poller: Poller,
  options: Omit<DialOptions, "handler">,
  conn: Uint8Array,
  methods: string[],
): Peer {
  const entrance = new Entrance();
  const socket = poller.dial({ ...options, handler: entrance });
  const await_ = (what: string, done: () => boolean): void => {
    if (
      poller.until(() => done() || entrance.problem !== undefined, LIMIT_MS) &&
      entrance.problem === undefined
    ) return;
    throw new Error(`Cannot ${what}: ${entrance.problem ?? "no answer"}`);
  };
  socket.write(conn);
  await_("connect a peer", () => entrance.id !== undefined);
  methods.forEach((method, i) =>
    socket.write(frame(0x81, i + 2, SESSION_ONE, method))
  );
  await_("register a method", () => entrance.registered === methods.length);
  return { socket, id: entrance.id as Uint8Array<ArrayBuffer> };
}

/** What a raw service does besides connecting. */
export interface ServiceOptions {
  /** Its name. @default "bench" */
  name?: string;
  /** Topics it takes. @default none */
  topics?: string[];
  /** Methods it registers. @default none */
  methods?: string[];
}

/**
 * Connects a service and registers its methods.
 *
 * @param poller the event loop.
 * @param ports the gateway.
 * @param options name, topics, methods.
 * @returns the peer; its socket's handler must still be set.
 * @throws {Error} when the gateway refuses or is silent for 10 s.
 */
export function connectService(
  poller: Poller,
  ports: Ports,
  options: ServiceOptions = {},
): Peer {
  const meta = serviceMeta(options.name ?? "bench", options.topics);
  return enter(
    poller,
    { port: ports.service },
    connFrame(CONN_320_S, meta),
    options.methods ?? [],
  );
}

/**
 * Connects an edge.
 *
 * @param poller the event loop.
 * @param ports the gateway.
 * @param turn how many were connected before it; chooses its source address.
 * @returns the peer; its socket's handler must still be set.
 * @throws {Error} when the gateway refuses or is silent for 10 s.
 */
export function connectEdge(poller: Poller, ports: Ports, turn = 0): Peer {
  return enter(
    poller,
    { port: ports.edge, source: sourceOf(turn), inputSize: 1024 },
    connFrame(CONN_320_S),
    [],
  );
}

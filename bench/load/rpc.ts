/**
 * Closed-loop calls: each caller keeps a number of calls in flight and sends the next when an answer arrives.
 *
 * @module
 */

import {
  base64,
  BODY_AT,
  bodyText,
  findValue,
  frame,
  getTag,
  getU32,
  hasPrefix,
  putReply,
  putTag,
  putU32,
  SESSION_ONE,
  utf8,
} from "./frames.ts";
import { Flights } from "./flights.ts";
import type { Load, Meter } from "./measure.ts";
import { connectEdge, connectService, type Peer, type Ports } from "./peers.ts";
import type { Handler, Poller, Socket } from "./poller.ts";

/** Shape of an RPC load. */
export interface RpcOptions {
  /** Edges, one connection each. */
  edges: number;
  /** Calls in flight from each edge to the service. */
  depth: number;
  /** Calls in flight from the service to each edge. @default 0 */
  reverseDepth?: number;
  /** Bytes of data per call, before base64. @default 24 */
  payload?: number;
}

const METHOD = "echo";
const REQUEST = 0x71;
const RESPONSE = 0x72;
/** A value up to this long is compared in full; of longer ones every {@linkcode STRIDE}th character. */
const SHORT = 256;
const STRIDE = 512;

const KEY_PREFIX = utf8(`{"key":"${base64(utf8(METHOD))}","value":"`);
const BARE_PREFIX = utf8('{"value":"');
const CUSTOM_AFTER_VALUE = utf8('","custom":"');

/** What a connection calls: a frame with a hole for the id and the tag. */
interface Target {
  /** A whole request frame. */
  template: Uint8Array;
  /** Offset of the value in it. */
  valueAt: number;
}

/** Whoever calls. */
export interface Caller {
  /** Calls without an answer yet. */
  readonly outstanding: number;
  /** Lets the calls in flight be the last ones. */
  stop(): void;
}

/** One connection, caller and answerer at once. */
export class RpcPeer implements Handler, Caller {
  readonly #socket: Socket;
  readonly #value: Uint8Array;
  readonly #meter: Meter;
  readonly #poller: Poller;
  readonly #edgeIds: ReadonlySet<string> | undefined;
  #targets: Target[] = [];
  readonly #flights: Flights;
  #answered = 0;
  #stopping = false;
  #guess = KEY_PREFIX;

  /**
   * @param peer its connection.
   * @param poller the event loop.
   * @param meter receives the counts.
   * @param value what is sent, and expected.
   * @param most calls of its own in flight at most.
   * @param edgeIds for a service: in base64, the ids that requests may name.
   */
  constructor(
    peer: Peer,
    poller: Poller,
    meter: Meter,
    value: Uint8Array,
    most: number,
    edgeIds?: ReadonlySet<string>,
  ) {
    this.#flights = new Flights(most);
    this.#socket = peer.socket;
    this.#poller = poller;
    this.#meter = meter;
    this.#value = value;
    this.#edgeIds = edgeIds;
    peer.socket.handler = this;
  }

  /** Calls without an answer yet. */
  get outstanding(): number {
    return this.#flights.count;
  }

  /** Adds somebody to call, and starts. `custom` is a further member of the body, comma first. */
  start(custom: string, depth: number): void {
    const head = `{"key":"${base64(utf8(METHOD))}","value":"`;
    const template = frame(
      REQUEST,
      0,
      SESSION_ONE,
      head,
      this.#value,
      `"${custom}}`,
    );
    const target =
      this.#targets.push({ template, valueAt: BODY_AT + head.length }) - 1;
    for (let i = 0; i < depth; i++) this.#call(target);
  }

  /** Lets the calls in flight be the last ones. */
  stop(): void {
    this.#stopping = true;
  }

  #call(index: number): void {
    const id = this.#flights.begin(this.#poller.now, index);
    const { template, valueAt } = this.#targets[index] as Target;
    const at = this.#socket.reserve(template.length);
    const out = this.#socket.output;
    out.set(template, at);
    putU32(out, at + 6, id);
    putTag(out, at + valueAt, id);
  }

  /** Takes requests and responses. */
  frame(socket: Socket, type: number, at: number, end: number): void {
    if (type === RESPONSE) this.#response(socket.input, at, end);
    else if (type === REQUEST) this.#request(socket.input, at, end);
    else this.#meter.fail(`Unexpected packet type ${type}`);
  }

  #response(bytes: Uint8Array, at: number, end: number): void {
    const id = getU32(bytes, at + 6);
    const sentAt = this.#flights.end(id);
    if (sentAt === 0) {
      return this.#meter.fail(`Answer to call ${id}, which is not in flight`);
    }
    const valueAt = findValue(bytes, at + BODY_AT, end, this.#guess);
    if (valueAt === at + BODY_AT + BARE_PREFIX.length) {
      this.#guess = BARE_PREFIX;
    }
    if (
      this.#matches(bytes, valueAt, end) &&
      getTag(bytes, valueAt) === (id & 0xffffff)
    ) {
      this.#meter.ops++;
      this.#meter.bytes += this.#value.length;
      this.#meter.latency.add((this.#poller.now - sentAt) * 1000);
    } else {this.#meter.fail(
        `Wrong answer: ${bodyText(bytes, at + BODY_AT, end)}`,
      );}
    if (!this.#stopping) this.#call(this.#flights.targetOf(id));
  }

  #request(bytes: Uint8Array, at: number, end: number): void {
    const valueAt = findValue(bytes, at + BODY_AT, end, KEY_PREFIX);
    if (!this.#matches(bytes, valueAt, end)) {
      this.#meter.fail(`Wrong request: ${bodyText(bytes, at + BODY_AT, end)}`);
      return;
    }
    const length = this.#value.length;
    if ((this.#answered++ & 1023) === 0) {
      this.#inspect(bytes, valueAt + length, end);
    }
    const size = BARE_PREFIX.length + length + 2;
    const to = this.#socket.reserve(BODY_AT + size);
    const out = this.#socket.output;
    putReply(out, to, bytes, at, RESPONSE, size);
    out.set(BARE_PREFIX, to + BODY_AT);
    copy(bytes, valueAt, length, out, to + BODY_AT + BARE_PREFIX.length);
    out[to + BODY_AT + size - 2] = 0x22;
    out[to + BODY_AT + size - 1] = 0x7d;
  }

  /** Whether a value is the one that everybody sends, but for its tag. */
  #matches(bytes: Uint8Array, at: number, end: number): boolean {
    const value = this.#value;
    const length = value.length;
    if (at < 0 || at + length >= end || bytes[at + length] !== 0x22) {
      return false;
    }
    const step = length <= SHORT ? 1 : STRIDE;
    for (let i = 4; i < length; i += step) {
      if (bytes[at + i] !== value[i]) return false;
    }
    return true;
  }

  /** Looks closely at a request to a service: it must name one of our edges. Done for a sample. */
  #inspect(bytes: Uint8Array, quote: number, end: number): void {
    if (this.#edgeIds === undefined) return;
    const customAt = quote + CUSTOM_AFTER_VALUE.length;
    const custom = new TextDecoder().decode(
      bytes.subarray(customAt, customAt + 12),
    );
    if (
      !hasPrefix(bytes, quote, end, CUSTOM_AFTER_VALUE) ||
      !this.#edgeIds.has(custom)
    ) {
      this.#meter.fail(
        `Request with the wrong edge id: ${bodyText(bytes, quote, end)}`,
      );
    }
  }

  /** An error: nothing closes during a run. */
  closed(): void {
    this.#meter.fail("The gateway closed a connection");
  }
}

function copy(
  from: Uint8Array,
  at: number,
  length: number,
  to: Uint8Array,
  offset: number,
): void {
  if (length > 64) return to.set(from.subarray(at, at + length), offset);
  for (let i = 0; i < length; i++) to[offset + i] = from[at + i] as number;
}

/**
 * Connects one service and some edges and starts calling.
 *
 * @param poller the event loop.
 * @param ports the gateway.
 * @param meter receives the counts.
 * @param options shape of the load.
 * @returns the running load.
 */
export function startRpc(
  poller: Poller,
  ports: Ports,
  meter: Meter,
  options: RpcOptions,
): Load {
  const value = rpcValue(options.payload ?? 24);
  const service = connectService(poller, ports, { methods: [METHOD] });
  const edges = Array.from(
    { length: options.edges },
    (_, i) => connectEdge(poller, ports, i),
  );
  const ids = edges.map((edge) => base64(edge.id));
  const reverseDepth = options.reverseDepth ?? 0;
  const servicePeer = new RpcPeer(
    service,
    poller,
    meter,
    value,
    reverseDepth * ids.length,
    new Set(ids),
  );
  const edgePeers = edges.map((edge) =>
    new RpcPeer(edge, poller, meter, value, options.depth)
  );
  poller.run(50);
  for (const peer of edgePeers) peer.start("", options.depth);
  for (const id of ids) {
    servicePeer.start(`,"custom":"${id}"`, reverseDepth);
  }
  return loadOf(poller, meter, [servicePeer, ...edgePeers]);
}

/**
 * @param size bytes of data, at most 65 536.
 * @returns random data in base64.
 */
export function rpcValue(size: number): Uint8Array {
  return utf8(base64(crypto.getRandomValues(new Uint8Array(size))));
}

/**
 * Puts started callers together.
 *
 * @param poller the event loop.
 * @param meter receives the counts.
 * @param peers all that call.
 * @returns the running load.
 */
export function loadOf(
  poller: Poller,
  meter: Meter,
  peers: readonly Caller[],
): Load {
  return {
    run: (ms): void => poller.run(ms),
    stop: (limitMs): void => {
      for (const peer of peers) peer.stop();
      poller.until(
        () => peers.every((peer) => peer.outstanding === 0),
        limitMs,
      );
      const lost = peers.reduce((sum, peer) => sum + peer.outstanding, 0);
      if (lost > 0) meter.fail(`${lost} calls were never answered`);
    },
  };
}

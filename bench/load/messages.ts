/**
 * Acknowledged messages: each sender keeps a number of them unacknowledged. Every receiver checks that each sender's messages arrive
 * once, in order.
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
import type { Load, Meter } from "./measure.ts";
import { connectEdge, connectService, type Peer, type Ports } from "./peers.ts";
import type { Handler, Poller, Socket } from "./poller.ts";

/** Shape of a message load. */
export interface MessageOptions {
  /** Edges, one connection each. */
  edges: number;
  /** Unacknowledged messages of each edge to the service. */
  depth: number;
  /** Unacknowledged messages of the service to each edge. @default 0 */
  reverseDepth?: number;
  /** Bytes of data per message, before base64. @default 24 */
  payload?: number;
}

const TOPIC = "bench";
const MESSAGE = 0x51;
const MESSAGE_ACK = 0x52;
const RING = 8192;
const MASK = RING - 1;
const TAG_MASK = 0xffffff;

const VALUE_PREFIX = utf8('{"value":"');
const ACK_FULL = utf8('{"deadline"');
const ACK_EMPTY = utf8("{}");

/** Somebody to whom messages go. */
interface Target {
  /** A whole message frame. */
  template: Uint8Array;
  /** Number of the next message to it. */
  sequence: number;
}

/** One connection, sender and receiver at once. */
class MessagePeer implements Handler {
  readonly #socket: Socket;
  readonly #value: Uint8Array;
  readonly #meter: Meter;
  readonly #poller: Poller;
  #targets: Target[] = [];
  #sentAt = new Float64Array(RING);
  #targetOf = new Uint16Array(RING);
  #nextId = 1000;
  #expected = new Int32Array(65_536);
  #stopping = false;
  /** Messages without an acknowledgement yet. */
  outstanding = 0;

  constructor(peer: Peer, poller: Poller, meter: Meter, value: Uint8Array) {
    this.#socket = peer.socket;
    this.#poller = poller;
    this.#meter = meter;
    this.#value = value;
    peer.socket.handler = this;
  }

  /** Adds somebody to send to, and starts. `sender` is a number the receiver tells senders apart by. */
  start(sender: number, custom: string, depth: number): void {
    const template = frame(
      MESSAGE,
      0,
      SESSION_ONE,
      VALUE_PREFIX,
      this.#value,
      `","topic":"${TOPIC}"${custom}}`,
    );
    putTag(template, BODY_AT + VALUE_PREFIX.length, sender);
    const target = this.#targets.push({ template, sequence: 0 }) - 1;
    for (let i = 0; i < depth; i++) this.#send(target);
  }

  /** Lets the messages on their way be the last ones. */
  stop(): void {
    this.#stopping = true;
  }

  #send(index: number): void {
    let id = this.#nextId;
    while (this.#sentAt[id & MASK] !== 0) id++;
    this.#nextId = id + 1;
    const target = this.#targets[index] as Target;
    const at = this.#socket.reserve(target.template.length);
    const out = this.#socket.output;
    out.set(target.template, at);
    putU32(out, at + 6, id);
    putTag(out, at + BODY_AT + VALUE_PREFIX.length + 4, target.sequence++);
    this.#sentAt[id & MASK] = this.#poller.now;
    this.#targetOf[id & MASK] = index;
    this.outstanding++;
  }

  frame(socket: Socket, type: number, at: number, end: number): void {
    if (type === MESSAGE_ACK) this.#ack(socket.input, at, end);
    else if (type === MESSAGE) this.#message(socket.input, at, end);
    else this.#meter.fail(`Unexpected packet type ${type}`);
  }

  #ack(bytes: Uint8Array, at: number, end: number): void {
    const id = getU32(bytes, at + 6);
    const slot = id & MASK;
    const sentAt = this.#sentAt[slot] as number;
    if (sentAt === 0) {
      return this.#meter.fail(
        `Acknowledgement of message ${id}, which is not on its way`,
      );
    }
    this.#sentAt[slot] = 0;
    this.outstanding--;
    const bodyAt = at + BODY_AT;
    if (
      hasPrefix(bytes, bodyAt, end, ACK_FULL) ||
      hasPrefix(bytes, bodyAt, end, ACK_EMPTY)
    ) {
      this.#meter.ops++;
      this.#meter.bytes += this.#value.length;
      this.#meter.latency.add((this.#poller.now - sentAt) * 1000);
    } else this.#meter.fail(`Message refused: ${bodyText(bytes, bodyAt, end)}`);
    if (!this.#stopping) this.#send(this.#targetOf[slot] as number);
  }

  #message(bytes: Uint8Array, at: number, end: number): void {
    const valueAt = findValue(bytes, at + BODY_AT, end, VALUE_PREFIX);
    if (!this.#inOrder(bytes, valueAt, end)) {
      this.#meter.fail(
        `Wrong, lost, repeated or overtaken message: ${
          bodyText(bytes, at + BODY_AT, end)
        }`,
      );
    }
    const to = this.#socket.reserve(BODY_AT + 2);
    const out = this.#socket.output;
    putReply(out, to, bytes, at, MESSAGE_ACK, 2);
    out[to + BODY_AT] = 0x7b;
    out[to + BODY_AT + 1] = 0x7d;
  }

  #inOrder(bytes: Uint8Array, at: number, end: number): boolean {
    const value = this.#value;
    const length = value.length;
    if (at < 0 || at + length >= end || bytes[at + length] !== 0x22) {
      return false;
    }
    for (let i = 8; i < length; i++) {
      if (bytes[at + i] !== value[i]) return false;
    }
    const sender = getTag(bytes, at);
    const sequence = getTag(bytes, at + 4);
    const expected = this.#expected[sender];
    this.#expected[sender] = (sequence + 1) & TAG_MASK;
    return sequence === expected;
  }

  closed(): void {
    this.#meter.fail("The gateway closed a connection");
  }
}

/**
 * Connects one service and some edges and starts sending.
 *
 * @param poller the event loop.
 * @param ports the gateway.
 * @param meter receives the counts.
 * @param options shape of the load.
 * @returns the running load.
 */
export function startMessages(
  poller: Poller,
  ports: Ports,
  meter: Meter,
  options: MessageOptions,
): Load {
  const value = utf8(
    base64(crypto.getRandomValues(new Uint8Array(options.payload ?? 24))),
  );
  const service = connectService(poller, ports, { topics: [TOPIC] });
  const edges = Array.from(
    { length: options.edges },
    () => connectEdge(poller, ports),
  );
  const servicePeer = new MessagePeer(service, poller, meter, value);
  const edgePeers = edges.map((edge) =>
    new MessagePeer(edge, poller, meter, value)
  );
  poller.run(50);
  edgePeers.forEach((peer, i) => peer.start(i, "", options.depth));
  for (const edge of edges) {
    servicePeer.start(
      0,
      `,"custom":"${base64(edge.id)}"`,
      options.reverseDepth ?? 0,
    );
  }
  const peers = [servicePeer, ...edgePeers];
  return {
    run: (ms): void => poller.run(ms),
    stop: (limitMs): void => {
      for (const peer of peers) peer.stop();
      poller.until(
        () => peers.every((peer) => peer.outstanding === 0),
        limitMs,
      );
      const lost = peers.reduce((sum, peer) => sum + peer.outstanding, 0);
      if (lost > 0) meter.fail(`${lost} messages were never acknowledged`);
    },
  };
}

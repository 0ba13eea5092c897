/** A peer that speaks packet by packet, without any SDK: what it gets is remembered, what it answers is up to the test. */

import {
  type ConnAckPacket,
  type DataFields,
  type DataPacket,
  decodePacket,
  emptyDataFields,
  encodePacket,
  FEATURES,
  HEADER_SIZE,
  type Packet,
  type PacketType,
  type SessionAckPacket,
  type StreamPacket,
} from "@frontier/proto/internal";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** How a {@linkcode TestPeer} behaves. */
export interface PeerOptions {
  /** Meta of its conn. */
  meta?: Uint8Array | undefined;
  /**
   * The id it wants.
   * @default 0n
   */
  wantedId?: bigint;
  /**
   * First byte of its conn.
   * @default 0x18 as Go peers send it
   */
  flags?: number;
  /**
   * Whether it offers our extensions; without them it acts as a Go peer.
   * @default false
   */
  ours?: boolean;
  /**
   * The extensions that it offers.
   * @default all, if `ours`
   */
  ext?: readonly string[];
  /**
   * Bytes it grants at first, per session and per connection.
   * @default [262144, 16777216]
   */
  window?: [number, number];
}

/** What a test says about the body of a message, request or answer. */
export type Fields = Partial<DataFields>;

/** Packets by the name of their type. */
type Named<T extends PacketType, P = Packet> = P extends { type: infer U }
  ? T extends U ? P : never
  : never;

/** @returns The text in UTF-8. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** @returns The bytes as text; empty when there are none. */
export function text(value: Uint8Array | undefined): string {
  return decoder.decode(value);
}

/**
 * @param id An id.
 * @param before Bytes before it.
 * @returns Custom bytes that end in the id.
 */
export function tail(
  id: bigint,
  before: Uint8Array = new Uint8Array(0),
): Uint8Array<ArrayBuffer> {
  const custom = new Uint8Array(before.length + 8);
  custom.set(before);
  new DataView(custom.buffer).setBigUint64(before.length, id);
  return custom;
}

/** Carries the bytes of a {@linkcode TestPeer}. */
export interface PeerWire {
  /** Sends bytes. */
  write(bytes: Uint8Array): void;
  /** Closes without ceremony. */
  close(): void;
}

/**
 * A peer at the level of packets. It answers nothing but what its rules say:
 * by default it takes part in closes, accepts sessions and acks messages.
 */
export class TestPeer {
  /** How it behaves. */
  readonly options: PeerOptions;
  /** Everything it got, in order; stream bytes are in `data` instead. */
  readonly packets: Packet[] = [];
  /** Stream bytes by session, as they came. */
  readonly data: Map<bigint, Uint8Array[]> = new Map();
  /** Bytes granted to it by session; 0 is the connection. */
  readonly credit: Map<bigint, number> = new Map();
  /** Why the connection is over; `undefined` while it is not. */
  closed: string | undefined = undefined;
  /** The id it was given. */
  id = 0n;
  /** Whether it takes part in closes. */
  polite = true;
  /** Whether it accepts sessions. */
  accepts = true;
  /** Answers a request: fields of the response, or nothing to stay silent. */
  onRequest: (packet: DataPacket) => Fields | undefined = () => undefined;
  /** Acks a message: fields of the ack, or nothing to stay silent. */
  onMessage: (packet: DataPacket) => Fields | undefined = () => ({});
  /** Hears every packet after it was remembered. */
  onPacket: (packet: Packet) => void = () => {};
  /** Whether stream bytes are counted only, not kept. */
  countOnly = false;
  /** Stream bytes that came, by session. */
  readonly counted: Map<bigint, number> = new Map();

  readonly #wire: PeerWire;
  #held = new Uint8Array(0);
  #nextId = 1n;
  #acks: Map<bigint, SessionAckPacket> = new Map();
  #answers: Map<bigint, DataPacket[]> = new Map();
  #dismissed = new Set<bigint>();
  #disconnSent = false;

  /**
   * @param wire Carries the bytes.
   * @param options How it behaves.
   */
  constructor(wire: PeerWire, options: PeerOptions = {}) {
    this.#wire = wire;
    this.options = options;
  }

  /** @returns A packet id that it has not used yet. */
  freshId(): bigint {
    return this.#nextId++;
  }

  /** Sends bytes as they are. */
  write(bytes: Uint8Array): void {
    this.#wire.write(bytes);
  }

  /** Sends a packet. */
  send(packet: Packet): void {
    this.#wire.write(encodePacket(packet));
  }

  /** Closes the connection without ceremony. */
  cut(): void {
    this.#wire.close();
  }

  /** Says who it is. */
  conn(): void {
    const { options } = this;
    const ext = options.ext ?? (options.ours ? FEATURES : []);
    this.send({
      type: "conn",
      packetId: this.freshId(),
      flags: options.flags ?? 0x18,
      clientId: options.wantedId ?? 0n,
      body: {
        meta: options.meta,
        error: "",
        ext: [...ext],
        window: ext.includes("credit")
          ? options.window ?? [262_144, 16_777_216]
          : undefined,
      },
    });
  }

  /** Sends a request. @returns Its packet id. */
  call(method: string, value: string | Fields = {}, session = 1n): bigint {
    const fields = typeof value === "string" ? { value: bytes(value) } : value;
    return this.#data("request", { key: bytes(method), ...fields }, session);
  }

  /** Sends a message. @returns Its packet id. */
  publish(topic: string, value: string | Fields = {}, session = 1n): bigint {
    const fields = typeof value === "string" ? { value: bytes(value) } : value;
    return this.#data("message", { topic, ...fields }, session);
  }

  /** Answers a request or acks a message. */
  answer(packet: DataPacket, fields: Fields = {}): void {
    this.send({
      type: packet.type === "request" ? "response" : "message-ack",
      packetId: packet.packetId,
      sessionId: packet.sessionId,
      body: { ...emptyDataFields(), ...fields },
    });
  }

  /** Announces a method. @returns The packet id. */
  register(method: string, session = 1n): bigint {
    const packetId = this.freshId();
    this.send({
      type: "register",
      packetId,
      sessionId: session,
      method: bytes(method),
    });
    return packetId;
  }

  /** Gives a request up. */
  cancel(packetId: bigint, session = 1n): void {
    this.send({
      type: "request-cancel",
      packetId,
      sessionId: session,
      cancelType: 1,
    });
  }

  /** Asks for a session. @returns The packet id. */
  open(
    peer: string,
    negotiateId: bigint = 1000n + this.#nextId,
    trace?: string,
  ): bigint {
    const packetId = this.freshId();
    this.send({
      type: "session",
      packetId,
      priority: 0,
      flags: 0x10,
      negotiateId,
      body: { error: "", peer, trace },
    });
    return packetId;
  }

  /** Sends stream bytes. */
  stream(session: bigint, data: Uint8Array | string): void {
    this.send({
      type: "stream",
      packetId: this.freshId(),
      sessionId: session,
      data: typeof data === "string" ? bytes(data) : data,
    });
  }

  /** Grants bytes. */
  grant(session: bigint, count: number): void {
    this.send({
      type: "credit",
      packetId: this.freshId(),
      sessionId: session,
      bytes: count,
    });
  }

  /** Starts the close of a session. */
  dismiss(session: bigint): void {
    this.#dismissed.add(session);
    this.send({
      type: "dismiss",
      packetId: this.freshId(),
      sessionId: session,
      body: { error: "", peer: "" },
    });
  }

  /** Starts the close of the connection. */
  disconn(): void {
    this.#disconnSent = true;
    this.send({ type: "disconn", packetId: this.freshId() });
  }

  /** Sends a sign of life. @returns Its packet id. */
  heartbeat(): bigint {
    const packetId = this.freshId();
    this.send({ type: "heartbeat", packetId });
    return packetId;
  }

  /** @returns All packets of a type. */
  all<T extends PacketType>(type: T): Named<T>[] {
    return this.packets.filter((packet) => packet.type === type) as Named<T>[];
  }

  /** @returns The last packet of a type. @throws {Error} If there is none. */
  last<T extends PacketType>(type: T): Named<T> {
    const packet = this.all(type).at(-1);
    if (packet === undefined) {
      throw new Error(
        `Cannot find a packet of type ${type} among ${
          this.packets.map((one) => one.type).join(", ")
        } (closed: ${this.closed})`,
      );
    }
    return packet;
  }

  /** @returns The conn ack. */
  get connAck(): ConnAckPacket {
    return this.last("conn-ack");
  }

  /** @returns The answers to a request or message of ours; one, if all is well. */
  answers(packetId: bigint): DataPacket[] {
    return this.#answers.get(packetId) ?? [];
  }

  /**
   * What a request or message came to.
   *
   * @returns `ok: value` or the error; `none` without an answer.
   * @throws {Error} If it was answered more than once.
   */
  outcome(packetId: bigint): string {
    const answers = this.answers(packetId);
    if (answers.length > 1) {
      throw new Error(`Packet ${packetId} has ${answers.length} answers`);
    }
    const answer = answers[0];
    if (answer === undefined) return "none";
    return answer.body.error === ""
      ? `ok: ${text(answer.body.value)}`
      : answer.body.error;
  }

  /** @returns The ack of an open. */
  sessionAck(packetId: bigint): SessionAckPacket | undefined {
    return this.#acks.get(packetId);
  }

  /** @returns The stream bytes of a session as text. */
  read(session: bigint): string {
    return (this.data.get(session) ?? []).map((part) => text(part)).join("");
  }

  /** @returns How many stream bytes came on a session. */
  count(session: bigint): number {
    return this.counted.get(session) ?? 0;
  }

  /** Takes bytes that came. */
  feed(chunk: Uint8Array): void {
    let buf = chunk;
    if (this.#held.length > 0) {
      buf = new Uint8Array(this.#held.length + chunk.length);
      buf.set(this.#held);
      buf.set(chunk, this.#held.length);
    }
    let at = 0;
    while (buf.length - at >= HEADER_SIZE) {
      const view = new DataView(buf.buffer, buf.byteOffset + at);
      const length = HEADER_SIZE + view.getUint32(10);
      if (buf.length - at < length) break;
      const packet = decodePacket(buf.slice(at, at + length));
      at += length;
      this.#take(packet);
    }
    this.#held = buf.slice(at);
  }

  /** The connection is over. */
  ended(reason: string): void {
    this.closed ??= reason;
  }

  #data(type: "request" | "message", fields: Fields, session: bigint): bigint {
    const packetId = this.freshId();
    this.send({
      type,
      packetId,
      sessionId: session,
      body: { ...emptyDataFields(), ...fields },
    });
    return packetId;
  }

  #take(packet: Packet): void {
    if (packet.type === "stream") this.#stream(packet);
    else this.packets.push(packet);
    switch (packet.type) {
      case "conn-ack":
        this.id = packet.clientId;
        break;
      case "credit":
        this.credit.set(
          packet.sessionId,
          (this.credit.get(packet.sessionId) ?? 0) + packet.bytes,
        );
        break;
      case "session-ack":
        this.#acks.set(packet.packetId, packet);
        break;
      case "response":
      case "message-ack": {
        const list = this.#answers.get(packet.packetId);
        if (list === undefined) this.#answers.set(packet.packetId, [packet]);
        else list.push(packet);
        break;
      }
      case "session":
        if (this.accepts) {
          this.send({
            type: "session-ack",
            packetId: packet.packetId,
            flags: 0,
            negotiateId: packet.negotiateId,
            sessionId: packet.negotiateId,
            body: { error: "", peer: "" },
          });
        }
        break;
      case "request":
      case "message": {
        const fields = packet.type === "request"
          ? this.onRequest(packet)
          : this.onMessage(packet);
        if (fields !== undefined) this.answer(packet, fields);
        break;
      }
      case "dismiss":
        if (!this.polite) break;
        this.send({ ...packet, type: "dismiss-ack" });
        if (!this.#dismissed.has(packet.sessionId)) {
          this.dismiss(packet.sessionId);
        }
        break;
      case "disconn":
        if (!this.polite) break;
        this.send({
          type: "disconn-ack",
          packetId: packet.packetId,
          returnCode: 0,
          body: { error: "", ext: [], window: undefined },
        });
        if (!this.#disconnSent) this.disconn();
        break;
    }
    this.onPacket(packet);
  }

  #stream(packet: StreamPacket): void {
    const { sessionId, data } = packet;
    this.counted.set(sessionId, this.count(sessionId) + data.length);
    if (this.countOnly) return;
    const list = this.data.get(sessionId);
    if (list === undefined) this.data.set(sessionId, [data]);
    else list.push(data);
  }
}

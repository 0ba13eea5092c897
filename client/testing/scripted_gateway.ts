/**
 * The server side of connections, doing what a test says: it answers, refuses,
 * keeps silent, or cuts.
 *
 * @module
 */

import {
  type CloseReason,
  type DataFields,
  decodeDataBody,
  emptyDataFields,
  encodeDataBody,
  type FrameReader,
  Link,
  LINK_SETTINGS,
  type LinkHandler,
  type LinkSettings,
  Pending,
  type Session,
  TYPE_MESSAGE,
  TYPE_MESSAGE_ACK,
  TYPE_REQUEST,
  TYPE_RESPONSE,
  type Verdict,
} from "@frontier/proto/internal";
import {
  Driver,
  MemoryNetwork,
  type Transport,
} from "@frontier/platform/internal";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A request or message that arrived, and how to answer it. */
export interface Arrival {
  /** The connection. */
  readonly connection: GatewaySide;
  /** The session. */
  readonly session: Session;
  /** Its fields. */
  readonly fields: DataFields;
  /** Method of a request, topic of a message. */
  readonly name: string;
  /** The payload as text. */
  readonly text: string;
  /** Answers it with data. */
  done(value?: Uint8Array | string): void;
  /** Answers it with an error of the application, or with one of the gateway. */
  error(text: string, verdict?: Verdict): void;
}

/** What a test wants; everything else is done as a friendly gateway would. */
export interface Script {
  /** Instead of accepting a client; call `link.accept` or `link.refuse`, or not. */
  onConn?(link: Link, meta: string, wantedId: bigint): void;
  /** Instead of echoing a request. */
  onRequest?(request: Arrival): void;
  /** Instead of acknowledging a message. */
  onMessage?(message: Arrival): void;
  /** Instead of confirming a method. */
  onRegister?(connection: GatewaySide, method: string, ack: () => void): void;
  /** Instead of accepting a session. */
  onSession?(session: Session): void;
  /** Instead of consuming raw bytes. */
  onStream?(session: Session, bytes: Uint8Array): void;
  /** Settings of the links; `features: []` makes it like a Go gateway. */
  settings?: Partial<LinkSettings>;
}

/** One connection at the gateway. */
export class GatewaySide implements LinkHandler {
  /** The engine. */
  readonly link: Link;
  /** Resolved when the connection is over. */
  readonly closed: Promise<string>;
  readonly #gateway: ScriptedGateway;
  readonly #transport: Transport;
  #resolveClosed!: (reason: string) => void;

  constructor(gateway: ScriptedGateway, transport: Transport) {
    this.#gateway = gateway;
    this.#transport = transport;
    this.closed = new Promise((resolve) => this.#resolveClosed = resolve);
    const settings = { ...LINK_SETTINGS, ...gateway.script.settings };
    const driver = new Driver(transport);
    this.link = new Link("server", settings, this, driver);
    void driver.run(this.link);
  }

  /** Cuts it without a word. */
  cut(): void {
    this.#transport.close();
  }

  /** Sends a request; resolves with the response. */
  request(
    method: string,
    value = "",
    fields: Partial<DataFields> = {},
    session: Session = this.link.defaultSession,
  ): Promise<DataFields> & { pending: Pending<Session> } {
    const key = encoder.encode(method);
    return this.#send(TYPE_REQUEST, session, {
      key,
      value: encoder.encode(value),
      ...fields,
    });
  }

  /** Sends a message; resolves with the ack. */
  publish(
    topic: string,
    value = "",
    fields: Partial<DataFields> = {},
    session: Session = this.link.defaultSession,
  ): Promise<DataFields> {
    return this.#send(TYPE_MESSAGE, session, {
      topic,
      value: encoder.encode(value),
      ...fields,
    });
  }

  #send(
    type: number,
    session: Session,
    fields: Partial<DataFields>,
  ): Promise<DataFields> & { pending: Pending<Session> } {
    const { link } = this;
    const answer = new Answer();
    if (!link.expect(answer, session, link.timers.now() + 20_000)) {
      throw new Error("Cannot ask: too much is asked already");
    }
    const body = encodeDataBody({ ...emptyDataFields(), ...fields });
    link.writeBody(session, type, answer.idHi, answer.idLo, body);
    return Object.assign(answer.promise, { pending: answer });
  }

  onConn(
    link: Link,
    request: {
      wantedHi: number;
      wantedLo: number;
      meta: Uint8Array | undefined;
    },
  ): void {
    const meta = decoder.decode(request.meta);
    const wanted = (BigInt(request.wantedHi) << 32n) |
      BigInt(request.wantedLo);
    this.#gateway.log.push(`conn ${meta}`);
    const { onConn } = this.#gateway.script;
    if (onConn) onConn(link, meta, wanted);
    else link.accept(0x66c4b1a6, ++this.#gateway.accepted);
  }

  onOpen(): void {}

  onRefused(): void {}

  onRequest(session: Session, frame: FrameReader): void {
    const arrival = this.#arrival(TYPE_RESPONSE, session.link, session, frame);
    this.#gateway.log.push(`request ${arrival.name}`);
    const { onRequest } = this.#gateway.script;
    if (onRequest) onRequest(arrival);
    else arrival.done(arrival.fields.value);
  }

  onMessage(session: Session, frame: FrameReader): void {
    const arrival = this.#arrival(
      TYPE_MESSAGE_ACK,
      session.link,
      session,
      frame,
    );
    this.#gateway.log.push(`message ${arrival.name}`);
    const { onMessage } = this.#gateway.script;
    if (onMessage) onMessage(arrival);
    else arrival.done();
  }

  onCancel(): void {
    this.#gateway.log.push("cancel");
  }

  onRegister(session: Session, frame: FrameReader): void {
    const { buf, bodyStart, bodyEnd, idHi, idLo } = frame;
    const method = decoder.decode(buf.subarray(bodyStart, bodyEnd));
    this.#gateway.log.push(`register ${method}`);
    const ack = () => session.link.ackRegister(session, idHi, idLo);
    const { onRegister } = this.#gateway.script;
    if (onRegister) onRegister(this, method, ack);
    else ack();
  }

  onStream(session: Session, frame: FrameReader): void {
    const bytes = frame.buf.slice(frame.bodyStart, frame.bodyEnd);
    const { onStream } = this.#gateway.script;
    if (onStream) onStream(session, bytes);
    else session.consume(bytes.length);
  }

  onSession(session: Session): void {
    this.#gateway.log.push(`session ${session.peer}`);
    const { onSession } = this.#gateway.script;
    if (onSession) onSession(session);
    else session.accept();
  }

  onSessionOpen(): void {
    this.#gateway.log.push("session open");
  }

  onSessionEnd(): void {
    this.#gateway.log.push("session end");
  }

  onSessionClosed(_session: Session, reason: CloseReason): void {
    this.#gateway.log.push(`session closed: ${reason.text}`);
  }

  onWritable(): void {}

  onLeaving(): void {}

  onClosed(_link: Link, reason: CloseReason): void {
    this.#resolveClosed(reason.text);
  }

  #arrival(
    type: number,
    link: Link,
    session: Session,
    frame: FrameReader,
  ): Arrival {
    const { idHi, idLo } = frame;
    const fields = decodeDataBody(frame.buf, frame.bodyStart, frame.bodyEnd);
    const answer = (part: Partial<DataFields>) => {
      const key = fields.key;
      const body = encodeDataBody({ ...emptyDataFields(), key, ...part });
      link.writeBody(session, type, idHi, idLo, body);
    };
    return {
      connection: this,
      session,
      fields,
      name: type === TYPE_RESPONSE ? decoder.decode(fields.key) : fields.topic,
      text: decoder.decode(fields.value),
      done: (value) =>
        answer({
          value: typeof value === "string" ? encoder.encode(value) : value,
        }),
      error: (error, verdict = "") => answer({ error, verdict }),
    };
  }
}

/** Listens in memory and follows a script. */
export class ScriptedGateway implements Disposable {
  /** What arrived, in order. */
  readonly log: string[] = [];
  /** Its connections, the newest last. */
  readonly connections: GatewaySide[] = [];
  /** What it does; may be changed at any time. */
  script: Script;
  /** Clients accepted. */
  accepted = 0;
  /** Dials so far. */
  dials = 0;
  #network = new MemoryNetwork();
  #waiting: ((side: GatewaySide) => void)[] = [];
  #down = false;

  constructor(script: Script = {}) {
    this.script = script;
    void this.#listen(this.#network);
  }

  /** Dials it. */
  readonly dial = (): Transport => {
    this.dials++;
    if (this.#down) throw new Error("Cannot connect: connection refused");
    return this.#network.connect();
  };

  /** The connection dialled last. */
  get side(): GatewaySide {
    return this.connections.at(-1)!;
  }

  /** Waits for the next connection. */
  next(): Promise<GatewaySide> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Refuses connections from now on, and cuts those there are. */
  down(): void {
    this.#down = true;
    for (const side of this.connections) side.cut();
  }

  /** Listens again. */
  up(): void {
    this.#down = false;
  }

  [Symbol.dispose](): void {
    this.#network.close();
    for (const side of this.connections) {
      side.link.fail({ kind: "lost", text: "test over" });
      side.cut();
    }
  }

  async #listen(network: MemoryNetwork): Promise<void> {
    while (true) {
      let transport: Transport;
      try {
        transport = await network.accept();
      } catch {
        return;
      }
      const side = new GatewaySide(this, transport);
      this.connections.push(side);
      for (const resolve of this.#waiting.splice(0)) resolve(side);
    }
  }
}

/** Waits for one answer. */
class Answer extends Pending<Session> {
  readonly promise: Promise<DataFields>;
  #resolve!: (fields: DataFields) => void;

  constructor() {
    super();
    this.promise = new Promise((resolve) => this.#resolve = resolve);
  }

  override onAnswer(frame: FrameReader): void {
    this.#resolve(decodeDataBody(frame.buf, frame.bodyStart, frame.bodyEnd));
  }

  override onFail(reason: string): void {
    this.#resolve({ ...emptyDataFields(), error: reason });
  }
}

/** Waits until a condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  const endsAt = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > endsAt) {
      throw new Error(`Gave up waiting for ${condition}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/**
 * Calls and publishes, as operations.
 *
 * @module
 */

import {
  DataBody,
  type FrameReader,
  FrontierError,
  type Link,
  type Session,
  TYPE_MESSAGE,
  TYPE_REQUEST,
} from "@frontier/proto";
import {
  checkSize,
  EMPTY_HEAD,
  methodHead,
  type Outgoing,
  writeOutgoing,
} from "./body_writer.ts";
import { checkName } from "../check.ts";
import { malformed, Operation } from "./operation.ts";
import {
  checkPayload,
  NO_BYTES,
  type Payload,
  payloadBytes,
} from "../payload.ts";
import { Reply } from "./reply.ts";

const body = new DataBody();

/** Who waits for an operation. */
export interface Waiter<T> {
  /** It succeeded. */
  resolve(value: T): void;
  /** It failed. */
  reject(error: FrontierError): void;
}

/** Where an operation goes and how long it may take. */
export interface Route {
  /** The edge it is for; `undefined` where the gateway decides. */
  readonly edgeId: bigint | undefined;
  /** The stream it goes through; `undefined` outside of streams. */
  readonly streamId: bigint | undefined;
  /** Hears of the error that the answer carries. */
  readonly onError: (error: FrontierError) => void;
  /** Opaque bytes beside the data. */
  readonly custom: Payload | undefined;
  /** Milliseconds it may take. */
  readonly timeoutMs: number;
  /** Gives up when aborted. */
  readonly signal: AbortSignal | undefined;
}

/** What calls and publishes share: one frame out, one body back. */
abstract class Exchange<T> extends Operation implements Outgoing {
  abstract readonly head: Uint8Array;
  abstract readonly topic: string | undefined;
  data: Payload;
  custom: Uint8Array | undefined;
  readonly edgeId: bigint | undefined;
  readonly streamId: bigint | undefined;
  protected readonly waiter: Waiter<T>;
  readonly #onError: (error: FrontierError) => void;

  constructor(data: Payload, route: Route, waiter: Waiter<T>) {
    super(route.timeoutMs, route.signal);
    this.data = checkPayload(data);
    this.custom = route.custom === undefined
      ? undefined
      : payloadBytes(route.custom);
    this.edgeId = route.edgeId;
    this.streamId = route.streamId;
    this.#onError = route.onError;
    this.waiter = waiter;
  }

  override get bytes(): number {
    return this.head.length + (this.topic?.length ?? 0) + this.data.length +
      (this.custom?.length ?? 0);
  }

  override prepare(maxPayload: number): void {
    checkSize({ maxPayload }, this);
    this.data = payloadBytes(this.data).slice();
    this.custom = this.custom?.slice();
  }

  protected abstract readonly type: number;

  protected override write(link: Link, session: Session, leftMs: number): void {
    // A Go peer takes the field for what its own callers never send: silence.
    const told = link.ours && leftMs < Infinity ? leftMs : 0;
    const { idHi, idLo } = this;
    writeOutgoing(link, session, this.type, idHi, idLo, this, told);
    this.data = NO_BYTES;
  }

  protected override reject(error: FrontierError): void {
    this.waiter.reject(error);
  }

  protected override lost(): void {
    if (this.streamId === undefined) super.lost();
    else {
      const message = `Cannot ${this.what}: the stream ended before the answer`;
      this.fail(new FrontierError("force-closed", message));
    }
  }

  /** Reads the answer; `false` when the caller was told of an error. */
  protected read(link: Link, frame: FrameReader): boolean {
    if (!body.read(frame.buf, frame.bodyStart, frame.bodyEnd)) {
      this.waiter.reject(malformed(link, this.what));
      return false;
    }
    if (body.errorEnd > body.errorStart) {
      const error = FrontierError.fromWire(
        body.errorText(),
        link.verdict,
        body.verdict,
        this.what,
      );
      this.waiter.reject(error);
      this.#onError(error);
      return false;
    }
    return true;
  }
}

/** A call that waits for its response. */
export class Call extends Exchange<Reply> {
  override readonly head: Uint8Array;
  override readonly topic = undefined;
  protected override readonly type = TYPE_REQUEST;
  readonly #method: string;

  /**
   * Prepares a call.
   *
   * @param method The method.
   * @param data The data.
   * @param route Where it goes.
   * @param waiter Who waits.
   */
  constructor(
    method: string,
    data: Payload,
    route: Route,
    waiter: Waiter<Reply>,
  ) {
    super(data, route, waiter);
    this.#method = checkName(method, "method");
    this.head = methodHead(method);
  }

  /** @inheritdoc */
  override get what(): string {
    const method = `call "${this.#method}"`;
    if (this.edgeId !== undefined) return `${method} of edge ${this.edgeId}`;
    return this.streamId === undefined
      ? method
      : `${method} on stream ${this.streamId}`;
  }

  protected override get cancels(): boolean {
    return true;
  }

  protected override answer(link: Link, frame: FrameReader): void {
    if (this.read(link, frame)) {
      this.waiter.resolve(new Reply(body.valueBytes()));
    }
  }
}

/** A message that waits for its acknowledgement. */
export class Publish extends Exchange<void> {
  override readonly head: Uint8Array = EMPTY_HEAD;
  override readonly topic: string;
  protected override readonly type = TYPE_MESSAGE;

  /**
   * Prepares a publish.
   *
   * @param topic The topic.
   * @param data The data.
   * @param route Where it goes.
   * @param waiter Who waits.
   */
  constructor(
    topic: string,
    data: Payload,
    route: Route,
    waiter: Waiter<void>,
  ) {
    super(data, route, waiter);
    this.topic = checkName(topic, "topic");
  }

  /** @inheritdoc */
  override get what(): string {
    if (this.edgeId !== undefined) return `publish to edge ${this.edgeId}`;
    return this.streamId === undefined
      ? `publish to topic "${this.topic}"`
      : `publish on stream ${this.streamId}`;
  }

  protected override answer(link: Link, frame: FrameReader): void {
    if (this.read(link, frame)) this.waiter.resolve();
  }
}

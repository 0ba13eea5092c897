/**
 * What calls and publishes have in common.
 *
 * @module
 */

import {
  DataBody,
  type FrameReader,
  FrontierError,
  type Link,
  type Session,
} from "@frontier/proto/internal";
import { checkSize, type Outgoing, writeOutgoing } from "./body_writer.ts";
import { malformed, Operation } from "./operation.ts";
import {
  checkPayload,
  NO_BYTES,
  type Payload,
  payloadBytes,
} from "../payload.ts";

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
export abstract class DataOperation<T> extends Operation implements Outgoing {
  /** The beginning of the body. */
  abstract readonly head: Uint8Array;
  /** The topic of a message. */
  abstract readonly topic: string | undefined;
  /** What is sent; given up once it is. */
  data: Payload;
  /** Opaque bytes beside the data. */
  custom: Uint8Array | undefined;
  /** The edge it is for; `undefined` where the gateway decides. */
  readonly edgeId: bigint | undefined;
  /** The stream it goes through; `undefined` outside of streams. */
  readonly streamId: bigint | undefined;
  /** Context of the trace it belongs to; set before it is submitted. */
  trace: string | undefined = undefined;
  /** Who waits. */
  protected readonly waiter: Waiter<T>;
  readonly #onError: (error: FrontierError) => void;

  /**
   * Prepares an operation.
   *
   * @param data What is sent.
   * @param route Where it goes and how long it may take.
   * @param waiter Who waits.
   */
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

  /** Type of its packet. */
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

  /** Reads the answer, which is valid until the next one; `undefined` when the caller was told of an error. */
  protected read(link: Link, frame: FrameReader): DataBody | undefined {
    if (!body.read(frame.buf, frame.bodyStart, frame.bodyEnd)) {
      this.waiter.reject(malformed(link, this.what));
      return undefined;
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
      return undefined;
    }
    return body;
  }
}

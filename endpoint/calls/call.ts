/**
 * Calls, as operations.
 *
 * @module
 */

import {
  type FrameReader,
  type Link,
  TYPE_REQUEST,
} from "@frontier/proto/internal";
import { checkName, quoted } from "../check.ts";
import type { Payload } from "../payload.ts";
import { methodHead } from "./body_writer.ts";
import { DataOperation, type Route, type Waiter } from "./data_operation.ts";
import { makeReply, type Reply } from "./reply.ts";

/** A call that waits for its response. */
export class Call extends DataOperation<Reply> {
  override readonly head: Uint8Array;
  override readonly topic = undefined;
  protected override readonly type = TYPE_REQUEST;
  readonly #method: string;

  /**
   * Prepares a call.
   *
   * @param method Its name; upper and lower case differ.
   * @param data Bytes, or text that is sent as UTF-8; taken over when it is
   * sent.
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
    const method = `call ${quoted(this.#method)}`;
    if (this.edgeId !== undefined) return `${method} of edge ${this.edgeId}`;
    return this.streamId === undefined
      ? method
      : `${method} on stream ${this.streamId}`;
  }

  protected override get cancels(): boolean {
    return true;
  }

  protected override answer(link: Link, frame: FrameReader): void {
    const body = this.read(link, frame);
    if (body !== undefined) this.waiter.resolve(makeReply(body.valueBytes()));
  }
}

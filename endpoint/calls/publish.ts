/**
 * Publishes, as operations.
 *
 * @module
 */

import {
  type FrameReader,
  type Link,
  TYPE_MESSAGE,
} from "@frontier/proto/internal";
import { checkName, quoted } from "../check.ts";
import type { Payload } from "../payload.ts";
import { EMPTY_HEAD } from "./body_writer.ts";
import { DataOperation, type Route, type Waiter } from "./data_operation.ts";

/** A message that waits for its acknowledgement. */
export class Publish extends DataOperation<void> {
  override readonly head: Uint8Array = EMPTY_HEAD;
  override readonly topic: string;
  protected override readonly type = TYPE_MESSAGE;

  /**
   * Prepares a publish.
   *
   * @param topic Where it goes; empty where the receiver is given otherwise.
   * @param data Bytes, or text that is sent as UTF-8; taken over when it is
   * sent.
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
      ? `publish to topic ${quoted(this.topic)}`
      : `publish on stream ${this.streamId}`;
  }

  protected override answer(link: Link, frame: FrameReader): void {
    if (this.read(link, frame) !== undefined) this.waiter.resolve();
  }
}

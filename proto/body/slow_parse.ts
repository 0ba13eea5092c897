/**
 * The full parse of data bodies, for every shape that the scan of `DataBody`
 * does not know: as lenient and as strict as Go's encoding/json is with the same
 * structure, so that what passes here cannot make a Go peer drop its connection.
 *
 * Source: docs/spec/wire.md §1.5 and §1.6.8.
 *
 * @module
 */

import type { BodyView } from "./body_view.ts";
import { DataMembers, readDataMembers } from "./data_members.ts";
import { Requote } from "./json_requote.ts";
import type { Budget, Steps } from "./json_scan.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import { earlierDeadline } from "./rfc3339.ts";
import { UsualBody } from "./usual_body.ts";

const NANOS_PER_MILLI = 1e6;

/** How far a {@linkcode SlowParse} is. */
export type Progress = "more" | "done" | "malformed";

/**
 * The parse of one data body, in parts.
 *
 * `DataBody.scan` tells that a body needs this. Make one over the same range,
 * then call `step` until it no longer returns `"more"`, with whatever else there
 * is to do between two steps; a step does the work of so many bytes as it is
 * told, and a megabyte takes some ten milliseconds. When the parse is `"done"`,
 * `fill` makes any `DataBody` say what was read, just as `DataBody.read` would
 * have, as often as it is called. Until then the parse looks at the buffer that
 * it was given, so pause whoever would write there; what `fill` gives lies in a
 * buffer of the parse's own.
 *
 * @example
 * ```ts
 * import { DataBody, SlowParse } from "@frontier/proto/internal";
 *
 * const buf = new TextEncoder().encode('{"value":[104,105],"key":"ZWNobw=="}');
 * const body = new DataBody();
 * if (body.scan(buf, 0, buf.length)) throw new Error("Not the usual shape");
 * const parse = new SlowParse(buf, 0, buf.length);
 * while (parse.step(16) === "more");
 * parse.fill(body);
 * if (body.methodText() !== "echo") throw new Error("Not read");
 * ```
 */
export class SlowParse {
  /** Why the body is malformed; `undefined` while it is not. */
  error: ProtocolError | undefined;
  readonly #budget: Budget = { left: 0 };
  readonly #members = new DataMembers(this.#budget);
  readonly #buf: Uint8Array;
  #reading: Steps | undefined;
  #topic: Requote | undefined;
  #usual: UsualBody | undefined;
  #topicAt = 0;
  #result: BodyView | undefined;

  /**
   * Begins before the body.
   *
   * @param buf Holds the body; the range must not change before the end.
   * @param start First byte of the body.
   * @param end Byte after the body.
   */
  constructor(buf: Uint8Array, start: number, end: number) {
    this.#buf = buf;
    this.#reading = readDataMembers(this.#members, buf, start, end);
  }

  /**
   * Goes on.
   *
   * @param maxBytes How much to do before it returns: the work of so many bytes
   * of the body, of which most are looked at two or three times.
   * @returns Whether there is more to do, or how it ended: malformed is exactly
   * what a Go peer would refuse.
   */
  step(maxBytes: number): Progress {
    if (this.error !== undefined) return "malformed";
    if (this.#result !== undefined) return "done";
    this.#budget.left = maxBytes;
    try {
      return this.#step() ? "done" : "more";
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.error = error;
      return "malformed";
    }
  }

  #step(): boolean {
    if (this.#reading !== undefined) {
      if (!this.#reading.step()) return false;
      this.#reading = undefined;
      const { start, end } = this.#members.topic;
      if (end > start) {
        this.#topic = new Requote(this.#buf, start, end, this.#budget);
      }
    }
    if (this.#usual === undefined) {
      if (this.#topic?.measure() === false) return false;
      // What is no topic is written by copies, each in one go.
      if (this.#budget.left <= 0) return false;
      const { start, end } = this.#members.error;
      const error = this.#buf.subarray(start, end);
      const topicLength = this.#topic?.length ?? 0;
      this.#usual = new UsualBody(this.#members, error, topicLength);
      this.#topicAt = this.#usual.begin();
    }
    if (this.#topic?.write(this.#usual.out, this.#topicAt) === false) {
      return false;
    }
    this.#result = this.#withTimes(this.#usual.end());
    return true;
  }

  #withTimes(view: BodyView): BodyView {
    const { timeout, deadline, contextDeadline } = this.#members;
    const timeoutNs = timeout.value();
    if (timeoutNs > 0n) view.timeoutMs = Number(timeoutNs) / NANOS_PER_MILLI;
    view.deadlineMs = earlierDeadline(
      deadline.unixMillis,
      contextDeadline.unixMillis,
    );
    return view;
  }

  /**
   * Makes a view say what was read.
   *
   * @param body The view.
   * @throws {Error} If the parse is not done.
   */
  fill(body: BodyView): void {
    if (this.#result === undefined) {
      throw new Error("Cannot fill a body: its parse is not done");
    }
    Object.assign(body, this.#result);
  }
}

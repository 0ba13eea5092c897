/**
 * Where the fields of a data body lie.
 *
 * Source: docs/spec/wire.md §1.6.8.
 *
 * @module
 */

import type { Verdict } from "../errors/verdict.ts";

/**
 * Where the fields of a body lie in a buffer. A field's offsets enclose what is
 * between its quotes; start and end are equal when it is absent or empty.
 */
export interface BodyView {
  /** The buffer that all offsets are for. */
  buf: Uint8Array;
  /** First byte of the body. */
  start: number;
  /** Byte after the body. */
  end: number;
  /** First character of the method name, in base64. */
  keyStart: number;
  /** End of the method name. */
  keyEnd: number;
  /** First character of the payload, in base64. */
  valueStart: number;
  /** End of the payload. */
  valueEnd: number;
  /** First byte of the topic, a JSON string's inside. */
  topicStart: number;
  /** End of the topic. */
  topicEnd: number;
  /** First character of the custom bytes, in base64. */
  customStart: number;
  /** End of the custom bytes. */
  customEnd: number;
  /** First byte of the error, a JSON string's inside. */
  errorStart: number;
  /** End of the error. */
  errorEnd: number;
  /** What the one who wrote the error says about it; empty without an error. */
  verdict: Verdict;
  /** First character of the context of its trace, 55 characters; 0 when there is none. */
  traceStart: number;
  /** Index after the closing quote of the last of key, value and topic; after the brace when there is none. */
  headEnd: number;
  /** Time left to answer in milliseconds, perhaps with a fraction; 0 when there is none. */
  timeoutMs: number;
  /** The earlier of the two deadlines in Unix milliseconds of the sender's clock; 0 when there is none. */
  deadlineMs: number;
}

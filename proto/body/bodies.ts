/**
 * What the JSON bodies of packets say.
 *
 * @module
 */

import type { Verdict } from "../errors/verdict.ts";
import type { TimeValue } from "./rfc3339.ts";

/** The fields of message, message ack, request and response. */
export interface DataFields {
  /** Method name of a request or response, in bytes. */
  key: Uint8Array | undefined;
  /** Payload. */
  value: Uint8Array | undefined;
  /** Topic of a message; empty when absent. */
  topic: string;
  /** Opaque bytes beside the payload. */
  custom: Uint8Array | undefined;
  /** Reason of a failure; empty on success. */
  error: string;
  /** What the one who wrote the error says about it; ours, empty in bodies of Go peers. */
  verdict: Verdict;
  /** Context of the trace that a request or message belongs to; ours, absent when there is none. */
  trace?: string;
  /** Time left to answer, in nanoseconds; 0 when absent. */
  timeoutNs: bigint;
  /** Instant of the sender's clock at which its timeout ends. */
  deadline: TimeValue;
  /** Instant of the sender's clock at which its caller's context ends. */
  contextDeadline: TimeValue;
}

/** The JSON of conn, conn ack and disconn ack. */
export interface ConnBody {
  /** Free bytes of the client; absent when empty. */
  meta?: Uint8Array | undefined;
  /** Reason of a refusal; empty on success. */
  error: string;
  /** Extensions offered or taken; ours, Go peers never set or read it. */
  ext: string[];
  /** First stream credit per session and per connection, in bytes; ours. */
  window: [number, number] | undefined;
}

/** The JSON of session, session ack, dismiss and dismiss ack. */
export interface SessionBody {
  /** Free bytes of the opener; absent when empty. */
  meta?: Uint8Array | undefined;
  /** Reason of a refusal; empty on success. */
  error: string;
  /** Whom the session is for: a service's name or an edge's id. */
  peer: string;
  /** Context of the trace that an open belongs to; ours, absent when there is none. */
  trace?: string | undefined;
}

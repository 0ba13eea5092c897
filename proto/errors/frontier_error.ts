/**
 * The one error class of the SDKs, and the table between its codes and the
 * texts of the wire.
 *
 * @module
 */

import type { Verdict } from "./verdict.ts";
import * as text from "./wire_errors.ts";

/**
 * What went wrong.
 *
 * | code | meaning |
 * | --- | --- |
 * | `eof` | the end or the stream is closed; nothing was sent |
 * | `force-closed` | the connection, the stream or the target was lost while the operation was under way |
 * | `not-connected` | there is no connection to the gateway, or it could not be dialled |
 * | `refused` | the gateway refused the connection or the operation; the reason is the message |
 * | `protocol` | the peer broke the wire protocol |
 * | `timeout` | the time granted has passed |
 * | `canceled` | the caller's signal was aborted |
 * | `short-buffer` | a bounded buffer or queue is full, here or at the other side |
 * | `payload-too-large` | the encoded payload exceeds the limit; nothing was sent (a Go peer says so of its answer, too) |
 * | `edge-not-online` | no edge with that id is connected |
 * | `service-not-online` | no service takes that name |
 * | `rpc-not-online` | no service registered that method |
 * | `topic-not-online` | nobody takes that topic |
 * | `broker-unavailable` | the broker that takes that topic cannot be reached |
 * | `outcome-unknown` | the broker that takes that topic did not say in time whether it has the message |
 * | `no-such-rpc` | the callee has no handler for that method |
 * | `answer-lost` | the operation was carried out, but its answer could not be delivered |
 * | `remote` | an error of the other side's application, with its text |
 */
export type FrontierErrorCode =
  | "eof"
  | "force-closed"
  | "not-connected"
  | "refused"
  | "protocol"
  | "timeout"
  | "canceled"
  | "short-buffer"
  | "payload-too-large"
  | "edge-not-online"
  | "service-not-online"
  | "rpc-not-online"
  | "topic-not-online"
  | "broker-unavailable"
  | "outcome-unknown"
  | "no-such-rpc"
  | "answer-lost"
  | "remote";

/** What to keep with a {@linkcode FrontierError}. */
export interface FrontierErrorOptions {
  /** The error behind this one. */
  readonly cause?: unknown;
  /**
   * Whether the operation was surely not carried out and may succeed later.
   *
   * @default {by code}
   */
  readonly retryable?: boolean;
}

const CODE_OF_TEXT: ReadonlyMap<string, FrontierErrorCode> = new Map([
  [text.EOF, "eof"],
  [text.CLOSED_PIPE, "eof"],
  [text.CLOSED_MULTIPLEXER, "eof"],
  [text.FORCE_CLOSED, "force-closed"],
  [text.SYNC_CLOSED, "force-closed"],
  [text.TIMEOUT, "timeout"],
  [text.IO_TIMEOUT, "timeout"],
  [text.CONTEXT_DEADLINE_EXCEEDED, "timeout"],
  [text.CONTEXT_CANCELED, "canceled"],
  [text.SYNC_CANCELED, "canceled"],
  [text.SHORT_BUFFER, "short-buffer"],
  [text.TOO_MANY_SESSIONS, "short-buffer"],
  [text.PAYLOAD_TOO_LARGE, "payload-too-large"],
  [text.SESSION_META_TOO_LARGE, "payload-too-large"],
  [text.ANSWER_LOST, "answer-lost"],
  [text.EDGE_NOT_ONLINE, "edge-not-online"],
  [text.SERVICE_NOT_ONLINE, "service-not-online"],
  [text.RECORD_NOT_FOUND, "rpc-not-online"],
  [text.RPC_NOT_ONLINE, "rpc-not-online"],
  [text.TOPIC_NOT_ONLINE, "topic-not-online"],
  [text.BROKER_UNAVAILABLE, "broker-unavailable"],
  [text.OUTCOME_UNKNOWN, "outcome-unknown"],
  [text.ILLEGAL_EDGE_ID, "refused"],
  [text.ILLEGAL_CUSTOM, "refused"],
  [text.METHOD_NOT_ALLOWED, "refused"],
]);

const TEXT_OF_CODE: Readonly<Partial<Record<FrontierErrorCode, string>>> = {
  "eof": text.EOF,
  "force-closed": text.FORCE_CLOSED,
  "not-connected": text.EOF,
  "timeout": text.TIMEOUT,
  "canceled": text.CONTEXT_CANCELED,
  "short-buffer": text.SHORT_BUFFER,
  "payload-too-large": text.PAYLOAD_TOO_LARGE,
  "answer-lost": text.ANSWER_LOST,
  "edge-not-online": text.EDGE_NOT_ONLINE,
  "service-not-online": text.SERVICE_NOT_ONLINE,
  "rpc-not-online": text.RECORD_NOT_FOUND,
  "topic-not-online": text.TOPIC_NOT_ONLINE,
  "broker-unavailable": text.BROKER_UNAVAILABLE,
  "outcome-unknown": text.OUTCOME_UNKNOWN,
};

/** Why an answer is not delivered, where the answer says that the operation was done. */
const ANSWER_LOSSES: ReadonlySet<string> = new Set([
  text.SHORT_BUFFER,
  text.PAYLOAD_TOO_LARGE,
  text.ANSWER_LOST,
]);

const RETRYABLE: ReadonlySet<FrontierErrorCode> = new Set([
  "not-connected",
  "short-buffer",
  "edge-not-online",
  "service-not-online",
  "rpc-not-online",
  "topic-not-online",
  "broker-unavailable",
  "no-such-rpc",
]);

/**
 * An error of the SDKs. Only the text of an error crosses the wire, and between
 * peers with `verdict` also whether it is the application's. A peer without it
 * whose application passes the text of a gateway error on is taken for the
 * gateway.
 *
 * @example From the wire and back
 * ```ts
 * import { FrontierError } from "@frontier/proto";
 * import { assertEquals } from "@std/assert";
 *
 * const error = FrontierError.fromWire("record not found");
 * assertEquals(error.code, "rpc-not-online");
 * assertEquals(error.retryable, true);
 * assertEquals(error.toWire(), "record not found");
 * ```
 */
export class FrontierError extends Error {
  /** Always `FrontierError`. */
  override readonly name = "FrontierError";
  /** What went wrong. */
  readonly code: FrontierErrorCode;
  /**
   * Whether the operation was surely not carried out, and the same one may
   * succeed later.
   */
  readonly retryable: boolean;
  #wireText: string | undefined;

  /**
   * Makes an error.
   *
   * @param code What went wrong.
   * @param message What to tell a human.
   * @param options The cause, and whether to try again.
   */
  constructor(
    code: FrontierErrorCode,
    message: string,
    options: FrontierErrorOptions = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retryable = options.retryable ?? RETRYABLE.has(code);
  }

  /**
   * The error of a text from the wire (docs/spec/wire.md §10).
   *
   * @param wireText The text; an unknown one is the application's.
   * @param negotiated Whether the connection it came on has `verdict`.
   * @param verdict What the answer says beside the text; without it, where it
   * could have been said, the error is the application's, whatever its text.
   * @param what What failed, for the message: `call "echo" of edge 42`.
   * @returns The error, whose message has the text in it.
   */
  static fromWire(
    wireText: string,
    negotiated = false,
    verdict: Verdict = "",
    what = "",
  ): FrontierError {
    const own = !negotiated || verdict !== "";
    const lost = negotiated && verdict === "unknown" &&
      ANSWER_LOSSES.has(wireText);
    const code = lost ? "answer-lost" : own ? errorCodeOf(wireText) : "remote";
    const error = new FrontierError(
      code,
      what === ""
        ? wireText
        : lost
        ? `Cannot ${what}: it was done, and its answer is lost (${wireText})`
        : `Cannot ${what}: ${inWords(wireText, own)}`,
      negotiated && verdict !== "not-run" ? { retryable: false } : {},
    );
    error.#wireText = wireText;
    return error;
  }

  /**
   * The text of the other side, as it crossed the wire; `undefined` when the
   * error was made here.
   */
  get wireText(): string | undefined {
    return this.#wireText;
  }

  /**
   * Makes any thrown value a `FrontierError`.
   *
   * @param thrown What was thrown.
   * @param code The code of what is not a `FrontierError` yet.
   * @returns The value itself if it is one, otherwise an error with it as the cause.
   */
  static from(
    thrown: unknown,
    code: FrontierErrorCode = "remote",
  ): FrontierError {
    if (thrown instanceof FrontierError) return thrown;
    return new FrontierError(code, describe(thrown), { cause: thrown });
  }

  /**
   * The text that stands for this error on the wire; never empty, for an
   * empty text reads as success there.
   *
   * @returns The text.
   */
  toWire(): string {
    const known = this.#wireText ?? TEXT_OF_CODE[this.code] ?? this.message;
    return known === "" ? "error" : known;
  }
}

/** What a text of a gateway means, where it does not say so itself. */
function inWords(wireText: string, own: boolean): string {
  return own && wireText === text.RECORD_NOT_FOUND
    ? `no service has registered it (${wireText})`
    : wireText;
}

/**
 * What a text of the wire means when the gateway says it.
 *
 * @param wireText An `error` as it stands in a body.
 * @returns Its code; `remote` for a text of the application's.
 */
export function errorCodeOf(wireText: string): FrontierErrorCode {
  const code = CODE_OF_TEXT.get(wireText);
  if (code !== undefined) return code;
  if (wireText.startsWith(text.NO_SUCH_RPC_PREFIX)) return "no-such-rpc";
  return wireText.startsWith(text.MESSAGE_REFUSED_PREFIX)
    ? "refused"
    : "remote";
}

/** The text of a thrown value; there are values whose text cannot be taken. */
function describe(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return "error";
  }
}

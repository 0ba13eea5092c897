/**
 * The members of data bodies, collected while a body is read in full.
 *
 * Source: docs/spec/wire.md §1.6.8.
 *
 * @module
 */

import { ByteField } from "./byte_field.ts";
import {
  type FieldReader,
  Int64Field,
  isObject,
  ObjectRead,
  TextField,
  TimeField,
} from "./json_fields.ts";
import { NameTable } from "./json_names.ts";
import type { Budget, Steps } from "./json_scan.ts";
import { unquoteText } from "./json_text.ts";
import { TRACE_KEY, TraceField } from "./traceparent.ts";
import { asVerdict, type Verdict, VERDICT_KEY } from "../errors/verdict.ts";

const QUOTE = 0x22;
/** Longest value of a verdict that is looked at, in bytes. */
const LONGEST_VERDICT = 64;

/** What a body says, as far as it was read. */
export class DataMembers {
  /** Method name. */
  readonly key: ByteField;
  /** Payload. */
  readonly value: ByteField;
  /** Opaque bytes beside the payload. */
  readonly custom: ByteField;
  /** Topic. */
  readonly topic: TextField = new TextField("topic");
  /** Reason of a failure. */
  readonly error: TextField = new TextField("error");
  /** What is said about the error. */
  verdict: Verdict = "";
  /** Time left to answer, in nanoseconds. */
  readonly timeout: Int64Field = new Int64Field("timeout");
  /** Instant at which the sender's timeout ends. */
  readonly deadline: TimeField = new TimeField("deadline");
  /** Instant at which its caller's context ends. */
  readonly contextDeadline: TimeField = new TimeField("context deadline");
  /** Context of a trace. */
  readonly trace: TraceField = new TraceField();
  /** Counts what reading them costs. */
  readonly budget: Budget;

  /**
   * @param budget Counts what reading them costs.
   */
  constructor(budget: Budget) {
    this.budget = budget;
    this.key = new ByteField("key", budget);
    this.value = new ByteField("value", budget);
    this.custom = new ByteField("custom", budget);
  }
}

type Reader = FieldReader<DataMembers>;

const CONTEXT = new NameTable<Reader>({
  deadline: (into, b, s, e) => into.contextDeadline.read(b, s, e),
});

const readContext: Reader = (into, buf, start, end): Steps | undefined =>
  isObject(buf, start, "context")
    ? new ObjectRead("context", CONTEXT, into, into.budget, buf, start, end, 1)
    : undefined;

/** What is no verdict of ours says nothing. */
const readVerdict: Reader = (into, buf, start, end): void => {
  into.verdict = buf[start] === QUOTE && end - start <= LONGEST_VERDICT
    ? asVerdict(unquoteText(buf, start + 1, end - 1))
    : "";
};

/** The readers of all members. */
const DATA = new NameTable<Reader>({
  key: (into, b, s, e) => into.key.read(b, s, e),
  value: (into, b, s, e) => into.value.read(b, s, e),
  topic: (into, b, s, e) => into.topic.read(b, s, e),
  custom: (into, b, s, e) => into.custom.read(b, s, e),
  error: (into, b, s, e) => into.error.read(b, s, e),
  timeout: (into, b, s, e) => into.timeout.read(b, s, e),
  deadline: (into, b, s, e) => into.deadline.read(b, s, e),
  context: readContext,
}, {
  [VERDICT_KEY]: readVerdict,
  [TRACE_KEY]: (into, b, s, e) => into.trace.read(b, s, e),
});

/**
 * Begins to read a data body.
 *
 * @param into Collects its members.
 * @param buf Holds the body; it must not change while `into` is used.
 * @param start First byte of the body.
 * @param end Byte after the body.
 * @returns The reading.
 */
export function readDataMembers(
  into: DataMembers,
  buf: Uint8Array,
  start: number,
  end: number,
): Steps {
  return new ObjectRead("data body", DATA, into, into.budget, buf, start, end);
}

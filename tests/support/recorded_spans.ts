/** A tracer that remembers its spans, for tests on a virtual clock; those with processes use the real one. */

import type { Span, SpanKind, Tracer } from "@frontier/platform/trace";

/** One span, and what became of it. */
export class RecordedSpan implements Span {
  readonly traceparent: string;
  /** What went wrong; empty for nothing. */
  failure = "";
  /** How often it was ended. */
  ends = 0;

  constructor(
    readonly name: string,
    readonly parent: string | undefined,
    number: number,
  ) {
    const id = number.toString(16).padStart(16, "0");
    this.traceparent = `00-${"ab".repeat(16)}-${id}-01`;
  }

  run<T>(action: () => T): T {
    return action();
  }

  fail(type: string): void {
    if (this.ends === 0) this.failure = type;
  }

  end(): void {
    this.ends++;
  }
}

/** Remembers spans. */
export class RecordedSpans implements Tracer {
  readonly all: RecordedSpan[] = [];

  /** What each span is, and how it ended. */
  get said(): string[] {
    return this.all.map(({ name, failure, ends }) =>
      `${name}: ${ends === 0 ? "open" : failure || "ok"}`
    );
  }

  call(kind: SpanKind, method: string, parent?: string): Span {
    return this.#add(`${kind} call ${method}`, parent);
  }

  message(kind: SpanKind, topic: string, parent?: string): Span {
    return this.#add(`${kind} message ${topic}`, parent);
  }

  stream(kind: SpanKind, peer: string, parent?: string): Span {
    return this.#add(`${kind} stream ${peer}`, parent);
  }

  #add(name: string, parent: string | undefined): Span {
    const span = new RecordedSpan(name, parent, this.all.length + 1);
    this.all.push(span);
    return span;
  }
}

/**
 * What calls, messages and streams need of a tracer.
 *
 * @module
 */

/** Whose part of an operation a span shows: who asks, who answers, who publishes, who takes a message. */
export type SpanKind = "client" | "server" | "producer" | "consumer";

/** What is said about a span beside its name. */
export type SpanTags = Readonly<Record<string, string | number>>;

/** One operation, or one part of it. */
export interface Span {
  /** Its context as W3C writes it, for those who go on with the operation. */
  readonly traceparent: string;
  /**
   * Runs code inside the span: spans that the code begins are its children.
   *
   * @param action The code; what it does later, after an `await`, is inside as well.
   * @returns What the code returns.
   */
  run<T>(action: () => T): T;
  /**
   * The operation has failed. Comes before the end; after it nothing happens.
   *
   * @param type The code of the error.
   * @param message Its text.
   */
  fail(type: string, message: string): void;
  /** The operation is over. Only the first end counts. */
  end(): void;
}

/**
 * Begins spans. `parent` is the `traceparent` that came with the operation,
 * empty for none; where it is left out, the span that the program is in is the
 * parent.
 */
export interface Tracer {
  /**
   * A call begins.
   *
   * @param kind Whose part it is.
   * @param method What is called.
   * @param parent See {@linkcode Tracer}.
   * @param tags What else is known.
   * @returns Its span.
   */
  call(kind: SpanKind, method: string, parent?: string, tags?: SpanTags): Span;
  /**
   * A message begins its way, or a part of it.
   *
   * @param kind Whose part it is.
   * @param topic What it is about; may be empty.
   * @param parent See {@linkcode Tracer}.
   * @param tags What else is known.
   * @returns Its span.
   */
  message(
    kind: SpanKind,
    topic: string,
    parent?: string,
    tags?: SpanTags,
  ): Span;
  /**
   * A stream is being opened.
   *
   * @param kind Whose part it is.
   * @param peer Whom it is for; may be empty.
   * @param parent See {@linkcode Tracer}.
   * @param tags What else is known.
   * @returns The span of the opening, not of the life of the stream.
   */
  stream(kind: SpanKind, peer: string, parent?: string, tags?: SpanTags): Span;
}

/**
 * The streams that an interactive program has open.
 *
 * @module
 */

import type { Handler, Message, Stream } from "@frontier/client";
import { errorText } from "../error_text.ts";

/** The stream number that stands for the connection itself. */
export const MASTER = "1";

/** What is done with what arrives on streams. */
export interface StreamEvents {
  /** Methods that can be called on every stream. */
  readonly methods: Readonly<Record<string, Handler>>;
  /** A message has arrived; it is acknowledged. */
  onMessage(message: Message, stream: Stream): void;
  /** Bytes have arrived, as text. */
  onData(text: string, stream: Stream): void;
  /** Something that the user should know. */
  notice(line: string): void;
}

/** Bytes of one read. */
const PIECE = 1_024;

/** Open streams by their ids, and which of them is talked to. */
export class StreamTable {
  /** The stream that is talked to. */
  cursor = MASTER;
  readonly #streams = new Map<string, Stream>();
  readonly #events: StreamEvents;

  /** @param events What is done with what arrives. */
  constructor(events: StreamEvents) {
    this.#events = events;
  }

  /** What stands before the line to be typed. */
  get prompt(): string {
    return this.cursor === MASTER
      ? ">>> "
      : `[${this.cursor.padStart(20)}] >>> `;
  }

  /** The stream that is talked to; `undefined` when it is over, or none is. */
  get current(): Stream | undefined {
    return this.#streams.get(this.cursor);
  }

  /**
   * Adds a stream and shows what arrives on it, until it is over.
   *
   * @param stream The stream.
   */
  add(stream: Stream): void {
    const id = `${stream.id}`;
    this.#streams.set(id, stream);
    void this.#receive(stream);
    void this.#read(stream);
    for (const [name, method] of Object.entries(this.#events.methods)) {
      stream.register(name, method).catch((error) => {
        if (stream.over) return;
        this.#events.notice(`> register ${name} err: ${errorText(error)}`);
      });
    }
    const remove = () => void this.#streams.delete(id);
    stream.closed.then(remove, remove);
  }

  /**
   * Closes a stream.
   *
   * @param id Which one.
   * @returns What to tell the user.
   */
  async close(id: string): Promise<string> {
    const stream = this.#streams.get(id);
    if (stream === undefined) return `> stream id: ${id} not found`;
    this.#streams.delete(id);
    await stream.close();
    return `> close stream success: ${id}`;
  }

  /**
   * Talks to another stream from now on.
   *
   * @param id Which one; 1 is the connection itself.
   * @returns What to tell the user.
   */
  switchTo(id: string): string {
    if (id !== MASTER && !this.#streams.has(id)) {
      return `> swith stream failed, not found: ${id}`;
    }
    this.cursor = id;
    // As the original spells it.
    return `> swith stream success: ${id}`;
  }

  async #receive(stream: Stream): Promise<void> {
    for await (const message of stream.messages()) {
      message.done();
      this.#events.onMessage(message, stream);
    }
    this.#events.notice(`> streamID: ${stream.id} receive err: EOF`);
  }

  async #read(stream: Stream): Promise<void> {
    const decoder = new TextDecoder();
    const buf = new Uint8Array(PIECE);
    let reason = "EOF";
    try {
      for (let count; (count = await stream.read(buf)) !== null;) {
        const text = decoder.decode(buf.subarray(0, count), { stream: true });
        this.#events.onData(text, stream);
      }
    } catch (error) {
      reason = errorText(error);
    }
    this.#events.notice(`> streamID: ${stream.id} read err: ${reason}`);
  }
}

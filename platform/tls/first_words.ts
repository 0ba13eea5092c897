/**
 * What a client says before it is answered.
 *
 * @module
 */

import { describeError } from "../describe_error.ts";
import { closeTransport, type Transport } from "../transport.ts";
import { TlsHandshakeError } from "./handshake_error.ts";

/** Bytes read at a time; most of what a client says first. */
const PART = 512;
/** Bytes that every record begins with; the last two are the length of what follows. */
const RECORD_HEAD = 5;
/** Bytes that may follow in a record which is not encrypted. */
const MAX_RECORD = 16_384;

/**
 * Reads a client's first record, and listens while the client waits for its
 * turn: one that has gone meanwhile is not worth an answer, which costs a
 * thousand times what it costs to connect and leave.
 */
export class FirstWords {
  readonly #raw: Transport;
  #bytes = new Uint8Array(0);
  /** A read under way, or one whose bytes nobody has taken yet. */
  #reading: Promise<Uint8Array | null> | undefined = undefined;

  /**
   * Nothing was read yet.
   *
   * @param raw The client's connection.
   */
  constructor(raw: Transport) {
    this.#raw = raw;
  }

  /** What was read. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The read that was begun and not finished; whoever reads on takes it over. */
  get ahead(): Promise<Uint8Array | null> | undefined {
    return this.#reading;
  }

  /**
   * Waits for the first bytes.
   *
   * @param signal Gives up, and closes the connection, when aborted.
   * @throws {TlsHandshakeError} If the client goes.
   */
  begin(signal: AbortSignal): Promise<void> {
    return this.#more(PART, signal);
  }

  /**
   * Waits until the first record is complete. What is no record is the
   * handshake's to refuse.
   *
   * @param signal Gives up, and closes the connection, when aborted.
   * @throws {TlsHandshakeError} If the client goes.
   */
  async complete(signal: AbortSignal): Promise<void> {
    for (let missing; (missing = this.#missing) > 0;) {
      await this.#more(missing, signal);
    }
  }

  /**
   * Listens while the client waits.
   *
   * @param onGone Called once, if the client goes.
   * @param most Bytes that are kept of it at most; beyond them nothing is read,
   * and it is not seen to go.
   * @returns What to call when the client waits no longer.
   */
  watch(onGone: (error: TlsHandshakeError) => void, most: number): () => void {
    let waits = true;
    const listen = (): void => {
      if (!waits || this.#bytes.length > most - PART) return;
      this.#read(PART).then((bytes) => {
        // A read that ends now is for whoever reads on.
        if (!waits) return;
        if (bytes === null) return onGone(ended());
        this.#take(bytes);
        listen();
      }, (error) => {
        if (waits) onGone(broken(error));
      });
    };
    listen();
    return () => waits = false;
  }

  get #missing(): number {
    const { length } = this.#bytes;
    if (length < RECORD_HEAD) return RECORD_HEAD - length;
    const follows = this.#bytes[3]! * 256 + this.#bytes[4]!;
    return RECORD_HEAD + Math.min(follows, MAX_RECORD) - length;
  }

  async #more(most: number, signal: AbortSignal): Promise<void> {
    // Closing is what ends a pending read.
    const onAbort = () => closeTransport(this.#raw);
    signal.addEventListener("abort", onAbort);
    let bytes: Uint8Array | null;
    try {
      signal.throwIfAborted();
      bytes = await this.#read(most);
      signal.throwIfAborted();
    } catch (error) {
      signal.throwIfAborted();
      throw broken(error);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
    if (bytes === null) throw ended();
    this.#take(bytes);
  }

  #read(most: number): Promise<Uint8Array | null> {
    if (this.#reading === undefined) {
      this.#reading = readSome(this.#raw, most);
      // Perhaps nobody waits for it any more when it fails.
      this.#reading.catch(() => {});
    }
    return this.#reading;
  }

  #take(bytes: Uint8Array): void {
    this.#reading = undefined;
    const longer = new Uint8Array(this.#bytes.length + bytes.length);
    longer.set(this.#bytes);
    longer.set(bytes, this.#bytes.length);
    this.#bytes = longer;
  }
}

async function readSome(
  raw: Transport,
  most: number,
): Promise<Uint8Array | null> {
  const buf = new Uint8Array(most);
  const count = await raw.read(buf);
  return count === null ? null : buf.subarray(0, count);
}

function ended(): TlsHandshakeError {
  return new TlsHandshakeError("gone", "The peer closed the connection");
}

function broken(error: unknown): TlsHandshakeError {
  return new TlsHandshakeError("gone", describeError(error));
}

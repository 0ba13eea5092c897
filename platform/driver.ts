/**
 * Runs a connection engine over a byte stream.
 *
 * @module
 */

import type { Link, LinkPort, Timers } from "@frontier/proto";
import { systemTimers } from "./system_timers.ts";
import type { Transport } from "./transport.ts";

/** Milliseconds the last bytes of a closing connection may take. */
const DRAIN_MS = 2_000;

let dirty: Driver[] = [];
let spare: Driver[] = [];

/** One write per connection for all frames of one turn of the event loop. */
function flushAll(): void {
  const list = dirty;
  dirty = spare;
  for (let i = 0; i < list.length; i++) list[i]!.write();
  list.length = 0;
  spare = list;
}

/**
 * Moves bytes between a {@linkcode Transport} and a {@linkcode Link}: one
 * pending read, at most one pending write, and no waiting of one for the other.
 */
export class Driver implements LinkPort {
  /** The clock and its timers. */
  readonly timers: Timers;
  readonly #transport: Transport;
  #link: Link | undefined = undefined;
  #dirty = false;
  #writing = false;
  #closing = false;
  #closed = false;
  #parked = false;
  #chunk: Uint8Array | undefined = undefined;
  #done: (() => void) | undefined = undefined;
  #drainTimer: ReturnType<typeof setTimeout> | undefined = undefined;

  /**
   * Makes a driver that does nothing yet.
   *
   * @param transport The byte stream; the driver closes it.
   * @param timers The clock.
   */
  constructor(transport: Transport, timers: Timers = systemTimers) {
    this.#transport = transport;
    this.timers = timers;
  }

  /**
   * Starts reading.
   *
   * @param link The engine that was given this driver as its port. What goes
   * wrong ends it with a reason.
   * @param first Bytes that were already read from the transport.
   */
  start(link: Link, first?: Uint8Array): void {
    this.#link = link;
    if (link.outbox.pending > 0) this.flush();
    try {
      if (first !== undefined) this.#feed(link, first);
    } catch (error) {
      this.#onDefect(error);
    }
    this.#read();
  }

  /**
   * Reads until the connection is over.
   *
   * @param link The engine that was given this driver as its port.
   * @param first Bytes that were already read from the transport.
   * @returns When the connection is closed. Never rejects.
   */
  run(link: Link, first?: Uint8Array): Promise<void> {
    const done = new Promise<void>((resolve) => this.#done = resolve);
    this.start(link, first);
    if (this.#closed) this.#done!();
    return done;
  }

  // Callbacks, not an async loop: an idle connection keeps no suspended frame.
  #read(): void {
    const link = this.#link!;
    if (this.#closed || link.state === "closed") return;
    if (link.paused) {
      this.#parked = true;
      return;
    }
    this.#transport.read(link.reader.reserve())
      .then(this.#onRead, this.#onError);
  }

  readonly #onRead = (count: number | null): void => {
    const link = this.#link!;
    if (count === null) {
      link.fail("connection closed by the peer");
      return;
    }
    try {
      link.receive(count);
    } catch (error) {
      this.#onDefect(error);
      return;
    }
    this.#read();
  };

  readonly #onError = (error: unknown): void => {
    this.#link!.fail(describe(error));
  };

  /** A defect of ours, not of the transport: it ends this connection, and no other. */
  #onDefect(error: unknown): void {
    this.#link!.fail(`internal error: ${describe(error)}`);
  }

  readonly #onWake = (): void => {
    if (!this.#parked) return;
    this.#parked = false;
    const link = this.#link!;
    try {
      link.receive(0);
    } catch (error) {
      this.#onDefect(error);
      return;
    }
    this.#read();
  };

  /** Writes at the end of this turn what waits in the outbox. */
  flush(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    if (dirty.length === 0) queueMicrotask(flushAll);
    dirty.push(this);
  }

  /** Goes on reading after a pause. */
  resume(): void {
    if (this.#parked) queueMicrotask(this.#onWake);
  }

  /** Closes the transport, after writing what waits if so asked. */
  hangUp(drain: boolean): void {
    this.#closing = drain && this.#link !== undefined &&
      this.#link.outbox.pending > 0;
    if (!this.#closing) {
      this.#shut();
      return;
    }
    this.#drainTimer = setTimeout(() => this.#shut(), DRAIN_MS);
    this.flush();
  }

  /** Writes what waits; called once per turn after `flush`. */
  write(): void {
    this.#dirty = false;
    if (!this.#writing && !this.#closed) this.#writeNext();
  }

  #writeNext(): void {
    const chunk = this.#link?.outbox.take();
    if (chunk === undefined) {
      this.#writing = false;
      if (this.#closing) this.#shut();
      return;
    }
    this.#writing = true;
    this.#chunk = chunk;
    this.#transport.write(chunk).then(this.#onWritten, this.#onWriteError);
  }

  readonly #onWritten = (count: number): void => {
    const chunk = this.#chunk!;
    if (count <= 0) {
      // Trying again at once would keep the event loop from everything else.
      this.#onWriteError("Cannot write: the transport takes no bytes");
      return;
    }
    if (count < chunk.length) {
      this.#chunk = chunk.subarray(count);
      this.#transport.write(this.#chunk)
        .then(this.#onWritten, this.#onWriteError);
      return;
    }
    this.#chunk = undefined;
    const link = this.#link!;
    link.outbox.done();
    try {
      link.drained();
    } catch (error) {
      this.#onDefect(error);
    }
    this.#writeNext();
  };

  readonly #onWriteError = (error: unknown): void => {
    this.#chunk = undefined;
    this.#writing = false;
    const link = this.#link!;
    link.outbox.done();
    this.#closing = false;
    link.fail(describe(error));
    this.#shut();
  };

  #feed(link: Link, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const room = link.reader.reserve();
      const part = bytes.subarray(at, at + room.length);
      room.set(part);
      at += part.length;
      link.receive(part.length);
    }
  }

  #shut(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closing = false;
    if (this.#drainTimer !== undefined) clearTimeout(this.#drainTimer);
    this.#transport.close();
    this.#done?.();
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

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
  /** @inheritdoc */
  readonly timers: Timers;
  readonly #transport: Transport;
  #link: Link | undefined = undefined;
  #dirty = false;
  #writing = false;
  #closing = false;
  #closed = false;
  #wake: (() => void) | undefined = undefined;
  #drainTimer: ReturnType<typeof setTimeout> | undefined = undefined;

  /**
   * @param transport The byte stream; the driver closes it.
   * @param timers The clock.
   */
  constructor(transport: Transport, timers: Timers = systemTimers) {
    this.#transport = transport;
    this.timers = timers;
  }

  /**
   * Reads until the connection is over.
   *
   * @param link The engine that was given this driver as its port.
   * @param first Bytes that were already read from the transport.
   * @returns When the connection is closed. Never rejects: what goes wrong ends
   * the link with a reason.
   */
  async run(link: Link, first?: Uint8Array): Promise<void> {
    this.#link = link;
    const transport = this.#transport;
    try {
      if (first !== undefined) this.#feed(link, first);
      if (link.outbox.pending > 0) this.flush();
      while (!this.#closed && link.state !== "closed") {
        if (link.paused) {
          await new Promise<void>((resolve) => this.#wake = resolve);
          link.receive(0);
          continue;
        }
        const count = await transport.read(link.reader.reserve());
        if (count === null) {
          link.fail("connection closed by the peer");
          break;
        }
        link.receive(count);
      }
    } catch (error) {
      link.fail(describe(error));
    }
    // A link that failed with bytes to drain still needs the transport.
    if (!this.#closing) this.#shut();
  }

  /** @inheritdoc */
  flush(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    if (dirty.length === 0) queueMicrotask(flushAll);
    dirty.push(this);
  }

  /** @inheritdoc */
  resume(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** @inheritdoc */
  hangUp(drain: boolean): void {
    this.#closing = drain && this.#link !== undefined &&
      this.#link.outbox.pending > 0;
    this.resume();
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
    if (!this.#writing && !this.#closed) void this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    const link = this.#link;
    if (link === undefined) return;
    const { outbox } = link;
    const transport = this.#transport;
    this.#writing = true;
    try {
      for (
        let chunk = outbox.take();
        chunk !== undefined;
        chunk = outbox.take()
      ) {
        let written = await transport.write(chunk);
        while (written < chunk.length) {
          written += await transport.write(chunk.subarray(written));
        }
        outbox.done();
        link.drained();
      }
    } catch (error) {
      outbox.done();
      this.#closing = false;
      link.fail(describe(error));
      this.#shut();
    } finally {
      this.#writing = false;
    }
    if (this.#closing) this.#shut();
  }

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
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

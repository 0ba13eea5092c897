/**
 * Runs a connection engine over a byte stream.
 *
 * @module
 */

import {
  type CloseReason,
  END_OF_TRANSPORT,
  freeBuffer,
  internalEnd,
  type Link,
  type LinkPort,
  Timer,
  type Timers,
} from "@frontier/proto/internal";
import { describeError } from "./describe_error.ts";
import { ReadTurns } from "./read_turns.ts";
import { systemTimers } from "./system_timers.ts";
import { closeTransport, type Transport } from "./transport.ts";
import { TURN_CLOCK } from "./turn_clock.ts";

/** Milliseconds the last bytes of a closing connection may take. */
const DRAIN_MS = 2_000;

const NOTHING = new Uint8Array(0);

const DIRTY = 1;
const WRITING = 2;
const CLOSING = 4;
const CLOSED = 8;
const PARKED = 16;
const WAKING = 32;
const READING = 64;
const PEEKED = 128;
const SHARED = 256;
const QUEUED = 512;

/** Of all connections of the process. */
const turns = new ReadTurns(TURN_CLOCK);

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

/** Who wants to know when a connection's bytes have stopped. */
export interface DriverOwner {
  /** The transport is closed. Called once. */
  release(): void;
}

/**
 * Moves bytes between a {@linkcode Transport} and a {@linkcode Link}: one
 * pending read, at most one pending write, and no waiting of one for the other.
 *
 * Many connections share one turn of the event loop, so nothing that a
 * transport or a link throws leaves this class: it ends its own connection.
 */
export class Driver implements LinkPort {
  /** The clock and its timers. */
  readonly timers: Timers;
  readonly #transport: Transport;
  #link: Link | undefined = undefined;
  /** What is the case, as bits: every connection has it. */
  #bits = 0;
  #chunk: Uint8Array | undefined = undefined;
  #owner: DriverOwner | undefined = undefined;
  #drainTimer: Timer | undefined = undefined;
  /** Where the pending read puts its bytes. */
  #room: Uint8Array = NOTHING;
  /** Milliseconds of work, as those who wait for their turn to read count them. */
  made = 0;

  /**
   * Makes a driver that does nothing yet.
   *
   * @param transport The byte stream; the driver closes it.
   * @param timers The clock.
   * @param shared Whether many wait for what its peer sends, as for the answers of a service; it is not read behind the others
   * that never run dry.
   */
  constructor(
    transport: Transport,
    timers: Timers = systemTimers,
    shared = false,
  ) {
    this.#transport = transport;
    this.timers = timers;
    if (shared) this.#bits = SHARED;
  }

  /** Whether many wait for what its peer sends. */
  get shared(): boolean {
    return (this.#bits & SHARED) !== 0;
  }

  /** Whether it is in the list of those who write at the end of this turn. */
  get #dirty(): boolean {
    return (this.#bits & DIRTY) !== 0;
  }
  set #dirty(is: boolean) {
    this.#bits = is ? this.#bits | DIRTY : this.#bits & ~DIRTY;
  }

  /** Whether a write is pending. */
  get #writing(): boolean {
    return (this.#bits & WRITING) !== 0;
  }
  set #writing(is: boolean) {
    this.#bits = is ? this.#bits | WRITING : this.#bits & ~WRITING;
  }

  /** Whether the transport is closed once all is written. */
  get #closing(): boolean {
    return (this.#bits & CLOSING) !== 0;
  }
  set #closing(is: boolean) {
    this.#bits = is ? this.#bits | CLOSING : this.#bits & ~CLOSING;
  }

  /** Whether the transport is closed. */
  get #closed(): boolean {
    return (this.#bits & CLOSED) !== 0;
  }
  set #closed(is: boolean) {
    this.#bits = is ? this.#bits | CLOSED : this.#bits & ~CLOSED;
  }

  /** Whether reading goes on only when the link says so. */
  get #parked(): boolean {
    return (this.#bits & PARKED) !== 0;
  }
  set #parked(is: boolean) {
    this.#bits = is ? this.#bits | PARKED : this.#bits & ~PARKED;
  }

  /** Whether it is about to go on after a pause. */
  get #waking(): boolean {
    return (this.#bits & WAKING) !== 0;
  }
  set #waking(is: boolean) {
    this.#bits = is ? this.#bits | WAKING : this.#bits & ~WAKING;
  }

  /** Whether a read is pending. */
  get #reading(): boolean {
    return (this.#bits & READING) !== 0;
  }
  set #reading(is: boolean) {
    this.#bits = is ? this.#bits | READING : this.#bits & ~READING;
  }

  /** Whether a read was begun while the link was paused. */
  get #peeked(): boolean {
    return (this.#bits & PEEKED) !== 0;
  }
  set #peeked(is: boolean) {
    this.#bits = is ? this.#bits | PEEKED : this.#bits & ~PEEKED;
  }

  /** Whether it waits for its turn to read. */
  get #queued(): boolean {
    return (this.#bits & QUEUED) !== 0;
  }
  set #queued(is: boolean) {
    this.#bits = is ? this.#bits | QUEUED : this.#bits & ~QUEUED;
  }

  /**
   * Starts reading.
   *
   * @param link The engine that was given this driver as its port. What goes
   * wrong ends it with a reason.
   * @param first Bytes that were already read from the transport.
   * @param owner Told when the transport is closed.
   */
  start(link: Link, first?: Uint8Array, owner?: DriverOwner): void {
    this.#link = link;
    this.#owner = owner;
    if (this.#closed) owner?.release();
    else turns.join();
    if (link.outbox.unwritten > 0) this.flush();
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
    return new Promise((resolve) =>
      this.start(link, first, { release: resolve })
    );
  }

  // Callbacks, not an async loop: an idle connection keeps no suspended frame.
  #read(): void {
    const link = this.#link!;
    if (this.#closed || this.#reading || link.state === "closed") return;
    if (!link.paused) this.#peeked = false;
    // With a full buffer there is more behind it, mostly, and the end would not show.
    if (
      link.paced || (link.paused && (this.#peeked || link.reader.full))
    ) {
      this.#parked = true;
      return;
    }
    // One small read stays pending, which sees the peer's death.
    if (link.paused) this.#peeked = true;
    this.#reading = true;
    try {
      let room = link.reserve();
      if (room.length > turns.most) room = room.subarray(0, turns.most);
      this.#room = room;
      // Resolved, so that whatever comes back behaves like a promise.
      Promise.resolve(this.#transport.read(room))
        .then(this.#onRead, this.#onError);
    } catch (error) {
      this.#onError(error);
    }
  }

  readonly #onRead = (count: number | null): void => {
    this.#reading = false;
    const link = this.#link!;
    if (link.state === "closed") {
      this.#freeRoom();
      return;
    }
    if (count === null) {
      this.#onEnd();
      return;
    }
    if (!isCount(count, this.#room.length)) {
      this.#fail(
        `Cannot read: the transport says ${
          describeError(count)
        } bytes where ${this.#room.length} had room`,
      );
      return;
    }
    const begun = turns.begin(count);
    try {
      link.receive(count);
    } catch (error) {
      this.#onDefect(error);
      return;
    }
    if (begun === undefined || this.#link!.state === "closed") {
      this.#read();
      return;
    }
    // Before it asks: its turn may come while it does.
    this.#queued = true;
    const dry = count < this.#room.length && !link.reader.inFrame;
    if (turns.mustWait(this, begun, dry)) return;
    this.#queued = false;
    this.#read();
  };

  readonly #onError = (error: unknown): void => {
    this.#reading = false;
    this.#fail(describeError(error));
    this.#freeRoom();
  };

  #onEnd(): void {
    try {
      this.#link!.ended(END_OF_TRANSPORT);
    } catch (error) {
      this.#onDefect(error);
    }
    this.#freeRoom();
  }

  /** The link is over, and no read that was pending writes into its buffer any more. */
  #freeRoom(): void {
    freeBuffer(this.#room);
    this.#room = NOTHING;
  }

  /** A defect of ours, not of the transport: it ends this connection, and no other. */
  #onDefect(error: unknown): void {
    this.#end(internalEnd(describeError(error)));
  }

  #fail(text: string): void {
    this.#end({ kind: "lost", text });
  }

  /** Ends the connection, also if those who hear of it throw. */
  #end(reason: CloseReason): void {
    const link = this.#link!;
    // Again if whoever hears first that it leaves throws: the others hear then.
    for (let i = 0; i < 2 && link.state !== "closed"; i++) {
      try {
        link.fail(reason);
      } catch {
        // The bytes must stop all the same.
        this.#shut();
      }
    }
  }

  #wake(): void {
    this.#parked = this.#waking = false;
    const link = this.#link!;
    try {
      link.receive(0);
    } catch (error) {
      this.#onDefect(error);
      return;
    }
    this.#read();
  }

  /** Its turn has come; called once for each time it had to wait. */
  readOn(): void {
    this.#queued = false;
    if (this.#waking) queueMicrotask(() => this.#wake());
    else this.#read();
  }

  /** Writes at the end of this turn what waits in the outbox. */
  flush(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    if (dirty.length === 0) queueMicrotask(flushAll);
    dirty.push(this);
  }

  /** Goes on reading after a pause. */
  resume(): void {
    if (this.#waking) return;
    // Otherwise the read that is pending goes on, and nothing was left unhandled.
    if (!this.#queued && !this.#peeked && !this.#parked) return;
    this.#waking = true;
    if (this.#queued) return;
    // Much may have been left unhandled, and there may be much more to read.
    if (turns.mustWait(this, turns.begin(Infinity)!)) return;
    queueMicrotask(() => this.#wake());
  }

  /** Closes the transport, after writing what waits if so asked. */
  hangUp(drain: boolean): void {
    this.#closing = drain && this.#link !== undefined &&
      this.#link.outbox.unwritten > 0;
    if (!this.#closing) {
      this.#shut();
      return;
    }
    this.#drainTimer = new Timer(() => this.#shut());
    this.timers.set(this.#drainTimer, this.timers.now() + DRAIN_MS);
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
    this.#send(chunk);
  }

  #send(chunk: Uint8Array): void {
    this.#chunk = chunk;
    try {
      Promise.resolve(this.#transport.write(chunk))
        .then(this.#onWritten, this.#onWriteError);
    } catch (error) {
      this.#onWriteError(error);
    }
  }

  readonly #onWritten = (count: number): void => {
    const chunk = this.#chunk!;
    if (!isCount(count, chunk.length)) {
      // After none, trying again would keep the event loop from everything else.
      this.#onWriteError(
        `Cannot write: the transport took ${
          describeError(count)
        } of ${chunk.length} bytes`,
      );
      return;
    }
    this.#link!.onWritten(count);
    if (count < chunk.length) {
      this.#send(chunk.subarray(count));
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
    this.#link!.outbox.done();
    this.#closing = false;
    this.#fail(describeError(error));
    this.#shut();
  };

  #feed(link: Link, bytes: Uint8Array): void {
    // What ends the link leaves the rest of the bytes to nobody.
    for (let at = 0; at < bytes.length && link.state !== "closed";) {
      const room = link.reserve();
      const part = at === 0 && bytes.length <= room.length
        ? bytes
        : bytes.subarray(at, at + room.length);
      room.set(part);
      at += part.length;
      link.receive(part.length);
    }
  }

  #shut(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closing = false;
    if (this.#drainTimer !== undefined) this.timers.clear(this.#drainTimer);
    closeTransport(this.#transport);
    if (this.#link !== undefined) turns.leave();
    this.#owner?.release();
  }
}

/** Whether a transport can have moved so many bytes. */
function isCount(count: unknown, room: number): boolean {
  return Number.isInteger(count) && count as number > 0 &&
    count as number <= room;
}

/**
 * Cuts a byte stream into frames without copying them.
 *
 * @module
 */

import { freeBuffer } from "./buffer_pool.ts";
import { HEADER_SIZE, MAX_PAYLOAD, TYPE_STREAM } from "./constants.ts";
import { PACKET_RULES } from "./packet_rules.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import { readU32 } from "./wire_numbers.ts";

/** Bytes of the buffer that waits for the first byte of an idle connection. */
export const PARKED_SIZE = 256;
/** Bytes of the buffer of a busy connection. */
const BUSY_SIZE = 65_536;
/** Bytes of the buffer of a connection that is flooded with raw bytes. */
const FLOOD_SIZE = 262_144;
/** So many parts of stream frames fill the buffer in a row, and it takes its largest size. */
const FLOOD_READS = 4;
/** So many small reads in a row and the buffer steps down again. */
const SMALL_READS = 16;
/** So many reads without a large frame and the buffer returns to its busy size. */
const BIG_READS = 64;

const NOTHING = new Uint8Array(0);
/** No length reaches it, so that one comparison rejects unknown types too. */
const UNKNOWN = 0xffff_ffff;
/** Smallest payload per type, so that no later code indexes out of range. */
const MIN_LENGTH = new Uint32Array(256).fill(UNKNOWN);
/** Largest payload per type, where the limit of the connection is not enough. */
const MAX_LENGTH = new Uint32Array(256).fill(UNKNOWN);
/** Types whose payload starts with a session id. */
const HAS_SESSION = new Uint8Array(256);

for (const { code, min, max, session } of PACKET_RULES) {
  MIN_LENGTH[code] = min;
  HAS_SESSION[code] = session ? 1 : 0;
  MAX_LENGTH[code] = max ?? UNKNOWN;
}

/** Settings of a {@linkcode FrameReader}. */
export interface FrameReaderOptions {
  /**
   * Largest payload accepted, in bytes.
   *
   * @default {10_485_760}
   */
  maxPayload?: number;
}

/**
 * An incremental frame reader over arbitrary chunk boundaries.
 *
 * Fill it with {@linkcode FrameReader.reserve} and
 * {@linkcode FrameReader.commit}, then call {@linkcode FrameReader.next} until
 * it returns `false`. After `true` the public fields describe one frame; its
 * body is the range `bodyStart` to `bodyEnd` of `buf`, valid until the next
 * `reserve`. Stream frames may be delivered in several parts, so that a large
 * one needs no large buffer.
 *
 * The buffer holds 256 bytes while a connection is idle, up to 64 KiB while it
 * is busy, 256 KiB while it is flooded with raw bytes, and grows beyond that only as fast as the bytes of one large frame
 * really arrive. Source: docs/spec/wire.md §1.2 to §1.6.
 *
 * @example
 * ```ts
 * import { FrameReader } from "@frontier/proto/internal";
 * import { assertEquals } from "@std/assert";
 *
 * const reader = new FrameReader();
 * reader.reserve().set([1, 0x21, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0]);
 * reader.commit(14);
 * assertEquals(reader.next(), true);
 * assertEquals([reader.type, reader.idLo], [0x21, 9]);
 * ```
 */
export class FrameReader {
  /** The buffer the offsets below refer to. */
  buf: Uint8Array = new Uint8Array(PARKED_SIZE);
  /** Type of the current frame. */
  type = 0;
  /** High half of its packet id. */
  idHi = 0;
  /** Low half of its packet id. */
  idLo = 0;
  /** High half of its session id; 0 where the type has none. */
  sessionHi = 0;
  /** Low half of its session id; 0 where the type has none. */
  sessionLo = 0;
  /** First byte of the body: after the session id where there is one, else after the header. */
  bodyStart = 0;
  /** End of the body, exclusive. */
  bodyEnd = 0;

  /** Shows `buf`, unless that is too small to be worth it. */
  #view: DataView | undefined = undefined;
  #start = 0;
  #end = 0;
  #need = 0;
  #streamLeft = 0;
  #grow = false;
  #smallReads = 0;
  #bigReads = 0;
  #floodReads = 0;
  #rewound = false;
  /** Whether somebody writes into the space that was reserved. */
  #lent = false;
  readonly #maxPayload: number;

  /**
   * Makes a reader with a small buffer.
   *
   * @param options Settings.
   */
  constructor(options: FrameReaderOptions = {}) {
    this.#maxPayload = options.maxPayload ?? MAX_PAYLOAD;
  }

  /** The same bytes as `buf`; `undefined` for the small buffer of a connection that does little. */
  get view(): DataView | undefined {
    return this.#view;
  }

  /** Bytes held that no frame was made of yet. */
  get buffered(): number {
    return this.#end - this.#start;
  }

  /** Whether a frame that needs a larger buffer than usual has begun, and its end has not arrived. */
  get inLargeFrame(): boolean {
    return this.#need > BUSY_SIZE && this.#streamLeft === 0 &&
      this.#end > this.#start;
  }

  /** Whether a frame has begun and its end has not arrived. */
  get inFrame(): boolean {
    return this.#end > this.#start || this.#streamLeft > 0;
  }

  /** Whether a frame was put off and no more bytes have room behind it, unless everything is copied: somebody may look at the frame. */
  get full(): boolean {
    return this.#rewound && this.#end === this.buf.length;
  }

  /**
   * Returns free space to read the next bytes into.
   *
   * @returns A view of at least one byte.
   */
  reserve(): Uint8Array {
    this.#lent = true;
    const held = this.#end - this.#start;
    if (held === 0) {
      this.#start = this.#end = 0;
      const size = this.buf.length;
      if (this.#grow && size < BUSY_SIZE) {
        this.#use(new Uint8Array(Math.min(BUSY_SIZE, size * 16)));
      } else if (this.#floodReads >= FLOOD_READS && size < FLOOD_SIZE) {
        this.#use(new Uint8Array(FLOOD_SIZE));
        this.#bigReads = BIG_READS;
      } else if (size > BUSY_SIZE && --this.#bigReads <= 0) {
        this.#use(new Uint8Array(BUSY_SIZE));
      } else if (this.#smallReads >= SMALL_READS && size > PARKED_SIZE) {
        this.#use(new Uint8Array(Math.max(PARKED_SIZE, size >> 4)));
        this.#smallReads = 0;
      }
      this.#grow = false;
      return this.buf;
    }
    const size = this.buf.length;
    const free = size - this.#end;
    // A declared length alone must not cost memory: it has to arrive.
    const tooSmall = this.#need > size && held * 2 >= size;
    if (size < BUSY_SIZE && (this.#grow || tooSmall)) {
      // A busy connection rarely stops at the end of a frame: do not wait for it.
      this.#move(Math.min(BUSY_SIZE, size * 16));
      this.#grow = false;
    } else if (tooSmall) {
      this.#move(Math.min(size * 2, this.#need + BUSY_SIZE));
      this.#bigReads = BIG_READS;
    } else if (
      size > BUSY_SIZE && this.#need <= BUSY_SIZE && held < BUSY_SIZE &&
      --this.#bigReads <= 0
    ) {
      this.#move(BUSY_SIZE);
    } else if (this.#start > 0) {
      if (free === 0 || free < this.#need - held) this.#compact();
    } else if (free === 0) {
      // Full, and no frame was taken from it: its owner has paused.
      this.#move(size * 2);
    }
    return this.buf.subarray(this.#end);
  }

  /**
   * Returns a little free space, for who does not deal with frames now but wants
   * to see the end of the stream.
   *
   * @returns A view of 1 to 256 bytes.
   */
  reserveLittle(): Uint8Array {
    this.#lent = true;
    const held = this.#end - this.#start;
    if (held === 0) this.#start = this.#end = 0;
    else if (this.#end === this.buf.length) {
      if (this.#start > 0) this.#compact();
      else this.#move(this.buf.length + PARKED_SIZE);
    }
    return this.buf.subarray(this.#end, this.#end + PARKED_SIZE);
  }

  /**
   * Takes over bytes that were written into the reserved space.
   *
   * @param count How many bytes.
   */
  commit(count: number): void {
    this.#lent = false;
    const free = this.buf.length - this.#end;
    this.#end += count;
    this.#grow = count === free;
    if (this.#streamLeft > 0 && count >= BUSY_SIZE / 2) {
      this.#floodReads++;
      this.#bigReads = BIG_READS;
    } else this.#floodReads = 0;
    if (this.#grow) {
      this.#smallReads = 0;
    } else if (count <= this.buf.length >> 4) {
      this.#smallReads++;
    } else {
      this.#smallReads = 0;
    }
  }

  /** Gives memory back when the connection has gone idle. */
  park(): void {
    this.#smallReads = SMALL_READS;
    this.#bigReads = 0;
  }

  /**
   * Gives a large buffer back at once: the frame that needed it was the last large
   * one for a while.
   */
  settle(): void {
    const held = this.#end - this.#start;
    if (this.buf.length <= BUSY_SIZE || held > BUSY_SIZE) return;
    // The frame that has begun may be a large one, too.
    if (held > 0 && this.#need > BUSY_SIZE) return;
    this.#move(BUSY_SIZE);
  }

  /**
   * Goes back to before the current frame: {@linkcode FrameReader.next} gives it
   * again. What its offsets enclose now keeps its bytes until then, whatever is
   * reserved meanwhile. Not for parts of stream frames.
   */
  rewind(): void {
    this.#start = this.bodyStart - HEADER_SIZE -
      (HAS_SESSION[this.type] === 1 ? 8 : 0);
    this.#rewound = true;
  }

  /**
   * Lets go of the buffer; no frame will be read any more. While somebody writes
   * into the space that was reserved, whoever reserved it may free it afterwards.
   */
  release(): void {
    if (!this.#lent) this.#free();
    this.buf = NOTHING;
    this.#view = undefined;
    this.#start =
      this.#end =
      this.#need =
      this.#streamLeft =
        0;
  }

  /**
   * Moves on to the next frame, or to the next part of a stream frame.
   *
   * @returns `false` when more bytes are needed.
   * @throws {ProtocolError} If the type is unknown, the length is below the
   * minimum of the type, or it exceeds the limit.
   */
  next(): boolean {
    const buf = this.buf;
    let start = this.#start;
    this.#rewound = false;
    const available = this.#end - start;
    if (this.#streamLeft > 0) {
      return available > 0 && this.#streamPart(start, available);
    }
    if (available < HEADER_SIZE) {
      this.#need = HEADER_SIZE;
      return false;
    }
    const view = this.#view;
    const type = buf[start + 1]!;
    const length = view === undefined
      ? readU32(buf, start + 10)
      : view.getUint32(start + 10);
    const min = MIN_LENGTH[type]!;
    if (
      length < min || length > this.#maxPayload || length > MAX_LENGTH[type]!
    ) {
      this.#checkLength(type, length, min);
    }
    const session = HAS_SESSION[type]!;
    const need = type === TYPE_STREAM ? HEADER_SIZE + 8 : HEADER_SIZE + length;
    if (available < need) {
      this.#need = need;
      return false;
    }
    this.type = type;
    if (view === undefined) this.#readIds(buf, start, session);
    else {
      this.idHi = view.getUint32(start + 2);
      this.idLo = view.getUint32(start + 6);
      if (session === 1) {
        this.sessionHi = view.getUint32(start + 14);
        this.sessionLo = view.getUint32(start + 18);
      } else this.sessionHi = this.sessionLo = 0;
    }
    const end = start + need;
    start += session === 1 ? HEADER_SIZE + 8 : HEADER_SIZE;
    this.#start = end;
    this.bodyStart = start;
    this.bodyEnd = end;
    if (type === TYPE_STREAM && length > 8) {
      this.#streamLeft = length - 8;
      if (available > need) return this.#streamPart(end, available - need);
      // The header has arrived alone: the first part follows.
      return false;
    }
    return true;
  }

  /** Reads the ids of a frame where there is no view. */
  #readIds(buf: Uint8Array, start: number, session: number): void {
    this.idHi = readU32(buf, start + 2);
    this.idLo = readU32(buf, start + 6);
    this.sessionHi = session === 1 ? readU32(buf, start + 14) : 0;
    this.sessionLo = session === 1 ? readU32(buf, start + 18) : 0;
  }

  /** Moves what is held to the front; somebody may still look at a frame that was rewound. */
  #compact(): void {
    if (this.#rewound) {
      this.#move(this.buf.length);
      return;
    }
    this.buf.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }

  #move(size: number): void {
    const held = this.buf.subarray(this.#start, this.#end);
    const buf = new Uint8Array(size);
    buf.set(held);
    this.#use(buf);
    this.#end -= this.#start;
    this.#start = 0;
  }

  #use(buf: Uint8Array): void {
    this.#free();
    this.buf = buf;
    this.#view = buf.length > PARKED_SIZE
      ? new DataView(buf.buffer)
      : undefined;
  }

  /** Nobody looks at the buffer any more, unless at a frame that was rewound. A large frame outgrows many, faster than garbage is collected. */
  #free(): void {
    if (!this.#rewound) freeBuffer(this.buf);
  }

  #streamPart(start: number, available: number): boolean {
    const take = Math.min(available, this.#streamLeft);
    this.#streamLeft -= take;
    this.#start = this.bodyEnd = start + take;
    this.bodyStart = start;
    return true;
  }

  #checkLength(type: number, length: number, min: number): never {
    const name = `0x${type.toString(16).padStart(2, "0")}`;
    if (min === UNKNOWN) {
      throw new ProtocolError(`Cannot parse frame: unknown type ${name}`);
    }
    const max = Math.min(MAX_LENGTH[type]!, this.#maxPayload);
    const why = min === max
      ? `is not ${min}`
      : length < min
      ? `is below ${min}`
      : `exceeds ${max}`;
    throw new ProtocolError(
      `Cannot parse frame of type ${name}: length ${length} ${why}`,
    );
  }
}

/**
 * The batches in which a gateway of ours tells who is connected to it
 * (docs/PROTOCOL.md, section 5.7).
 *
 * ```text
 * version 1 (1), flags (1), epoch (4), edges (4), services (4), records (2),
 * then of each record: kind (1), id (8), since (8), seq (4), and of an online
 * address length (2), address, and of a service's: meta length (4), meta
 * ```
 *
 * @module
 */

import {
  BinaryReader,
  BinaryWriter,
  checkStamp,
  STAMP_SIZE,
  utf8,
} from "./binary.ts";
import type { PresenceEvent } from "./presence.ts";

/** Records in one batch, at most. */
export const MAX_BATCH_RECORDS = 1_000;
/** Bytes of a batch that has more than one record, at most. */
export const MAX_BATCH_BYTES = 65_536;
/** Bytes of what a service says about itself, at most; the rest of a longer one is cut off. A long one has a batch of its own. */
export const MAX_SERVICE_META = 524_288;
/** Bytes of an address, at most; the rest of a longer one is cut off. */
export const MAX_ADDR = 512;

const VERSION = 1;
const FLAG_SYNC_BEGIN = 1;
const FLAG_SYNC_END = 2;
const KNOWN_FLAGS = FLAG_SYNC_BEGIN | FLAG_SYNC_END;
const HEAD_SIZE = 16;
const FLAGS_AT = 1;
const RECORDS_AT = 14;
/** Kind, id and stamp. */
const RECORD_SIZE = 9 + STAMP_SIZE;
const LARGEST_BATCH = HEAD_SIZE + RECORD_SIZE + 2 + MAX_ADDR + 4 +
  MAX_SERVICE_META;

/** By their codes, less 1. */
const KINDS = [
  "edge-online",
  "edge-offline",
  "service-online",
  "service-offline",
] as const;

/** What every batch says beside its events. */
export interface BatchHead {
  /**
   * Which telling of everything this belongs to, from 1 to 2^32 - 1, greater by
   * 1 at each `syncBegin` of a link.
   */
  readonly epoch: number;
  /** Edges that are connected to the gateway. */
  readonly edges: number;
  /** Services that are connected to the gateway. */
  readonly services: number;
}

/** One batch. */
export interface PresenceBatch extends BatchHead {
  /** Here begins the telling of everybody who is connected. */
  readonly syncBegin: boolean;
  /** Here it ends: whoever was not told between is not connected. */
  readonly syncEnd: boolean;
  /** The events, in the order in which they happened. */
  readonly events: readonly PresenceEvent[];
}

/** Writes one batch, event by event, as far as there is room. */
export class PresenceBatchWriter {
  /** Events in it. */
  count = 0;
  readonly #writer = new BinaryWriter(1_024);
  #flags = 0;

  /**
   * Begins without events.
   *
   * @param head What it says beside them.
   */
  constructor({ epoch, edges, services }: BatchHead) {
    this.#writer.u8(VERSION);
    this.#writer.u8(0);
    this.#writer.u32(epoch);
    this.#writer.u32(edges);
    this.#writer.u32(services);
    this.#writer.u16(0);
  }

  /** Bytes so far. */
  get size(): number {
    return this.#writer.size;
  }

  /** Everybody who is connected is told from this batch on. */
  beginSync(): void {
    this.#flags |= FLAG_SYNC_BEGIN;
  }

  /** Everybody who is connected was told with this batch. */
  endSync(): void {
    this.#flags |= FLAG_SYNC_END;
  }

  /**
   * Adds an event.
   *
   * @param event What happened.
   * @returns Whether there was room; the first event always has it.
   * @throws {RangeError} If its stamp makes no sense.
   */
  add(event: PresenceEvent): boolean {
    checkStamp(event.stamp);
    const online = "addr" in event;
    const service = event.kind === "service-online";
    const addr = online ? fitting(event.addr, MAX_ADDR) : undefined;
    const meta = service ? fitting(event.meta, MAX_SERVICE_META) : undefined;
    const size = RECORD_SIZE + (addr === undefined ? 0 : 2 + addr.length) +
      (meta === undefined ? 0 : 4 + meta.length);
    const writer = this.#writer;
    const full = this.count >= MAX_BATCH_RECORDS ||
      writer.size + size > MAX_BATCH_BYTES;
    if (full && this.count > 0) return false;
    writer.u8(KINDS.indexOf(event.kind) + 1);
    writer.u64(event.id);
    writer.stamp(event.stamp);
    if (addr !== undefined) {
      writer.u16(addr.length);
      writer.bytes(addr);
    }
    if (meta !== undefined) {
      writer.u32(meta.length);
      writer.bytes(meta);
    }
    this.count++;
    return true;
  }

  /**
   * Gives the batch; nothing can be added any more.
   *
   * @returns The data of the call.
   */
  finish(): Uint8Array<ArrayBuffer> {
    this.#writer.setU8(FLAGS_AT, this.#flags);
    this.#writer.setU16(RECORDS_AT, this.count);
    return this.#writer.finish();
  }
}

/** Cuts text that is too long, between two characters. */
function fitting(text: string, most: number): Uint8Array<ArrayBuffer> {
  const bytes = utf8(text);
  if (bytes.length <= most) return bytes;
  let end = most;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

/**
 * Reads a batch.
 *
 * @param data The data of the call.
 * @returns The batch.
 * @throws {ProtocolError} If it is malformed or beyond a limit.
 */
export function decodePresenceBatch(data: Uint8Array): PresenceBatch {
  const reader = new BinaryReader("presence batch", data);
  if (data.length > LARGEST_BATCH) {
    throw reader.wrong(`${data.length} bytes exceed ${LARGEST_BATCH}`);
  }
  const version = reader.u8();
  if (version !== VERSION) throw reader.wrong(`version ${version} is unknown`);
  const flags = reader.u8();
  if ((flags & ~KNOWN_FLAGS) !== 0) {
    throw reader.wrong(`flags ${flags} are unknown`);
  }
  const epoch = reader.u32();
  const edges = reader.u32();
  const services = reader.u32();
  const count = reader.u16();
  if (count > MAX_BATCH_RECORDS) {
    throw reader.wrong(`${count} records exceed ${MAX_BATCH_RECORDS}`);
  }
  if (count > 1 && data.length > MAX_BATCH_BYTES) {
    throw reader.wrong(`${data.length} bytes exceed ${MAX_BATCH_BYTES}`);
  }
  if (count * RECORD_SIZE > reader.left) {
    throw reader.wrong("it ends too early");
  }
  const events: PresenceEvent[] = [];
  for (let i = 0; i < count; i++) events.push(readEvent(reader));
  reader.end();
  return {
    syncBegin: (flags & FLAG_SYNC_BEGIN) !== 0,
    syncEnd: (flags & FLAG_SYNC_END) !== 0,
    epoch,
    edges,
    services,
    events,
  };
}

function readEvent(reader: BinaryReader): PresenceEvent {
  const code = reader.u8();
  const kind = KINDS[code - 1];
  if (kind === undefined) throw reader.wrong(`kind ${code} is unknown`);
  const id = reader.u64();
  const stamp = reader.stamp();
  if (kind === "edge-offline" || kind === "service-offline") {
    return { kind, id, stamp };
  }
  const addrLength = reader.u16();
  if (addrLength > MAX_ADDR) {
    throw reader.wrong(`${addrLength} bytes of address exceed ${MAX_ADDR}`);
  }
  const addr = reader.text(addrLength);
  const metaLength = kind === "service-online" ? reader.u32() : 0;
  if (metaLength > MAX_SERVICE_META) {
    throw reader.wrong(
      `${metaLength} bytes of meta exceed ${MAX_SERVICE_META}`,
    );
  }
  return { kind, id, stamp, addr, meta: reader.text(metaLength) };
}

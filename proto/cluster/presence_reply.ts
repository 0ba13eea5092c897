/**
 * What a directory replies to a batch.
 *
 * ```text
 * version 1 (1), flags (1), clock (8), evictions
 * ```
 *
 * @module
 */

import { BinaryReader, BinaryWriter } from "./binary.ts";
import { readEvictions, writeEvictions } from "./evictions.ts";
import type { Eviction } from "./presence.ts";

const VERSION = 1;
const FLAG_RESYNC = 1;
const FLAG_UNAVAILABLE = 2;
const KNOWN_FLAGS = FLAG_RESYNC | FLAG_UNAVAILABLE;

/** One reply. */
export interface PresenceReply {
  /** The clock of the cluster, in milliseconds. */
  readonly now: number;
  /** Everything is to be told again, from a new `syncBegin` on. */
  readonly resync: boolean;
  /**
   * The store does not answer, and nothing of the batch was entered. Nothing of
   * it need be repeated either: everything is asked for when the store is back.
   */
  readonly unavailable: boolean;
  /** Connections that are to end, for newer ones elsewhere have replaced them. */
  readonly evictions: readonly Eviction[];
}

/**
 * Writes a reply.
 *
 * @param reply What it says.
 * @returns The data of the answer.
 * @throws {RangeError} If it says what cannot be written.
 */
export function encodePresenceReply(
  reply: PresenceReply,
): Uint8Array<ArrayBuffer> {
  const { now, resync, unavailable, evictions } = reply;
  if (!(Number.isSafeInteger(now) && now >= 0)) {
    throw new RangeError(
      `Cannot encode reply: ${now} is no whole number of milliseconds`,
    );
  }
  const writer = new BinaryWriter(12 + evictions.length * 20);
  writer.u8(VERSION);
  writer.u8((resync ? FLAG_RESYNC : 0) | (unavailable ? FLAG_UNAVAILABLE : 0));
  writer.time(now);
  writeEvictions(writer, evictions);
  return writer.finish();
}

/**
 * Reads a reply.
 *
 * @param data The data of the answer.
 * @returns What it says.
 * @throws {ProtocolError} If it is malformed.
 */
export function decodePresenceReply(data: Uint8Array): PresenceReply {
  const reader = new BinaryReader("reply to a presence batch", data);
  const version = reader.u8();
  if (version !== VERSION) throw reader.wrong(`version ${version} is unknown`);
  const flags = reader.u8();
  if ((flags & ~KNOWN_FLAGS) !== 0) {
    throw reader.wrong(`flags ${flags} are unknown`);
  }
  const now = reader.time();
  return {
    now,
    resync: (flags & FLAG_RESYNC) !== 0,
    unavailable: (flags & FLAG_UNAVAILABLE) !== 0,
    evictions: readEvictions(reader),
  };
}

/**
 * Connections of edges that newer ones elsewhere have replaced, as they are told
 * to their gateway.
 *
 * ```text
 * count (2), then of each: edge id (8), since (8), seq (4)
 * ```
 *
 * @module
 */

import {
  BinaryReader,
  BinaryWriter,
  checkStamp,
  STAMP_SIZE,
} from "./binary.ts";
import type { Eviction } from "./presence.ts";

/** Evictions that are told at a time, at most. */
export const MAX_EVICTIONS = 1_000;

const EVICTION_SIZE = 8 + STAMP_SIZE;

/**
 * Writes evictions.
 *
 * @param writer Takes them.
 * @param evictions At most {@linkcode MAX_EVICTIONS}.
 * @throws {RangeError} If there are more, or a stamp makes no sense.
 */
export function writeEvictions(
  writer: BinaryWriter,
  evictions: readonly Eviction[],
): void {
  if (evictions.length > MAX_EVICTIONS) {
    throw new RangeError(
      `Cannot encode ${evictions.length} evictions: the limit is ${MAX_EVICTIONS}`,
    );
  }
  writer.u16(evictions.length);
  for (const { edgeId, stamp } of evictions) {
    checkStamp(stamp);
    writer.u64(edgeId);
    writer.stamp(stamp);
  }
}

/**
 * Reads evictions, up to the end of what is read.
 *
 * @param reader Holds them.
 * @returns The evictions.
 * @throws {ProtocolError} If they are malformed or too many.
 */
export function readEvictions(reader: BinaryReader): Eviction[] {
  const count = reader.u16();
  if (count > MAX_EVICTIONS) {
    throw reader.wrong(`${count} evictions exceed ${MAX_EVICTIONS}`);
  }
  if (count * EVICTION_SIZE > reader.left) {
    throw reader.wrong("it ends too early");
  }
  const evictions: Eviction[] = [];
  for (let i = 0; i < count; i++) {
    evictions.push({ edgeId: reader.u64(), stamp: reader.stamp() });
  }
  reader.end();
  return evictions;
}

/**
 * Writes the data of `edge_evict`.
 *
 * @param evictions At most {@linkcode MAX_EVICTIONS}.
 * @returns The data of the call.
 * @throws {RangeError} If there are more, or a stamp makes no sense.
 */
export function encodeEvictions(
  evictions: readonly Eviction[],
): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter(2 + evictions.length * EVICTION_SIZE);
  writeEvictions(writer, evictions);
  return writer.finish();
}

/**
 * Reads the data of `edge_evict`.
 *
 * @param data The data of the call.
 * @returns The evictions.
 * @throws {ProtocolError} If it is malformed.
 */
export function decodeEvictions(data: Uint8Array): Eviction[] {
  return readEvictions(new BinaryReader("evictions", data));
}

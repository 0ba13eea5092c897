/** Generated payloads: both ends make the same bytes from a size and a seed, so that only a hash has to be compared. */

/** A payload given by size and seed. */
export interface Pattern {
  /** Number of bytes. */
  readonly size: number;
  /** Start of the sequence; different seeds give different bytes. */
  readonly seed: number;
}

/**
 * Makes the bytes of a pattern: a xorshift sequence, the same as in the Go peer.
 *
 * @param spec Size and seed.
 * @returns The bytes.
 */
export function patternBytes(spec: Pattern): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(spec.size);
  let x = (Math.imul(spec.seed, 2654435761) + 1) | 0;
  if (x === 0) x = 1;
  for (let i = 0; i < out.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    out[i] = x & 0xff;
  }
  return out;
}

/**
 * Hashes bytes.
 *
 * @param bytes What to hash.
 * @returns SHA-256 in lower-case hex, as the Go peer reports it.
 */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/**
 * One id at all gateways.
 *
 * @module
 */

/**
 * Draws an id for a service. All gateways are asked for the same one, at the same
 * time: it cannot be the first one's to choose.
 *
 * @returns 62 random bits: no gateway that allocates ids gives one like it, and
 * every peer can keep it in a signed number.
 */
export function randomServiceId(): bigint {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (BigInt(high! >>> 2) << 32n) | BigInt(low!) | 1n;
}

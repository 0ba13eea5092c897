/**
 * What services are told about an edge.
 *
 * @module
 */

import { encodeBase64 } from "@frontier/proto/internal";
import { formatAddress, type PeerAddress } from "@frontier/platform";

/** The facts of an event. An edge has them; they outlive its connection. */
export interface EdgeFacts {
  /** High half of its id. */
  readonly idHi: number;
  /** Low half of its id. */
  readonly idLo: number;
  /** Its id. */
  readonly id: bigint;
  /** Its source address as a number, for routing by address. */
  readonly source: number;
  /** Where it connected from. */
  readonly address: PeerAddress;
  /** What it said of itself; `undefined` when it said nothing. */
  readonly meta: Uint8Array | undefined;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Writes an event as Go peers expect it; the id is a bare number of up to 20
 * digits. Source: docs/spec/wire.md §9.4.
 *
 * @param facts What to tell.
 * @returns JSON in UTF-8.
 */
export function encodeEdgeEvent(facts: EdgeFacts): Uint8Array {
  const { address, id, meta } = facts;
  return encoder.encode(
    `{"EdgeID":${id},"Meta":${
      meta === undefined ? "null" : `"${decoder.decode(encodeBase64(meta))}"`
    },"Net":${JSON.stringify(address.network)},"Str":${
      JSON.stringify(formatAddress(address))
    }}`,
  );
}

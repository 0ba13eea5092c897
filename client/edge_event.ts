/**
 * What gateways tell services about edges. Source: docs/spec/wire.md §9.4.
 *
 * @module
 */

import { decodeText, NO_BYTES } from "@frontier/endpoint/internal";
import { decodeBase64 } from "@frontier/proto/internal";

/** An edge that came or went. */
export interface EdgeEvent {
  /** Its id. */
  readonly edgeId: bigint;
  /** What it said about itself when it connected. */
  readonly meta: Uint8Array;
  /** Name of the network it came by, such as `tcp`. */
  readonly network: string;
  /** Its address, such as `192.0.2.7:51234`. */
  readonly address: string;
}

/** Ids exceed what a JSON number holds here: they are read as text. */
const ID = /("EdgeID"\s*:\s*)(\d+)/i;
const DIGITS = /^\d+$/;

/**
 * Decodes an event.
 *
 * @param data The data of the gateway's call.
 * @returns The event.
 * @throws {SyntaxError} If it is malformed.
 */
export function decodeEdgeEvent(data: Uint8Array): EdgeEvent {
  const text = decodeText(data).replace(ID, '$1"$2"');
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) {
    throw new SyntaxError(`Cannot decode edge event: ${text}`);
  }
  const fields = new Map<string, unknown>();
  for (const [key, field] of Object.entries(value)) {
    fields.set(key.toLowerCase(), field);
  }
  const string = (key: string) => {
    const field = fields.get(key);
    return typeof field === "string" ? field : "";
  };
  const edgeId = string("edgeid");
  if (!DIGITS.test(edgeId)) {
    throw new SyntaxError(`Cannot decode edge event without an id: ${text}`);
  }
  const meta = string("meta");
  return {
    edgeId: BigInt(edgeId),
    meta: meta === "" ? NO_BYTES : decodeMeta(meta),
    network: string("net"),
    address: string("str"),
  };
}

function decodeMeta(text: string): Uint8Array {
  const chars = new TextEncoder().encode(text);
  try {
    return decodeBase64(chars, 0, chars.length);
  } catch (cause) {
    throw new SyntaxError("Cannot decode the meta of an edge: not base64", {
      cause,
    });
  }
}

/**
 * Encodes the answer of `get_edge_id`.
 *
 * @param id The id; 0 lets the gateway choose.
 * @returns Eight bytes, big-endian.
 */
export function encodeEdgeId(id: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, id);
  return bytes;
}

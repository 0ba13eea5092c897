/**
 * Services at the wrong port.
 *
 * @module
 */

/** A service's meta is small; larger ones are an edge's own. */
const MAX_META = 16_384;
const OPENING_BRACE = 0x7b;

const decoder = new TextDecoder();

/**
 * Tells whether bytes are what a service says of itself: JSON with a text
 * `service`. An edge may say of itself what it likes, so it is let in all the
 * same; but nothing is ever routed to a service at the port of edges, and
 * without a word in the log that is hard to find.
 *
 * @param meta The meta of a connection.
 * @returns Whether a service would introduce itself so.
 */
export function isServiceMeta(meta: Uint8Array): boolean {
  if (meta[0] !== OPENING_BRACE || meta.length > MAX_META) return false;
  const text = decoder.decode(meta);
  // Edges like JSON too; most of it need not be parsed.
  if (!/"service"/i.test(text)) return false;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return false;
    return Object.entries(value).some(([key, field]) =>
      key.toLowerCase() === "service" && typeof field === "string"
    );
  } catch {
    return false;
  }
}

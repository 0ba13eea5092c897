/**
 * What a service says of itself.
 *
 * @module
 */

/** Name and topics of a service. */
export interface ServiceMeta {
  /** Its name; may be empty. */
  readonly service: string;
  /** The topics it takes. */
  readonly topics: readonly string[];
}

const MAX_TOPICS = 4096;

/**
 * Reads the meta of a service's conn: JSON with `service` and `topics`, keys in
 * any letter case, unknown keys ignored. Source: docs/spec/wire.md §9.2.
 *
 * @param meta The bytes.
 * @returns Name and topics.
 * @throws {SyntaxError} If it is not such an object; the message says what is wrong.
 */
export function parseServiceMeta(meta: Uint8Array | undefined): ServiceMeta {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(meta));
  } catch {
    throw new SyntaxError(
      'illegal service meta: expected JSON like {"service":"name","topics":["topic"]}; edges connect to the other port',
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SyntaxError("illegal service meta: expected a JSON object");
  }
  let service: unknown = "";
  let topics: unknown = [];
  for (const [key, field] of Object.entries(value)) {
    if (field === null) continue;
    const name = key.toLowerCase();
    if (name === "service") service = field;
    else if (name === "topics") topics = field;
  }
  if (typeof service !== "string") {
    throw new SyntaxError("illegal service meta: service must be a string");
  }
  if (
    !Array.isArray(topics) || topics.length > MAX_TOPICS ||
    !topics.every((topic) => typeof topic === "string")
  ) {
    throw new SyntaxError(
      `illegal service meta: topics must be a list of at most ${MAX_TOPICS} strings`,
    );
  }
  return { service, topics: [...new Set(topics as string[])] };
}

/**
 * What a service says of itself.
 *
 * @module
 */

import { encodeJson } from "@frontier/endpoint";
import { checkName } from "@frontier/endpoint/internal";
import type { ServiceOptions } from "./options.ts";

/**
 * Writes the meta of a service. A name or topics of another type would be
 * refused by the gateway, as an unreadable meta, at every attempt.
 *
 * @param options Its name and its topics, perhaps of a program without types.
 * @returns The meta, as it goes over the wire.
 * @throws {TypeError} If the name is no text, or the topics are no list of texts.
 */
export function serviceMeta(
  { name = "", topics }: ServiceOptions,
): Uint8Array<ArrayBuffer> {
  checkName(name, "name of a service");
  if (topics !== undefined && topics !== null) {
    if (!Array.isArray(topics)) {
      throw new TypeError(
        `Cannot take ${typeof topics} as topics: need a list, such as ["news"]`,
      );
    }
    for (const topic of topics) checkName(topic, "topic");
  }
  return encodeJson({ service: name, topics: topics ?? null });
}

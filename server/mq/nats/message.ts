/**
 * Messages as NATS gets them.
 *
 * @module
 */

import { headers, type MsgHdrs } from "@nats-io/transport-node";
import type { BrokerHeadersConfig } from "../../config/mod.ts";
import type { Publication } from "../publication.ts";

/** Bytes that the headers of a message may take, all that can be configured together, without the meta. */
const HEADERS_BYTES = 256;
/** Room that is kept for headers when nothing but the id is sent. */
const ID_BYTES = 96;

/**
 * Writes the headers that are wanted.
 *
 * @param publication The message, which says what is wanted.
 * @returns The headers; `undefined` when there are none.
 */
export function natsHeaders(publication: Publication): MsgHdrs | undefined {
  const { edgeId, meta, messageId, contentType } = publication.headers;
  if (!edgeId && !meta && !messageId && contentType === "") return undefined;
  const made = headers();
  if (edgeId) made.set("Frontier-Edge-Id", publication.edge.toString());
  if (meta && publication.meta !== undefined) {
    made.set("Frontier-Edge-Meta", publication.meta.toBase64());
  }
  if (messageId) made.set("Frontier-Message-Id", publication.id);
  if (contentType !== "") made.set("Content-Type", contentType);
  return made;
}

/**
 * @param bytes Length of the data of a message.
 * @param maxPayload What the server takes, headers included; `undefined` while
 * it is not known.
 * @param config Which headers are wanted.
 * @returns Why the server would not take it; empty when it would.
 */
export function sizeRule(
  bytes: number,
  maxPayload: number | undefined,
  config: BrokerHeadersConfig,
): string {
  if (maxPayload === undefined) return "";
  const { edgeId, meta, messageId, contentType } = config;
  const many = edgeId || meta || messageId || contentType !== "";
  const most = maxPayload -
    (many ? HEADERS_BYTES + contentType.length : ID_BYTES);
  return bytes > most
    ? `nats takes at most ${most} bytes of data (max_payload ${maxPayload}), not ${bytes}`
    : "";
}

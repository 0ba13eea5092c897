/**
 * What the packages of Frontier itself build on: the connection engine, the
 * bodies as they are read on the way, the constants of the wire. Not covered by
 * semantic versioning; what is, stands in `mod.ts`.
 *
 * @example A request on its way through a gateway: the edge's id is appended, nothing is parsed twice
 * ```ts
 * import {
 *   BODY_SLACK,
 *   DataBody,
 *   decodeDataBody,
 *   emptyDataFields,
 *   encodeDataBody,
 *   writeWithTail,
 * } from "@frontier/proto/internal";
 * import { assertEquals } from "@std/assert";
 *
 * const value = new TextEncoder().encode("21 degrees");
 * const sent = encodeDataBody({ ...emptyDataFields(), value });
 * const body = new DataBody();
 * body.read(sent, 0, sent.length);
 * assertEquals(body.valueBytes(), value);
 *
 * const passed = new Uint8Array(sent.length + BODY_SLACK);
 * const view = new DataView(passed.buffer);
 * const end = writeWithTail(view, 0, body, 0, 7, 0);
 * const { custom } = decodeDataBody(passed, 0, end);
 * assertEquals(custom, new Uint8Array([0, 0, 0, 0, 0, 0, 0, 7]));
 * ```
 *
 * @module
 */

export * from "./body/base64.ts";
export * from "./body/body_view.ts";
export * from "./wire/buffer_pool.ts";
export * from "./wire/constants.ts";
export * from "./body/data_body.ts";
export * from "./link/close_reason.ts";
export * from "./link/heartbeat.ts";

export * from "./link/features.ts";
export * from "./wire/frame_reader.ts";
export * from "./errors/frontier_error.ts";
export * from "./body/bodies.ts";
export * from "./body/traceparent.ts";
export * from "./body/json_body.ts";
export * from "./link/agreement.ts";
export * from "./link/connection_handler.ts";
export {
  Link,
  type LinkHandler,
  type LinkSession as Session,
} from "./link/link.ts";
export * from "./link/link_asks.ts";
export * from "./link/link_end.ts";
export * from "./link/link_flow.ts";
export * from "./link/link_output.ts";
export * from "./link/link_port.ts";
export * from "./link/link_reading.ts";
export * from "./link/link_settings.ts";
export * from "./link/link_start.ts";
export * from "./link/link_state.ts";
export * from "./link/packet_ids.ts";
export * from "./wire/outbox.ts";
export * from "./packet/packet.ts";
export * from "./link/pending.ts";
export * from "./errors/protocol_error.ts";
export * from "./body/rfc3339.ts";
export * from "./link/orderly_close.ts";
export type { Session as SessionOf, SessionLink } from "./link/session.ts";
export * from "./link/session_flow.ts";
export * from "./link/vigil.ts";
export * from "./link/session_handler.ts";
export * from "./link/session_map.ts";
export * from "./body/slow_parse.ts";
export * from "./body/splice.ts";
export * from "./wire/timer_wheel.ts";
export * from "./errors/verdict.ts";
export * from "./errors/wire_errors.ts";

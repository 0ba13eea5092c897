/**
 * The wire protocol of Frontier: frames, bodies, and the engine of one
 * connection. No input or output, no timers of its own, no platform API: it
 * runs wherever JavaScript runs.
 *
 * @module
 */

export * from "./base64.ts";
export * from "./body_view.ts";
export * from "./buffer_pool.ts";
export * from "./constants.ts";
export * from "./data_body.ts";
export * from "./features.ts";
export * from "./frame_reader.ts";
export * from "./frontier_error.ts";
export * from "./json_body.ts";
export * from "./link.ts";
export * from "./link_output.ts";
export * from "./link_settings.ts";
export * from "./outbox.ts";
export * from "./packet.ts";
export * from "./pending.ts";
export * from "./protocol_error.ts";
export * from "./rfc3339.ts";
export * from "./session.ts";
export * from "./session_map.ts";
export * from "./slow_parse.ts";
export * from "./splice.ts";
export * from "./timer_wheel.ts";
export * from "./verdict.ts";
export * from "./wire_errors.ts";

/**
 * The wire protocol of Frontier, for programs that look at it: errors and ends,
 * whole packets as objects, and the timers that a gateway can be given. No input
 * or output, no timers of its own, no platform API: it runs wherever JavaScript
 * runs.
 *
 * @example What a gateway's error means to a program
 * ```ts
 * import { FrontierError } from "@frontier/proto";
 * import { assertEquals } from "@std/assert";
 *
 * const error = FrontierError.fromWire("edge not online");
 * assertEquals(error.code, "edge-not-online");
 * ```
 *
 * @module
 */

export type { ConnBody, DataFields, SessionBody } from "./body/bodies.ts";
export { emptyDataFields } from "./body/json_body.ts";
export type { TimeValue } from "./body/rfc3339.ts";
export {
  FrontierError,
  type FrontierErrorCode,
  type FrontierErrorOptions,
} from "./errors/frontier_error.ts";
export { ProtocolError } from "./errors/protocol_error.ts";
export type { Verdict } from "./errors/verdict.ts";
export type {
  CloseKind,
  CloseReason,
  FarewellReason,
} from "./link/close_reason.ts";
export { FEATURES } from "./link/features.ts";
export {
  type ConnAckPacket,
  type ConnPacket,
  type CreditPacket,
  type DataPacket,
  decodePacket,
  type DisconnAckPacket,
  type DismissPacket,
  type EmptyPacket,
  encodePacket,
  type FarewellPacket,
  type Packet,
  type PacketType,
  type RegisterAckPacket,
  type RegisterPacket,
  type RequestCancelPacket,
  type SessionAckPacket,
  type SessionPacket,
  type StreamPacket,
} from "./packet/packet.ts";
export { MAX_PAYLOAD } from "./wire/constants.ts";
export { Timer, type Timers, TimerWheel } from "./wire/timer_wheel.ts";

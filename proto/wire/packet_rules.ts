/**
 * What must hold of a frame before anybody looks inside.
 *
 * Source: docs/spec/wire.md §1.3, §1.4 and §11.1.
 *
 * @module
 */

import * as wire from "./constants.ts";

/** What the types of packets are called. */
export type PacketType =
  | "conn"
  | "conn-ack"
  | "disconn"
  | "disconn-ack"
  | "farewell"
  | "heartbeat"
  | "heartbeat-ack"
  | "session"
  | "session-ack"
  | "dismiss"
  | "dismiss-ack"
  | "message"
  | "message-ack"
  | "stream"
  | "credit"
  | "request"
  | "response"
  | "request-cancel"
  | "register"
  | "register-ack";

/** What must hold of the frames of one type. */
export interface PacketRule {
  /** Name of the type. */
  readonly name: PacketType;
  /** Its code on the wire. */
  readonly code: number;
  /** Shortest payload in bytes; every JSON text has at least two. */
  readonly min: number;
  /** Longest payload in bytes, where the limit of the connection is not enough. */
  readonly max?: number;
  /** Whether the payload starts with a session id. */
  readonly session?: true;
}

/**
 * Longest payload of a packet that carries nothing of an application, in bytes:
 * reading its JSON must not hold up everybody else.
 */
const MAX_CONTROL = 262_144;

/** The rules of all types. */
export const PACKET_RULES: readonly PacketRule[] = [
  { name: "conn", code: wire.TYPE_CONN, min: 12 },
  { name: "conn-ack", code: wire.TYPE_CONN_ACK, min: 11 },
  { name: "disconn", code: wire.TYPE_DISCONN, min: 0, max: 0 },
  {
    name: "disconn-ack",
    code: wire.TYPE_DISCONN_ACK,
    min: 3,
    max: MAX_CONTROL,
  },
  { name: "farewell", code: wire.TYPE_FAREWELL, min: 2, max: MAX_CONTROL },
  { name: "heartbeat", code: wire.TYPE_HEARTBEAT, min: 0, max: 0 },
  { name: "heartbeat-ack", code: wire.TYPE_HEARTBEAT_ACK, min: 0, max: 0 },
  { name: "session", code: wire.TYPE_SESSION, min: 12 },
  {
    name: "session-ack",
    code: wire.TYPE_SESSION_ACK,
    min: 20,
    max: MAX_CONTROL,
  },
  {
    name: "dismiss",
    code: wire.TYPE_DISMISS,
    min: 10,
    max: MAX_CONTROL,
    session: true,
  },
  {
    name: "dismiss-ack",
    code: wire.TYPE_DISMISS_ACK,
    min: 10,
    max: MAX_CONTROL,
    session: true,
  },
  { name: "message", code: wire.TYPE_MESSAGE, min: 10, session: true },
  { name: "message-ack", code: wire.TYPE_MESSAGE_ACK, min: 10, session: true },
  { name: "stream", code: wire.TYPE_STREAM, min: 8, session: true },
  { name: "credit", code: wire.TYPE_CREDIT, min: 12, max: 12, session: true },
  { name: "request", code: wire.TYPE_REQUEST, min: 10, session: true },
  { name: "response", code: wire.TYPE_RESPONSE, min: 10, session: true },
  {
    name: "request-cancel",
    code: wire.TYPE_REQUEST_CANCEL,
    min: 10,
    max: MAX_CONTROL,
    session: true,
  },
  { name: "register", code: wire.TYPE_REGISTER, min: 8, session: true },
  {
    name: "register-ack",
    code: wire.TYPE_REGISTER_ACK,
    min: 10,
    max: MAX_CONTROL,
    session: true,
  },
];

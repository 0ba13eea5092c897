/**
 * What must hold of a frame before anybody looks inside.
 *
 * Source: docs/spec/wire.md §1.3, §1.4 and §11.1.
 *
 * @module
 */

import {
  TYPE_CONN,
  TYPE_CONN_ACK,
  TYPE_CREDIT,
  TYPE_DISCONN,
  TYPE_DISCONN_ACK,
  TYPE_DISMISS,
  TYPE_DISMISS_ACK,
  TYPE_HEARTBEAT,
  TYPE_HEARTBEAT_ACK,
  TYPE_MESSAGE,
  TYPE_MESSAGE_ACK,
  TYPE_REGISTER,
  TYPE_REGISTER_ACK,
  TYPE_REQUEST,
  TYPE_REQUEST_CANCEL,
  TYPE_RESPONSE,
  TYPE_SESSION,
  TYPE_SESSION_ACK,
  TYPE_STREAM,
} from "./constants.ts";
import type { PacketType } from "./packet_types.ts";

/** What must hold of the frames of one type. */
export interface PacketRule {
  /** Name of the type. */
  readonly name: PacketType;
  /** Its code on the wire. */
  readonly code: number;
  /** Shortest payload in bytes; every JSON text has at least two. */
  readonly min: number;
  /** Whether no payload may be longer. */
  readonly exact?: true;
  /** Whether the payload starts with a session id. */
  readonly session?: true;
}

/** The rules of all types. */
export const PACKET_RULES: readonly PacketRule[] = [
  { name: "conn", code: TYPE_CONN, min: 12 },
  { name: "conn-ack", code: TYPE_CONN_ACK, min: 11 },
  { name: "disconn", code: TYPE_DISCONN, min: 0, exact: true },
  { name: "disconn-ack", code: TYPE_DISCONN_ACK, min: 3 },
  { name: "heartbeat", code: TYPE_HEARTBEAT, min: 0, exact: true },
  { name: "heartbeat-ack", code: TYPE_HEARTBEAT_ACK, min: 0, exact: true },
  { name: "session", code: TYPE_SESSION, min: 12 },
  { name: "session-ack", code: TYPE_SESSION_ACK, min: 20 },
  { name: "dismiss", code: TYPE_DISMISS, min: 10, session: true },
  { name: "dismiss-ack", code: TYPE_DISMISS_ACK, min: 10, session: true },
  { name: "message", code: TYPE_MESSAGE, min: 10, session: true },
  { name: "message-ack", code: TYPE_MESSAGE_ACK, min: 10, session: true },
  { name: "stream", code: TYPE_STREAM, min: 8, session: true },
  { name: "credit", code: TYPE_CREDIT, min: 12, exact: true, session: true },
  { name: "request", code: TYPE_REQUEST, min: 10, session: true },
  { name: "response", code: TYPE_RESPONSE, min: 10, session: true },
  { name: "request-cancel", code: TYPE_REQUEST_CANCEL, min: 10, session: true },
  { name: "register", code: TYPE_REGISTER, min: 8, session: true },
  { name: "register-ack", code: TYPE_REGISTER_ACK, min: 10, session: true },
];

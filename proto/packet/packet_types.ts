/**
 * Every packet of the protocol as an object.
 *
 * Source: docs/spec/wire.md §1.3 and §1.6.
 *
 * @module
 */

import type { ConnBody, DataFields, SessionBody } from "../body/bodies.ts";

/** The first packet of a connection, client to server. */
export interface ConnPacket {
  /** Which packet this is. */
  type: "conn";
  /** Id that the conn ack repeats. */
  packetId: bigint;
  /** First byte: id wish and heartbeat code. */
  flags: number;
  /** The client id that is wanted; 0 for none. */
  clientId: bigint;
  /** Meta, and our extensions. */
  body: ConnBody;
}

/** Accepts or refuses a connection. */
export interface ConnAckPacket {
  /** Which packet this is. */
  type: "conn-ack";
  /** Id of the conn. */
  packetId: bigint;
  /** 0 for success, 1 for an error. */
  returnCode: number;
  /** The client id that was assigned. */
  clientId: bigint;
  /** The reason of a refusal, and our extensions. */
  body: ConnBody;
}

/** A packet that has no payload. */
export interface EmptyPacket {
  /** Which packet this is. */
  type: "disconn" | "heartbeat" | "heartbeat-ack";
  /** Id that the answer repeats. */
  packetId: bigint;
}

/** Confirms a disconn. */
export interface DisconnAckPacket {
  /** Which packet this is. */
  type: "disconn-ack";
  /** Id of the disconn. */
  packetId: bigint;
  /** Always 0 from Go peers. */
  returnCode: number;
  /** Empty from Go peers. */
  body: ConnBody;
}

/** Says why the sender is about to close the connection. Ours, never sent to a Go peer. */
export interface FarewellPacket {
  /** Which packet this is. */
  type: "farewell";
  /** Free number. */
  packetId: bigint;
  /** Why. */
  reason: string;
}

/** Opens a session. */
export interface SessionPacket {
  /** Which packet this is. */
  type: "session";
  /** Id that the session ack repeats. */
  packetId: bigint;
  /** Not used; 0. */
  priority: number;
  /** Second byte: wish for an id. */
  flags: number;
  /** Id under which the session is negotiated. */
  negotiateId: bigint;
  /** Meta and peer. */
  body: SessionBody;
}

/** Confirms a session. */
export interface SessionAckPacket {
  /** Which packet this is. */
  type: "session-ack";
  /** Id of the session packet. */
  packetId: bigint;
  /** Not used; 0. */
  flags: number;
  /** Negotiate id of the session packet. */
  negotiateId: bigint;
  /** Id of the session from now on. */
  sessionId: bigint;
  /** The reason of a refusal. */
  body: SessionBody;
}

/** Closes a session, or confirms that. */
export interface DismissPacket {
  /** Which packet this is. */
  type: "dismiss" | "dismiss-ack";
  /** Id of the dismiss. */
  packetId: bigint;
  /** The session. */
  sessionId: bigint;
  /** Empty from Go peers; the error of a dismiss tells why the session did not end completely. */
  body: SessionBody;
}

/** A message, a request, or the answer to one. */
export interface DataPacket {
  /** Which packet this is. */
  type: "message" | "message-ack" | "request" | "response";
  /** Id that the answer repeats. */
  packetId: bigint;
  /** The session. */
  sessionId: bigint;
  /** What is said. */
  body: DataFields;
}

/** Raw bytes of a session. */
export interface StreamPacket {
  /** Which packet this is. */
  type: "stream";
  /** Free number. */
  packetId: bigint;
  /** The session. */
  sessionId: bigint;
  /** The bytes; after decoding a view of the frame. */
  data: Uint8Array;
}

/** Grants stream bytes to the peer. Ours, never sent to a Go peer. */
export interface CreditPacket {
  /** Which packet this is. */
  type: "credit";
  /** Free number. */
  packetId: bigint;
  /** The session; 0 for the connection. */
  sessionId: bigint;
  /** Bytes that the peer may send in addition. */
  bytes: number;
}

/** Cancels a request. */
export interface RequestCancelPacket {
  /** Which packet this is. */
  type: "request-cancel";
  /** Id of the request. */
  packetId: bigint;
  /** The session. */
  sessionId: bigint;
  /** 1 for cancelled by the caller, 2 for deadline exceeded. */
  cancelType: number;
}

/** Announces a method. */
export interface RegisterPacket {
  /** Which packet this is. */
  type: "register";
  /** Id that the register ack repeats. */
  packetId: bigint;
  /** The session. */
  sessionId: bigint;
  /** Name of the method, UTF-8 by convention; after decoding a view of the frame. */
  method: Uint8Array;
}

/** Confirms a register. */
export interface RegisterAckPacket {
  /** Which packet this is. */
  type: "register-ack";
  /** Id of the register. */
  packetId: bigint;
  /** The session. */
  sessionId: bigint;
  /** The reason of a refusal; empty on success. */
  error: string;
}

/** Any packet. */
export type Packet =
  | ConnPacket
  | ConnAckPacket
  | EmptyPacket
  | DisconnAckPacket
  | FarewellPacket
  | SessionPacket
  | SessionAckPacket
  | DismissPacket
  | DataPacket
  | StreamPacket
  | CreditPacket
  | RequestCancelPacket
  | RegisterPacket
  | RegisterAckPacket;

/**
 * The numbers of the wire: packet types, sizes and limits.
 *
 * Source: docs/spec/wire.md §1.2 to §1.8 (docs/PROTOCOL.md).
 *
 * @module
 */

/** Version byte of every frame we write. Receivers do not look at it. */
export const VERSION = 1;

/** Bytes before the payload: version, type, 8-byte packet id, 4-byte length. */
export const HEADER_SIZE = 14;

/** Largest payload a peer accepts by default, in bytes (10 MiB, inclusive). */
export const MAX_PAYLOAD = 10_485_760;

/** Client to server: the first packet of a connection. */
export const TYPE_CONN = 0x01;
/** Server to client: accepts or refuses a connection. */
export const TYPE_CONN_ACK = 0x02;
/** Starts, or answers, the orderly close of a connection. */
export const TYPE_DISCONN = 0x11;
/** Confirms a disconn. */
export const TYPE_DISCONN_ACK = 0x12;
/** Server to client: why the connection is about to end. Ours; only sent after `farewell` was negotiated. */
export const TYPE_FAREWELL = 0x13;
/** Client to server: sign of life. */
export const TYPE_HEARTBEAT = 0x21;
/** Server to client: answers a heartbeat. */
export const TYPE_HEARTBEAT_ACK = 0x22;
/** Opens a session. */
export const TYPE_SESSION = 0x31;
/** Confirms a session and names its final id. */
export const TYPE_SESSION_ACK = 0x32;
/** Starts, or answers, the close of a session. */
export const TYPE_DISMISS = 0x41;
/** Confirms a dismiss. */
export const TYPE_DISMISS_ACK = 0x42;
/** A message that its receiver acknowledges. */
export const TYPE_MESSAGE = 0x51;
/** Acknowledges a message, with or without an error. */
export const TYPE_MESSAGE_ACK = 0x52;
/** Raw bytes of a session. */
export const TYPE_STREAM = 0x61;
/** Grants stream bytes to the peer. Ours; only sent after `credit` was negotiated. */
export const TYPE_CREDIT = 0x62;
/** An RPC request. */
export const TYPE_REQUEST = 0x71;
/** An RPC response. */
export const TYPE_RESPONSE = 0x72;
/** Cancels an RPC request. */
export const TYPE_REQUEST_CANCEL = 0x73;
/** Announces that the sender answers a method. */
export const TYPE_REGISTER = 0x81;
/** Confirms a register. */
export const TYPE_REGISTER_ACK = 0x82;

/** Low half of the id of the default session, which every connection has. Its high half is 0. */
export const DEFAULT_SESSION = 1;

/** Flag of a conn packet: "server, choose my client id". */
export const CONN_FLAG_ACQUIRE_ID = 0x08;
/** Flag of a session packet: "acceptor, choose the session id". */
export const SESSION_FLAG_ACQUIRE_ID = 0x10;

/** The zero time as every unset time field carries it. */
export const ZERO_TIME = "0001-01-01T00:00:00Z";

/**
 * The error texts that cross the wire. An error is only its text there, so the
 * exact spelling is what peers compare (docs/spec/wire.md §10).
 *
 * @module
 */

/** No edge with the wanted id is connected. */
export const EDGE_NOT_ONLINE = "edge not online";

/** No service takes the wanted name, or none answers a control method. */
export const SERVICE_NOT_ONLINE = "service not online";

/** Nobody takes the topic of a message. */
export const TOPIC_NOT_ONLINE = "topic not online";

/** Declared by the original gateway; it sends {@linkcode RECORD_NOT_FOUND}. */
export const RPC_NOT_ONLINE = "rpc not online";

/** No service registered the method that an edge calls. */
export const RECORD_NOT_FOUND = "record not found";

/** A wait with a limit has expired. */
export const TIMEOUT = "timeout";

/** The peer, or the session that carried the operation, was torn down. */
export const FORCE_CLOSED = "force closed";

/** A bounded buffer or queue is full: the operation was not taken. */
export const SHORT_BUFFER = "short buffer";

/** The operation was carried out, but its answer could not be delivered; ours. */
export const ANSWER_LOST = "answer lost";

/** The broker that takes a topic cannot be reached: the message was not sent; ours. */
export const BROKER_UNAVAILABLE = "broker unavailable";

/** The broker that takes a topic did not say in time whether it has the message; ours. */
export const OUTCOME_UNKNOWN = "outcome unknown";

/** Starts the answer to a message that a broker does not take; its rule follows. Ours. */
export const MESSAGE_REFUSED_PREFIX = "message refused: ";

/** Starts the refusal of a peer that says it is of the other kind than the port is for; what to do follows. Ours. */
export const WRONG_PORT_PREFIX = "wrong port: ";

/** More sessions are open, or wait to be accepted, than their acceptor takes; ours. */
export const TOO_MANY_SESSIONS = "too many sessions";

/** What an opener says with a session is more than its acceptor is willing to keep; ours. */
export const SESSION_META_TOO_LARGE = "session meta too large";

/** `get_edge_id` answered with something other than eight bytes. */
export const ILLEGAL_EDGE_ID = "illegal edgeID";

/** The caller gave up. */
export const CONTEXT_CANCELED = "context canceled";

/** The time that the caller granted has passed. */
export const CONTEXT_DEADLINE_EXCEEDED = "context deadline exceeded";

/** Starts the answer to a request whose method nobody handles there. */
export const NO_SUCH_RPC_PREFIX = "no such rpc: ";

/** Starts the answer to a request whose Go handler panicked. */
export const HANDLER_PANIC_PREFIX = "rpc handler panic: ";

/** The encoded payload would exceed what a peer accepts. */
export const PAYLOAD_TOO_LARGE = "packet payload too large";

/** The connection or stream has ended. */
export const EOF = "EOF";

/** Written after the close, or queued but not sent at the close. */
export const CLOSED_PIPE = "io: read/write on closed pipe";

/** A stream was to be opened on a connection that has ended. */
export const CLOSED_MULTIPLEXER = "operation on closed multiplexer";

/** A wait was begun after the session had been torn down. */
export const SYNC_CLOSED = "synchub closed";

/** A wait was given up by its owner. */
export const SYNC_CANCELED = "sync canceled";

/** The limit set on reading or writing a stream has passed. */
export const IO_TIMEOUT = "i/o timeout";

/** The custom bytes of a service do not end in the id of an edge. */
export const ILLEGAL_CUSTOM = "illegal custom: need an edge id of 8 bytes";

/** The method is one of the control methods, which edges may not call. */
export const METHOD_NOT_ALLOWED = "method not allowed";

/**
 * The bounds that protect the gateway.
 *
 * @module
 */

/**
 * Every bound of the gateway. Each of them protects the process, or everybody
 * else, from one peer.
 *
 * In a configuration file they stand under `limits:` in snake_case, for example
 * `limits.max_outbox_bytes`. All of them are described with their consequences
 * in docs/LIMITS.md.
 *
 * `Infinity` (in a file `.inf`) is no limit, and so is a time of more than 2
 * 147 483 647 ms. A complete configuration has a finite number in its place, so
 * large that nothing reaches it.
 */
export interface Limits {
  /**
   * Bytes that everything the gateway keeps for its peers may take together:
   * queued and held bytes, outboxes, metas, records. `"auto"` is half of what
   * the machine or the process's control group has, where the runtime may see
   * it (`--allow-sys=systemMemoryInfo`), else 1 GiB. The gateway says at start
   * which one it is.
   *
   * @default {"auto"}
   */
  readonly maxMemory: number | "auto";
  /**
   * Connections on all listeners together. One more is closed as soon as it is
   * accepted.
   *
   * @default {1_100_000}
   */
  readonly maxConnections: number;
  /**
   * Connections from one remote address; 0 is no limit. Off by default, for
   * many edges may share one address behind NAT.
   *
   * @default {0}
   */
  readonly maxConnectionsPerAddress: number;
  /**
   * Open sessions (streams) of one connection, the first one included. One more
   * is refused.
   *
   * @default {4096}
   */
  readonly maxSessionsPerConnection: number;
  /**
   * Bytes of the meta that the opener of a session may send along. A session
   * with more is refused.
   *
   * @default {65_536}
   */
  readonly maxSessionMetaBytes: number;
  /**
   * Requests forwarded to one peer and not answered yet. One more is answered
   * with the buffer-full error at once.
   *
   * @default {65_536}
   */
  readonly maxInflightRequests: number;
  /**
   * Bytes waiting to be written to one connection. Over this mark requests and
   * messages to it are answered with the buffer-full error at once. It bounds
   * the gateway's memory for a peer that does not read.
   *
   * @default {33_554_432}
   */
  readonly maxOutboxBytes: number;
  /**
   * Payload bytes of one frame, checked before any memory is taken. A larger
   * frame ends its sender's connection. Go peers drop their connection above 10
   * 485 760, so a larger value serves only peers that have a larger one too.
   *
   * @default {10_485_760}
   */
  readonly maxFrameBytes: number;
  /**
   * Milliseconds from accept to the end of the handshake, TLS included. What
   * takes longer is closed.
   *
   * @default {10_000}
   */
  readonly handshakeTimeoutMs: number;
  /**
   * Bytes buffered for one stream whose receiver has no flow control. When they
   * are full, the sender's connection is not read.
   *
   * @default {4_194_304}
   */
  readonly streamBufferBytes: number;
  /**
   * Milliseconds that a full stream buffer may stay without progress before
   * this one stream is dismissed.
   *
   * @default {10_000}
   */
  readonly streamStallMs: number;
  /**
   * Milliseconds that a connection may take nothing of what waits to be written
   * to it before it is cut, though its peer still sends heartbeats.
   *
   * @default {120_000}
   */
  readonly writeStallMs: number;
  /**
   * Messages sent to an edge without flow control and not acknowledged yet, per
   * session.
   *
   * @default {32}
   */
  readonly messageWindowEdge: number;
  /**
   * Messages sent to a service without flow control and not acknowledged yet,
   * per session.
   *
   * @default {1024}
   */
  readonly messageWindowService: number;
  /**
   * Bytes of messages waiting for that window, per session. An overflow is
   * answered with the buffer-full error at once.
   *
   * @default {4_194_304}
   */
  readonly messageQueueBytes: number;
  /**
   * Milliseconds a forwarded request or message may take before its sender is
   * answered with the timeout error.
   *
   * @default {30_000}
   */
  readonly forwardTimeoutMs: number;
  /**
   * Milliseconds an orderly close waits for the peer's agreement before the
   * connection is cut.
   *
   * @default {2_000}
   */
  readonly closeGraceMs: number;
  /**
   * Bytes a session's sender may send before its receiver grants more, between
   * peers with flow control.
   *
   * @default {262_144}
   */
  readonly sessionWindowBytes: number;
  /**
   * Bytes all sessions of a connection together may send before the receiver
   * grants more, between peers with flow control.
   *
   * @default {16_777_216}
   */
  readonly connectionWindowBytes: number;
  /**
   * Methods one connection may register. One more ends the connection.
   *
   * @default {4096}
   */
  readonly maxMethodsPerConnection: number;
}

/** The value of every limit that is not configured. */
export const DEFAULT_LIMITS: Readonly<Limits> = Object.freeze({
  maxMemory: "auto",
  maxConnections: 1_100_000,
  maxConnectionsPerAddress: 0,
  maxSessionsPerConnection: 4096,
  maxSessionMetaBytes: 65_536,
  maxInflightRequests: 65_536,
  maxOutboxBytes: 33_554_432,
  maxFrameBytes: 10_485_760,
  handshakeTimeoutMs: 10_000,
  streamBufferBytes: 4_194_304,
  streamStallMs: 10_000,
  writeStallMs: 120_000,
  messageWindowEdge: 32,
  messageWindowService: 1024,
  messageQueueBytes: 4_194_304,
  forwardTimeoutMs: 30_000,
  closeGraceMs: 2_000,
  sessionWindowBytes: 262_144,
  connectionWindowBytes: 16_777_216,
  maxMethodsPerConnection: 4096,
});

/**
 * What bounds the memory of an endpoint.
 *
 * @module
 */

import { shown } from "./check.ts";

/** Limits of one endpoint; infinite is none. */
export interface EndpointLimits {
  /**
   * Handlers that run at a time; further requests wait. A lone caller may use
   * all of them. From 8 on there is a quarter more, for those that come later:
   * while several callers are there and half is taken, each may hold at most as
   * many as are free. Hooks have as many of their own.
   *
   * @default {1_024}
   */
  readonly handlers: number;
  /**
   * Requests that wait for a place, shared like the places; more are answered
   * `short buffer`.
   *
   * @default {4_096}
   */
  readonly requests: number;
  /**
   * Bytes of the requests that wait, shared like the places.
   *
   * @default {16_777_216}
   */
  readonly requestBytes: number;
  /**
   * Messages received and not read, of the endpoint and of each stream; more are
   * answered `short buffer`.
   *
   * @default {1_024}
   */
  readonly messages: number;
  /**
   * Bytes of the messages received and not read.
   *
   * @default {16_777_216}
   */
  readonly messageBytes: number;
  /**
   * Bytes encoded and not yet written to the connection; operations beyond
   * are rejected, answers wait and keep the place of their handler.
   *
   * @default {67_108_864}
   */
  readonly outboxBytes: number;
  /**
   * Streams the peer has opened and nobody has accepted; more are refused.
   *
   * @default {128}
   */
  readonly unacceptedStreams: number;
  /**
   * Bytes of one stream received and not read: the window granted to a peer
   * that negotiated `credit`. While the reader keeps up it may become four times
   * as large; a stream that nobody has accepted is granted 16 KiB.
   *
   * @default {262_144}
   */
  readonly streamWindow: number;
  /**
   * Bytes that all streams of a connection together may be granted beyond 16 KiB
   * each, from a peer that negotiated `credit`: a stream gets at most a quarter
   * of what is left.
   *
   * @default {16_777_216}
   */
  readonly connectionWindow: number;
  /**
   * Bytes of one stream received and not read, from a gateway without
   * `credit`. When they are reached, nothing is read from the connection until
   * the stream is read, and after 10 s without progress the stream ends.
   *
   * @default {4_194_304}
   */
  readonly streamBytes: number;
}

/** What a window without a limit comes to, in bytes. */
const LARGEST_WINDOW = 2 ** 30;

/** The defaults of {@linkcode EndpointLimits}. */
export const ENDPOINT_LIMITS: EndpointLimits = {
  handlers: 1_024,
  requests: 4_096,
  requestBytes: 16_777_216,
  messages: 1_024,
  messageBytes: 16_777_216,
  outboxBytes: 67_108_864,
  unacceptedStreams: 128,
  streamWindow: 262_144,
  connectionWindow: 16_777_216,
  streamBytes: 4_194_304,
};

/**
 * Completes and checks limits.
 *
 * @param given Those that differ from the defaults.
 * @param defaults What holds where nothing is given.
 * @returns All of them.
 * @throws {RangeError} If one is not positive, or a finite window has more than 31 bits.
 */
export function resolveLimits<T extends EndpointLimits>(
  given: Partial<T> | undefined,
  defaults: T,
): T {
  const limits = { ...defaults };
  for (const name of Object.keys(given ?? {}) as (keyof T)[]) {
    // One that is named and not given is not given.
    if (given![name] !== undefined) limits[name] = given![name];
  }
  for (const [name, limit] of Object.entries(limits)) {
    if (typeof limit !== "number" || !(limit > 0)) {
      throw new RangeError(
        `Cannot use ${shown(limit)} as ${name}: need a number above 0`,
      );
    }
  }
  const { streamWindow, connectionWindow } = limits;
  return {
    ...limits,
    streamWindow: checkWindow(streamWindow),
    connectionWindow: checkWindow(connectionWindow),
  };
}

/** Windows travel as 32 bits, and grants add up. */
function checkWindow(window: number): number {
  if (window === Infinity) return LARGEST_WINDOW;
  if (!Number.isInteger(window) || window >= 2 ** 31) {
    throw new RangeError(`Cannot use a window of ${window} bytes`);
  }
  return window;
}

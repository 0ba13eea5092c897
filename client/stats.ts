/**
 * What an endpoint tells about itself in numbers.
 *
 * @module
 */

import type { Traffic } from "@frontier/endpoint";

/** Numbers of one endpoint. Those that only grow begin with 0 when it is made. */
export interface Stats extends Traffic {
  /** Connections so far, without the first one. */
  readonly reconnects: number;
  /** Streams open now, those that nobody has accepted left out. */
  readonly streams: number;
  /** Operations of ours that wait for their answer now, and messages received that wait for one. */
  readonly underWay: number;
  /** Operations of ours that wait for a connection now. */
  readonly waiting: number;
  /** The handlers, those of hooks left out. */
  readonly handlers: HandlerStats;
}

/** Numbers of handlers. */
export interface HandlerStats {
  /** Those that run now, and whose callers wait. */
  readonly running: number;
  /** Those that run now although their callers have given up. */
  readonly abandoned: number;
  /** Requests that wait for a place now. */
  readonly waiting: number;
  /** Requests that were turned away so far, because there was no room for them to wait. */
  readonly refused: number;
}

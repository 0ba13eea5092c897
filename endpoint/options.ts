/**
 * Options of operations.
 *
 * @module
 */

import type { Payload } from "./payload.ts";

/** How one operation is carried out. */
export interface OperationOptions {
  /**
   * Milliseconds it may take, the wait for a connection included; infinite
   * leaves it to the gateway.
   *
   * @default {the `timeoutMs` of the endpoint}
   */
  readonly timeoutMs?: number;
  /** Gives up when aborted. */
  readonly signal?: AbortSignal;
}

/** How a call is made. */
export interface CallOptions extends OperationOptions {
  /** Opaque bytes beside the data. */
  readonly custom?: Payload;
}

/** How a message is published. */
export interface PublishOptions extends OperationOptions {
  /** Opaque bytes beside the data. */
  readonly custom?: Payload;
}

/** How a message is published where no topic is needed. */
export interface PublishToOptions extends PublishOptions {
  /**
   * Topic of the message; it has no influence on where the message goes.
   *
   * @default {""}
   */
  readonly topic?: string;
}

/** How a stream is opened. */
export interface OpenStreamOptions extends OperationOptions {
  /** Free bytes for the gateway; it does not pass them on. */
  readonly meta?: Payload;
}

/** How an endpoint or a stream closes. */
export interface CloseOptions {
  /**
   * Milliseconds to wait for the peer; a stream that still sends waits so long
   * without progress.
   *
   * @default {2_000}
   */
  readonly timeoutMs?: number;
}

/**
 * A request on the side that answers it.
 *
 * @module
 */

import type { Payload } from "../payload.ts";
import { Received } from "./received.ts";

/**
 * Makes a request of what came with a frame.
 *
 * @param streamId The stream it came on; 0 outside of streams.
 * @param method Its name, as it was registered.
 * @param data What the caller sent; no bytes when it sent none.
 * @param rawCustom The custom bytes as received.
 * @param tailed Whether they may end in the id of an edge.
 * @returns The request.
 */
export let makeRequest: (
  streamId: bigint,
  method: string,
  data: Uint8Array<ArrayBuffer>,
  rawCustom: Uint8Array<ArrayBuffer>,
  tailed: boolean,
) => RpcRequest;

/** A call that arrived. */
export class RpcRequest extends Received {
  static {
    makeRequest = (streamId, method, data, rawCustom, tailed) =>
      new RpcRequest(streamId, method, data, rawCustom, tailed);
  }

  /** The method called. */
  readonly method: string;

  /** @ignore */
  private constructor(
    streamId: bigint,
    method: string,
    data: Uint8Array<ArrayBuffer>,
    rawCustom: Uint8Array<ArrayBuffer>,
    tailed: boolean,
  ) {
    super(streamId, data, rawCustom, tailed);
    this.method = method;
  }
}

/** The circumstances of one call. */
export interface HandlerContext {
  /**
   * Aborted when the caller cancels, when its time is over, or when the
   * connection it came on is lost: nobody waits for the answer then.
   */
  readonly signal: AbortSignal;
  /**
   * Milliseconds the caller still waits; infinite when it did not say. Measured
   * from the arrival of the request: the clocks of the hosts do not matter.
   */
  readonly remainingMs: number;
}

/**
 * Answers calls of one method. What it returns is the data of the response;
 * what it throws ends this call with the text of the error, and nothing else.
 */
export type Handler = (
  request: RpcRequest,
  context: HandlerContext,
) => Payload | void | PromiseLike<Payload | void>;

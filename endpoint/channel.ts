/**
 * Calls, messages and handlers of one session: an endpoint has one that outlives
 * its connections, each stream has one of its own.
 *
 * @module
 */

import { FrontierError } from "@frontier/proto";
import { Call } from "./calls/call.ts";
import type { Route, Waiter } from "./calls/data_operation.ts";
import type { Operation } from "./calls/operation.ts";
import { SpanWaiter } from "./calls/spans.ts";
import { Publish } from "./calls/publish.ts";
import { Register } from "./calls/register.ts";
import type { Reply } from "./calls/reply.ts";
import {
  CALL_KEYS,
  checkId,
  checkOperation,
  checkTimeout,
  OPERATION_KEYS,
  type OptionName,
  PUBLISH_TO_KEYS,
} from "./check.ts";
import { type Claim, Claims } from "./handlers/claims.ts";
import { Receiver, type ReceiverParts } from "./handlers/receiver.ts";
import type { Handler } from "./handlers/request.ts";
import type { CallOptions, OperationOptions } from "./options.ts";
import type { Payload } from "./payload.ts";
import { traced } from "./traced.ts";

/** What a channel is made of. */
export interface ChannelParts extends ReceiverParts {
  /** Milliseconds an operation may take unless it says otherwise. */
  readonly timeoutMs: number;
  /** Sends an operation, or keeps it, or ends it. */
  readonly submit: (operation: Operation) => void;
  /** Whether the peer knows a method already. */
  readonly announced: (method: string) => boolean;
  /** The stream it belongs to; `undefined` outside of streams. */
  readonly streamId?: bigint;
  /** Hears of the errors that answers carry. */
  readonly onError: (error: FrontierError) => void;
}

/** One session's side of calls and messages. */
export class Channel extends Receiver {
  readonly #claims: Claims = new Claims(this.methods);
  readonly #parts: ChannelParts;

  /**
   * Starts without methods and messages.
   *
   * @param parts What it is made of.
   */
  constructor(parts: ChannelParts) {
    super(parts);
    this.#parts = parts;
  }

  /** Calls a method and waits for the response. */
  call(
    method: string,
    data: Payload,
    edgeId: bigint | undefined,
    options: CallOptions | undefined,
  ): Promise<Reply> {
    return traced(
      new Promise((resolve, reject) => {
        this.#call(method, data, edgeId, options, { resolve, reject });
      }),
    );
  }

  /** Publishes a message and waits for the acknowledgement. */
  publish(
    topic: string,
    data: Payload,
    edgeId: bigint | undefined,
    options: CallOptions | undefined,
  ): Promise<void> {
    return traced(
      new Promise((resolve, reject) => {
        this.#publish(topic, data, edgeId, options, { resolve, reject });
      }),
    );
  }

  /**
   * Answers a method from now on; the promise tells when calls are routed here.
   * A register that is cut off by the loss of the connection is completed by
   * the next one.
   */
  register(
    method: string,
    handler: Handler,
    options: OperationOptions = {},
  ): Promise<void> {
    return traced(this.#register(method, handler, options));
  }

  async #register(
    method: string,
    handler: Handler,
    options: OperationOptions,
  ): Promise<void> {
    checkOperation(options, OPERATION_KEYS);
    const timeoutMs = checkTimeout(options.timeoutMs ?? this.#parts.timeoutMs);
    const claim = this.#claims.begin(method, handler);
    const endsAt = performance.now() + timeoutMs;
    try {
      while (!this.#parts.announced(method)) {
        if (await this.#announce(claim, endsAt, options.signal)) break;
      }
      this.#claims.confirm(claim);
    } catch (error) {
      this.#claims.fail(claim);
      throw error;
    }
  }

  /** Stops answering a method; the peer cannot be told. */
  unregister(method: string): boolean {
    return this.#claims.withdraw(method);
  }

  #call(
    method: string,
    data: Payload,
    edgeId: bigint | undefined,
    options: CallOptions | undefined,
    waiter: Waiter<Reply>,
  ): Call {
    this.#parts.counters.callsOut++;
    const { tracer } = this.#parts;
    const watched = tracer === undefined ? undefined : new SpanWaiter(waiter);
    const route = this.#route(edgeId, options, CALL_KEYS);
    const call = new Call(method, data, route, watched ?? waiter);
    if (watched !== undefined) {
      watched.span = tracer!.call("client", method);
      call.trace = watched.span.traceparent;
    }
    if (call.watch()) this.#parts.submit(call);
    return call;
  }

  #publish(
    topic: string,
    data: Payload,
    edgeId: bigint | undefined,
    options: CallOptions | undefined,
    waiter: Waiter<void>,
  ): Publish {
    const route = this.#route(edgeId, options, PUBLISH_TO_KEYS);
    this.#parts.counters.messagesOut++;
    const { tracer } = this.#parts;
    const watched = tracer === undefined ? undefined : new SpanWaiter(waiter);
    const publish = new Publish(topic, data, route, watched ?? waiter);
    if (watched !== undefined) {
      watched.span = tracer!.message("producer", topic);
      publish.trace = watched.span.traceparent;
    }
    if (publish.watch()) this.#parts.submit(publish);
    return publish;
  }

  /** Resolves to `false` when the connection was lost meanwhile, and there is time left. */
  #announce(
    claim: Claim,
    endsAt: number,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const leftMs = endsAt - performance.now();
      const register = new Register(claim.method, leftMs, signal, {
        resolve: () => resolve(true),
        reject: (error) => {
          const cut = error.code === "force-closed";
          if (cut && performance.now() < endsAt) resolve(false);
          else reject(error);
        },
      });
      claim.stop = () =>
        register.giveUp(() =>
          new FrontierError(
            "canceled",
            `Cannot ${register.what}: it was unregistered`,
          )
        );
      if (register.watch()) this.#parts.submit(register);
    });
  }

  #route(
    edgeId: bigint | undefined,
    options: CallOptions | undefined,
    known: readonly OptionName[],
  ): Route {
    // Programs without types may name nobody where an edge has to be named.
    if (edgeId !== undefined || this.#parts.tailed) checkId(edgeId!);
    const { timeoutMs, streamId, onError } = this.#parts;
    if (options === undefined) {
      return {
        edgeId,
        streamId,
        onError,
        custom: undefined,
        timeoutMs,
        signal: undefined,
      };
    }
    checkOperation(options, known);
    return {
      edgeId,
      streamId,
      onError,
      custom: options.custom,
      timeoutMs: checkTimeout(options.timeoutMs ?? timeoutMs),
      signal: options.signal,
    };
  }
}

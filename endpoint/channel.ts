/**
 * Calls, messages and handlers of one session: an end has one that outlives
 * its connections, each stream has one of its own.
 *
 * @module
 */

import {
  DataBody,
  type FrameReader,
  FrontierError,
  NO_SUCH_RPC_PREFIX,
  type Session,
  SHORT_BUFFER,
  TYPE_MESSAGE_ACK,
  TYPE_RESPONSE,
} from "@frontier/proto";
import { AsyncCall, AsyncPublish } from "./calls/async_operation.ts";
import { EMPTY_HEAD, methodHead, writeFailure } from "./calls/body_writer.ts";
import { Call, Publish, type Route, type Waiter } from "./calls/call.ts";
import { checkId, checkTimeout } from "./check.ts";
import { type Claim, Claims } from "./handlers/claims.ts";
import { Inbox } from "./handlers/inbox.ts";
import { Job } from "./handlers/job.ts";
import type { EndpointLimits } from "./limits.ts";
import { Message, type Unanswered } from "./handlers/message.ts";
import { MethodTable } from "./handlers/method_table.ts";
import type { Operation } from "./calls/operation.ts";
import type { CallOptions, OperationOptions } from "./options.ts";
import { NO_BYTES, type Payload } from "./payload.ts";
import { Register } from "./calls/register.ts";
import type { Reply } from "./calls/reply.ts";
import { type Handler, RpcRequest } from "./handlers/request.ts";
import type { Workload } from "./handlers/workload.ts";
import { traced } from "./traced.ts";

const body = new DataBody();

/** What a channel is made of. */
export interface ChannelParts {
  /** Its bounds. */
  readonly limits: EndpointLimits;
  /** Runs its handlers; shared by the channels of one end. */
  readonly workload: Workload;
  /** Whether custom bytes that arrive end in the id of an edge. */
  readonly tailed: boolean;
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
export class Channel {
  /** The methods that this side answers. */
  readonly methods: MethodTable = new MethodTable();
  /** Messages that were not read. */
  readonly inbox: Inbox<Message>;
  /** Messages received and not answered; another count for each connection. */
  #unanswered: Unanswered = { count: 0 };
  readonly #claims: Claims = new Claims(this.methods);
  readonly #parts: ChannelParts;

  /**
   * Starts without methods and messages.
   *
   * @param parts What it is made of.
   */
  constructor(parts: ChannelParts) {
    this.#parts = parts;
    const { messages, messageBytes } = parts.limits;
    this.inbox = new Inbox({ items: messages, bytes: messageBytes });
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

  /** Calls a method; the response is waited for later. */
  callAsync(
    method: string,
    data: Payload,
    edgeId: bigint | undefined,
    options: CallOptions | undefined,
  ): AsyncCall {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const waiter = { resolve, reject };
    const call = this.#call(method, data, edgeId, options, waiter);
    return new AsyncCall(method, call, promise);
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

  /** Publishes a message; the acknowledgement is waited for later. */
  publishAsync(
    topic: string,
    data: Payload,
    edgeId: bigint | undefined,
    options: CallOptions | undefined,
  ): AsyncPublish {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { resolve, reject };
    const publish = this.#publish(topic, data, edgeId, options, waiter);
    return new AsyncPublish(topic, publish, promise);
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

  /** Messages that an application has received and not answered. */
  get messagesInWork(): number {
    return this.#unanswered.count - this.inbox.size;
  }

  /** What a lost connection brought cannot be acknowledged any more: its sender knows. */
  dropMessages(): void {
    this.inbox.clear();
    this.#unanswered = { count: 0 };
  }

  /** Stops answering a method; the peer cannot be told. */
  unregister(method: string): boolean {
    return this.#claims.withdraw(method);
  }

  /** A request has arrived. */
  onRequest(session: Session, frame: FrameReader): void {
    if (!readOrFail(session, frame)) return;
    const { idHi, idLo } = frame;
    const method = this.methods.find(body);
    if (method === undefined) {
      const name = body.methodText();
      const text = NO_SUCH_RPC_PREFIX + name;
      const head = methodHead(name);
      refuse(session, TYPE_RESPONSE, idHi, idLo, head, text);
      return;
    }
    const { workload, tailed, limits } = this.#parts;
    const request = new RpcRequest(
      session,
      method.name,
      body.valueBytes(),
      customOf(body),
      tailed,
    );
    workload.admit(
      new Job(session, [idHi, idLo], method, request, {
        timeoutMs: body.timeoutMs,
        outboxBytes: limits.outboxBytes,
      }),
    );
  }

  /** A message has arrived. */
  onMessage(session: Session, frame: FrameReader): void {
    if (!readOrFail(session, frame)) return;
    const { idHi, idLo } = frame;
    const data = body.valueBytes();
    const custom = customOf(body);
    const unanswered = this.#unanswered;
    const message = new Message(
      session,
      [idHi, idLo],
      body.topicEnd > body.topicStart ? body.topicText() : "",
      { data, custom, tailed: this.#parts.tailed, unanswered },
    );
    unanswered.count++;
    if (this.inbox.push(message, data.length + custom.length)) return;
    unanswered.count--;
    const type = TYPE_MESSAGE_ACK;
    refuse(session, type, idHi, idLo, EMPTY_HEAD, SHORT_BUFFER);
  }

  #call(
    method: string,
    data: Payload,
    edgeId: bigint | undefined,
    options: CallOptions | undefined,
    waiter: Waiter<Reply>,
  ): Call {
    const call = new Call(method, data, this.#route(edgeId, options), waiter);
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
    const route = this.#route(edgeId, options);
    const publish = new Publish(topic, data, route, waiter);
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
  ): Route {
    if (edgeId !== undefined) checkId(edgeId);
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

/** Reads a body; a malformed one ends the connection it came on. */
function readOrFail(session: Session, frame: FrameReader): boolean {
  if (body.read(frame.buf, frame.bodyStart, frame.bodyEnd)) return true;
  const type = frame.type.toString(16);
  session.link.fail(
    `protocol error: Cannot read frame of type 0x${type}: malformed body`,
  );
  return false;
}

/** Answers what was surely not carried out. */
function refuse(
  session: Session,
  type: number,
  idHi: number,
  idLo: number,
  head: Uint8Array,
  reason: string,
): void {
  const verdict = session.link.verdict ? "not-run" : "";
  writeFailure(session, type, idHi, idLo, head, reason, verdict);
}

function customOf(body: DataBody): Uint8Array<ArrayBuffer> {
  return body.customEnd > body.customStart ? body.customBytes() : NO_BYTES;
}

/**
 * What arrives on one session.
 *
 * @module
 */

import {
  DataBody,
  type FrameReader,
  type Link,
  NO_SUCH_RPC_PREFIX,
  protocolEnd,
  type Session,
  SHORT_BUFFER,
  TYPE_MESSAGE_ACK,
  TYPE_RESPONSE,
} from "@frontier/proto/internal";
import { EMPTY_HEAD, methodHead, writeFailure } from "../calls/body_writer.ts";
import type { Tracer } from "@frontier/platform/trace";
import type { Counters } from "../counters.ts";
import type { EndpointLimits } from "../limits.ts";
import { NO_BYTES } from "../payload.ts";
import { Inbox } from "./inbox.ts";
import { HandlerRun } from "./handler_run.ts";
import {
  cameOver,
  endLost,
  makeMessage,
  type Message,
  type Unanswered,
} from "./message.ts";
import { tracedMethod } from "./traced_method.ts";
import { MethodTable } from "./method_table.ts";
import type { Received } from "./received.ts";
import { makeRequest } from "./request.ts";
import type { HandlerPool } from "./handler_pool.ts";

const body = new DataBody();

/** What a receiver is made of. */
export interface ReceiverParts {
  /** Its bounds. */
  readonly limits: EndpointLimits;
  /** Runs its handlers; shared by all sessions of one endpoint. */
  readonly pool: HandlerPool;
  /** Whether custom bytes that arrive end in the id of an edge. */
  readonly tailed: boolean;
  /** What is counted, of all sessions of one endpoint. */
  readonly counters: Counters;
  /** Begins spans; `undefined` when nobody collects them. */
  readonly tracer: Tracer | undefined;
  /**
   * The methods to answer.
   *
   * @default {those of nobody else}
   */
  readonly methods?: MethodTable;
  /**
   * Where messages wait to be read.
   *
   * @default {an inbox of its own}
   */
  readonly inbox?: Inbox<Message>;
  /**
   * Hears of each request and message before anybody else; must not throw.
   *
   * @default {nobody}
   */
  readonly heard?: ((received: Received) => void) | undefined;
}

/** Finds the handler of each request, and keeps messages until they are read. */
export class Receiver {
  /** The methods that this side answers. */
  readonly methods: MethodTable;
  /** Messages that were not read. */
  readonly inbox: Inbox<Message>;
  /** Messages received and not answered, of each session they came on. */
  readonly #unanswered = new Map<Session, Unanswered>();
  readonly #parts: ReceiverParts;

  /**
   * Starts without methods and messages.
   *
   * @param parts What it is made of.
   */
  constructor(parts: ReceiverParts) {
    this.#parts = parts;
    this.methods = parts.methods ?? new MethodTable();
    const { messages, messageBytes } = parts.limits;
    this.inbox = parts.inbox ??
      new Inbox({ items: messages, bytes: messageBytes });
  }

  /** Messages that an application has received and not answered. */
  get messagesInWork(): number {
    let count = -this.inbox.size;
    for (const unanswered of this.#unanswered.values()) {
      count += unanswered.count;
    }
    return count;
  }

  /**
   * What a lost connection brought cannot be acknowledged any more: its sender knows.
   *
   * @param link The connection.
   */
  forget(link: Link): void {
    this.inbox.drop((message) => {
      if (!cameOver(message, link)) return false;
      endLost(message);
      return true;
    });
    for (const session of [...this.#unanswered.keys()]) {
      if (session.link === link) this.#unanswered.delete(session);
    }
  }

  /** A request has arrived. */
  onRequest(session: Session, frame: FrameReader): void {
    if (!readOrFail(session, frame)) return;
    this.#parts.counters.callsIn++;
    const { idHi, idLo } = frame;
    const method = this.methods.find(body);
    if (method === undefined) {
      const name = body.methodText();
      const text = NO_SUCH_RPC_PREFIX + name;
      const head = methodHead(name);
      refuse(session, TYPE_RESPONSE, idHi, idLo, head, text);
      return;
    }
    const { pool, tailed, limits, tracer, heard } = this.#parts;
    const answering = tracer === undefined
      ? method
      : tracedMethod(method, tracer, traceOf(session));
    const request = makeRequest(
      session.isDefault ? 0n : session.id,
      method.name,
      body.valueBytes(),
      customOf(body),
      tailed,
    );
    heard?.(request);
    pool.admit(
      new HandlerRun(session, [idHi, idLo], answering, request, {
        timeoutMs: body.timeoutMs,
        outboxBytes: limits.outboxBytes,
      }),
    );
  }

  /** A message has arrived. */
  onMessage(session: Session, frame: FrameReader): void {
    if (!readOrFail(session, frame)) return;
    this.#parts.counters.messagesIn++;
    const { idHi, idLo } = frame;
    const data = body.valueBytes();
    const custom = customOf(body);
    const { tailed, tracer, heard } = this.#parts;
    const unanswered = this.#unansweredOf(session);
    const topic = body.topicEnd > body.topicStart ? body.topicText() : "";
    const span = tracer?.message("consumer", topic, traceOf(session));
    const message = makeMessage(
      session,
      [idHi, idLo],
      topic,
      { data, custom, tailed, unanswered, span },
    );
    unanswered.count++;
    heard?.(message);
    if (this.inbox.push(message, data.length + custom.length)) return;
    unanswered.count--;
    span?.fail("short-buffer", SHORT_BUFFER);
    span?.end();
    const type = TYPE_MESSAGE_ACK;
    refuse(session, type, idHi, idLo, EMPTY_HEAD, SHORT_BUFFER);
  }

  #unansweredOf(session: Session): Unanswered {
    let unanswered = this.#unanswered.get(session);
    if (unanswered === undefined) {
      unanswered = { count: 0 };
      this.#unanswered.set(session, unanswered);
    }
    return unanswered;
  }
}

/** Reads a body; a malformed one ends the connection it came on. */
function readOrFail(session: Session, frame: FrameReader): boolean {
  if (body.read(frame.buf, frame.bodyStart, frame.bodyEnd)) return true;
  const type = frame.type.toString(16);
  session.link.fail(
    protocolEnd(`Cannot read frame of type 0x${type}: malformed body`),
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
  writeFailure(session, type, idHi, idLo, head, reason, "not-run");
}

/** The context that came with the body that was read last; empty for none. */
function traceOf(session: Session): string {
  return session.link.trace ? body.traceText() : "";
}

function customOf(body: DataBody): Uint8Array<ArrayBuffer> {
  return body.customEnd > body.customStart ? body.customBytes() : NO_BYTES;
}

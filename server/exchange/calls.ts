/**
 * All requests and messages on their way.
 *
 * @module
 */

import type { FrameReader, Session } from "@frontier/proto/internal";
import {
  type AskedCalls,
  type AskedRequests,
  Call,
  type Party,
} from "./call.ts";
import { CallTable } from "./call_table.ts";

/** Calls kept for the next one. */
const SPARES = 4_096;

/** What one peer asked and has no answer to; made at its first call. */
export class Asked implements AskedCalls {
  /** Requests, which may be canceled by their packet id; made at the first. */
  requests: AskedRequests | undefined = undefined;
  /** The message that came last. */
  messages: Call | undefined = undefined;

  /** @returns Everything that has no answer yet. */
  all(): Call[] {
    const list = this.requests?.all() ?? [];
    for (let call = this.messages; call !== undefined; call = call.next) {
      list.push(call);
    }
    return list;
  }
}

/**
 * Knows every call that has no answer, by who asked: a cancel finds it there,
 * and when the asking side goes, so does what it asked.
 */
export class Calls {
  /** How many have no answer. */
  inflight = 0;
  readonly #salt: number;
  readonly #spares: Call[] = [];

  /**
   * @param salt See {@linkcode CallTable}.
   */
  constructor(salt: number) {
    this.#salt = salt;
  }

  /**
   * A request or message has come.
   *
   * @param kind What it is.
   * @param source Who asks.
   * @param session The session it came on.
   * @param frame The packet.
   * @returns Its call, which has to be answered and ended.
   */
  begin(
    kind: Call["kind"],
    source: Party,
    session: Session,
    frame: FrameReader,
  ): Call {
    const call = this.#spares.pop() ?? new Call();
    call.kind = kind;
    call.source = source;
    call.session = session;
    call.idHi = frame.idHi;
    call.idLo = frame.idLo;
    call.startedAt = source.link.seenAt;
    this.inflight++;
    const asked = source.asked ??= new Asked();
    if (kind === "request") {
      source.passed.callsIn++;
      (asked.requests ??= new CallTable(this.#salt)).add(call);
      return call;
    }
    source.passed.messagesIn++;
    const { messages } = asked;
    call.next = messages;
    if (messages !== undefined) messages.prev = call;
    asked.messages = call;
    return call;
  }

  /**
   * A call is being answered: it is no longer among what its source waits for.
   * Comes before the answer, which may end its source and all the source asked.
   *
   * @param call One that has begun and has not left.
   */
  leave(call: Call): void {
    this.inflight--;
    if (call.source !== undefined) this.#unlist(call, call.source.asked!);
  }

  /**
   * The source of a message that was taken has gone: it goes on its way, and
   * nobody hears what becomes of it.
   *
   * @param call The message.
   */
  detach(call: Call): void {
    this.#unlist(call, call.source!.asked!);
    call.source = call.session = undefined;
  }

  #unlist(call: Call, asked: AskedCalls): void {
    if (call.kind === "request") {
      asked.requests!.delete(call);
      return;
    }
    const { prev, next } = call;
    if (prev === undefined) asked.messages = next;
    else prev.next = next;
    if (next !== undefined) next.prev = prev;
    call.prev = call.next = undefined;
  }

  /**
   * A call is answered: it lets go of who asked.
   *
   * @param call The call, which has left.
   */
  release(call: Call): void {
    if (call.slot !== undefined) call.slot.call = undefined;
    if (call.trace !== undefined) {
      call.trace.span?.end();
      call.trace = undefined;
    }
    call.source = call.session = call.target = undefined;
    call.slot = call.queued = undefined;
    if (this.#spares.length < SPARES) this.#spares.push(call);
  }

  /**
   * Finds a request that its asking side wants no answer to any more.
   *
   * @param source Who asked.
   * @param session The session it asked on.
   * @param frame The cancel.
   * @returns The call, if it has no answer yet.
   */
  find(source: Party, session: Session, frame: FrameReader): Call | undefined {
    return source.asked?.requests?.get(frame.idHi, frame.idLo, session);
  }
}

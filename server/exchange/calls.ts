/**
 * All requests and messages on their way.
 *
 * @module
 */

import type { FrameReader, Session } from "@frontier/proto/internal";
import { Call, type Party, type PartyCalls } from "./call.ts";

/** Calls kept for the next one. */
const SPARES = 4_096;

/**
 * Knows every call that has no answer, by who asked: a cancel finds it there,
 * and when the asking side goes, so does what it asked.
 */
export class Calls {
  /** How many have no answer. */
  inflight = 0;
  readonly #salt: number;
  /** Calls for the next ones, a chain through themselves: a stack of its own would be touched as well. */
  #spare: Call | undefined = undefined;
  #spares = 0;

  /**
   * @param salt A random 32-bit number; see `CallTable`.
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
    const call = this.#obtain();
    call.kind = kind;
    call.source = source;
    call.session = session;
    call.idHi = frame.idHi;
    call.idLo = frame.idLo;
    call.startedAt = source.link.seenAt;
    this.inflight++;
    const { calls } = source;
    if (kind === "request") {
      calls.callsIn++;
      calls.add(call, this.#salt);
      return call;
    }
    calls.messagesIn++;
    const { messages } = calls;
    call.next = messages;
    if (messages !== undefined) messages.prev = call;
    calls.messages = call;
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
    if (call.source !== undefined) this.#unlist(call, call.source.calls);
  }

  /**
   * The source of a message that was taken has gone: it goes on its way, and
   * nobody hears what becomes of it.
   *
   * @param call The message.
   */
  detach(call: Call): void {
    this.#unlist(call, call.source!.calls);
    call.source = call.session = undefined;
  }

  #obtain(): Call {
    const call = this.#spare;
    if (call === undefined) return new Call();
    this.#spares--;
    this.#spare = call.next;
    call.next = undefined;
    return call;
  }

  #unlist(call: Call, calls: PartyCalls): void {
    if (call.kind === "request") {
      calls.delete(call);
      return;
    }
    const { prev, next } = call;
    if (prev === undefined) calls.messages = next;
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
    call.slot = call.queued = call.topic = undefined;
    if (this.#spares === SPARES) return;
    this.#spares++;
    call.next = this.#spare;
    this.#spare = call;
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
    return source.calls.get(frame.idHi, frame.idLo, session);
  }
}

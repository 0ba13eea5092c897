/**
 * Who requests come from.
 *
 * @module
 */

import type { Session } from "@frontier/proto/internal";

/** What is looked at of a request to find its caller; every `HandlerRun` has it. */
export interface CallerOf {
  /** The session it came on. */
  readonly session: Session;
  /** What came. */
  readonly request: {
    /** Bytes beside the payload; an edge's id is at their end. */
    readonly rawCustom: Uint8Array;
    /** Whether there is one. */
    readonly hasEdgeId: boolean;
  };
}

/** One caller with requests `R`, as long as it has a handler that runs or a request that waits. */
export class Source<R> {
  /** The session it calls on; `undefined` when an edge's id tells who it is. */
  readonly session: Session | undefined;
  /** High half of the edge's id. */
  readonly idHi: number;
  /** Low half of it. */
  readonly idLo: number;
  /** Places its handlers hold. */
  running: number = 0;
  /** Its requests that wait, the oldest first. */
  waiting: R[] = [];
  /** Bytes of those. */
  bytes: number = 0;
  /** Another edge with the same low half. */
  next: Source<R> | undefined = undefined;

  /**
   * Starts with nothing.
   *
   * @param session The session it calls on, if no id tells who it is.
   * @param idHi High half of the edge's id.
   * @param idLo Low half of it.
   */
  constructor(session: Session | undefined, idHi: number, idLo: number) {
    this.session = session;
    this.idHi = idHi;
    this.idLo = idLo;
  }
}

/** The callers of requests `R` that are there: edges by their ids, others by their sessions. */
export class Sources<R extends CallerOf> {
  /** How many are there. */
  size = 0;
  readonly #edges = new Map<number, Source<R>>();
  readonly #sessions = new Map<Session, Source<R>>();

  /**
   * Finds whose a request is.
   *
   * @param run The request.
   * @returns Its caller, new if it was not there.
   */
  of(run: R): Source<R> {
    const { session, request } = run;
    const { rawCustom } = request;
    if (!request.hasEdgeId) return this.#ofSession(session);
    const end = rawCustom.length;
    const hi = u32(rawCustom, end - 8);
    const lo = u32(rawCustom, end - 4);
    const first = this.#edges.get(lo);
    for (let source = first; source !== undefined; source = source.next) {
      if (source.idHi === hi) return source;
    }
    const source = new Source<R>(undefined, hi, lo);
    source.next = first;
    this.#edges.set(lo, source);
    this.size++;
    return source;
  }

  /**
   * Forgets a caller that has nothing more.
   *
   * @param source The caller.
   */
  forget(source: Source<R>): void {
    if (source.running > 0 || source.waiting.length > 0) return;
    if (source.session !== undefined) {
      if (this.#sessions.delete(source.session)) this.size--;
      return;
    }
    const first = this.#edges.get(source.idLo);
    if (first === source) {
      if (source.next === undefined) this.#edges.delete(source.idLo);
      else this.#edges.set(source.idLo, source.next);
      this.size--;
      return;
    }
    for (let other = first; other !== undefined; other = other.next) {
      if (other.next !== source) continue;
      other.next = source.next;
      this.size--;
      return;
    }
  }

  #ofSession(session: Session): Source<R> {
    let source = this.#sessions.get(session);
    if (source === undefined) {
      source = new Source<R>(session, 0, 0);
      this.#sessions.set(session, source);
      this.size++;
    }
    return source;
  }
}

function u32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 |
    bytes[at + 3]!) >>> 0;
}

/**
 * What is bounded.
 *
 * @module
 */

/** Calls in flight at a target. */
export const CALLS = 0;
/** Messages that an edge has not acknowledged. */
export const MESSAGES = 1;
/** Bytes of messages that wait for a target's window, and what each costs beside its own. */
export const QUEUED = 2;
/** Messages that a service has not acknowledged. */
export const PUBLISHED = 3;
/** Bytes in a target's outbox. */
export const OUTBOX = 4;
/** Bytes of streams stored for a target. */
export const HELD = 5;
/** Sessions opened at a target. */
export const SESSIONS = 6;
/** Bytes of metas and peer names. */
export const METAS = 7;
/** Bytes of read buffers and unfinished frames. */
export const READING = 8;
/** Admissions that wait for a verdict. */
export const ADMISSIONS = 9;
/** Bytes of bodies that wait for the full parse. */
export const PARSING = 10;
/** One of the bounded things; a small number, so that it indexes arrays. */
export type Kind = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

/** What the ledger knows of a kind. */
export interface KindRule {
  /** What to call it in a status. */
  readonly name: string;
  /** Most of it at one target, all sources together. */
  readonly limit: number;
  /**
   * What there is on top for those who hold little.
   *
   * @default {a quarter of the limit, nothing below a limit of 4 096}
   */
  readonly onTop?: number;
  /** A source may hold this many times what is still free. */
  readonly alpha: number;
  /**
   * Bytes of the process budget that one unit costs. Things that are counted
   * by number keep objects alive, which cost more than the bytes they carry.
   */
  readonly weight: number;
}

/** The rule of every kind, at the index of its number. */
export type KindRules = readonly KindRule[];

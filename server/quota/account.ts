/**
 * The records of the ledger, and whose they are.
 *
 * @module
 */

import { CALLS, type Kind, type KindRules } from "./kinds.ts";

/**
 * A peer, an address before admission, or the gateway itself.
 *
 * Of an edge and a service the edge pays for the memory of what passes between
 * them, whoever sends it: services are few and the operator's own, edges are
 * neither.
 */
export interface Holder {
  /** What it holds; the ledger's, and `undefined` while that is nothing. */
  account: Account | undefined;
  /** Whether memory is charged to it even when it is the target. */
  readonly charged: boolean;
  /** @returns What to call it in the log. */
  describe(): string;
}

/** What one holder has taken, and what was taken from it. Made and kept by the ledger. */
export class Account {
  /** Whose it is. */
  holder: Holder;
  /** Number of the account; never chosen by a peer. */
  serial: number;
  /** Calls that all sources together hold of it: a field of its own, for every call looks at it. */
  calls = 0;
  /** What they hold of everything else, by kind. */
  readonly used: number[];
  /** Bytes of the process budget it pays for. */
  bytes = 0;
  /** Shares it is the source or the target of. */
  shares = 0;
  /** Whether nothing more that it pays for is given to it. */
  withheld = false;
  /** Bytes below which it is given something again. */
  withheldUntil = 0;
  /** Steps taken against it, and in which time of need. */
  steps = 0;
  /** Number of the time of need the steps belong to. */
  need = 0;
  /** Its size class; 0 is none. */
  sizeClass = 0;
  /** Neighbour in its size class. */
  bigger: Account | undefined = undefined;
  /** Neighbour in its size class. */
  smaller: Account | undefined = undefined;
  /** The share it took from last, as a source. */
  last: Share | undefined = undefined;
  /** The share that was taken of it last, as a target. */
  from: Share | undefined = undefined;

  /**
   * @param holder Whose it is.
   * @param serial Its number.
   * @param rules How many kinds there are.
   */
  constructor(holder: Holder, serial: number, rules: KindRules) {
    this.holder = holder;
    this.serial = serial;
    this.used = rules.map(() => 0);
  }

  /**
   * @param kind Of what.
   * @returns How much of it all sources together hold.
   */
  usedOf(kind: Kind): number {
    return kind === CALLS ? this.calls : this.used[kind]!;
  }
}

/**
 * What one source holds of one target. It is valid while something of it is
 * held, and may be used again for others afterwards.
 */
export class Share {
  /** Who holds. */
  source: Account;
  /** Of whom. */
  target: Account;
  /** Who pays for its memory. */
  payer: Account;
  /** How many calls: a field of its own, for every call looks at it. */
  calls = 0;
  /** How much of everything else, by kind. */
  readonly held: number[];
  /** How much, all kinds together. */
  total = 0;
  /** Whether it is kept open while nothing is held. */
  resting = false;
  /** Next one in its bucket. */
  next: Share | undefined = undefined;

  /**
   * @param source Who holds.
   * @param target Of whom.
   * @param payer Who pays.
   * @param rules How many kinds there are.
   */
  constructor(
    source: Account,
    target: Account,
    payer: Account,
    rules: KindRules,
  ) {
    this.source = source;
    this.target = target;
    this.payer = payer;
    this.held = rules.map(() => 0);
  }

  /**
   * @param kind Of what.
   * @returns How much of it is held.
   */
  heldOf(kind: Kind): number {
    return kind === CALLS ? this.calls : this.held[kind]!;
  }

  /**
   * Counts what is taken or, below 0, given back.
   *
   * @param kind Of what.
   * @param amount How much.
   */
  add(kind: Kind, amount: number): void {
    this.total += amount;
    if (kind === CALLS) {
      this.calls += amount;
      this.target.calls += amount;
    } else {
      this.held[kind]! += amount;
      this.target.used[kind]! += amount;
    }
  }
}

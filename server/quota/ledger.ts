/**
 * Who holds how much of what.
 *
 * @module
 */

import { Account, Share } from "./account.ts";
import { Budget, LITTLE_BYTES, type PressureLevel } from "./budget.ts";
import type { Holder } from "./account.ts";
import type { Kind, KindRules } from "./kinds.ts";
import { ShareTable } from "./share_table.ts";
import { SizeClasses } from "./size_classes.ts";

/** A limit from here on has something on top, for those who have little. */
const LARGE = 4_096;
/** What that is, in parts of the limit. */
const ON_TOP = 1 / 4;
/** Part of a limit that is little. */
const LITTLE = 1 / 512;

/** Records kept for the next holder, of each sort. */
const SPARES = 4_096;
/** Shares kept open though nothing is held: most often their source soon takes again. */
const RESTING = 4_096;

/** Bounds of a {@linkcode Ledger}. */
export interface LedgerSettings {
  /** Bytes that everything together may hold. */
  readonly maxMemory: number;
  /** The rule of every kind. */
  readonly rules: KindRules;
}

/** What a {@linkcode Ledger} holds at a moment. */
export interface LedgerSnapshot {
  /** Bytes counted. */
  readonly memory: number;
  /** Bytes that may be counted. */
  readonly maxMemory: number;
  /** How close the two are. */
  readonly level: PressureLevel;
  /** Holders that hold something, or of whom something is held. */
  readonly accounts: number;
  /** Pairs of a source and a target. */
  readonly shares: number;
  /** How much of each kind is held, by the kind's name. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Who holds most, and how many bytes. */
  readonly biggest: { readonly holder: Holder; readonly bytes: number } | null;
}

/**
 * One ledger for everything that is bounded. Each take names a source and a
 * target, and is refused when the source would hold more than `alpha` times
 * what is still free of the target's limit afterwards, as buffers are shared
 * in switches: the more is in use, the less may anyone have of it, and whoever
 * comes late finds room. Nobody has to know how many sources there are.
 *
 * The same rule holds for the memory of the process, which one of the two
 * pays for. An account is made at the first take, and let go some time after it
 * has become empty.
 */
export class Ledger {
  /** The gateway itself, the target of what is bounded for all peers together. */
  readonly process: Holder = {
    account: undefined,
    charged: false,
    describe: () => "gateway",
  };
  /** How often somebody found no room, by kind: what it wanted was refused, or had to wait. */
  readonly refused: Float64Array;
  readonly #rules: KindRules;
  readonly #budget: Budget;
  readonly #table = new ShareTable();
  readonly #sizes = new SizeClasses();
  readonly #limits: readonly number[];
  /** The limits with what there is on top. */
  readonly #mosts: readonly number[];
  readonly #weights: readonly number[];
  readonly #spareAccounts: Account[] = [];
  readonly #spareShares: Share[] = [];
  /** Shares of which nothing was held at some time, as a ring. */
  readonly #resting: Share[] = [];
  /** The oldest of them. */
  #oldest = 0;
  #serial = 0;

  /**
   * @param settings Bounds.
   */
  constructor(settings: LedgerSettings) {
    const { rules } = settings;
    this.#rules = rules;
    this.refused = new Float64Array(rules.length);
    this.#budget = new Budget(settings.maxMemory, rules);
    this.#limits = rules.map((rule) => rule.limit);
    this.#mosts = rules.map(({ limit, onTop }) =>
      onTop === undefined ? withTop(limit) : limit + onTop
    );
    this.#weights = rules.map((rule) => rule.weight);
  }

  /** Bytes counted. */
  get memory(): number {
    return this.#budget.used;
  }

  /** Bytes that may be counted. */
  get maxMemory(): number {
    return this.#budget.max;
  }

  /** Holders that hold something, or of whom something is held; costs a walk through all of it. */
  get accounts(): number {
    const accounts = new Set<Account>();
    for (const { source, target, total } of this.#table) {
      if (total > 0) accounts.add(source).add(target);
    }
    return accounts.size;
  }

  /** How close the two are. */
  get level(): PressureLevel {
    return this.#budget.level;
  }

  /** Called when memory becomes scarce, and again when it becomes full. */
  set onPressure(hear: (level: PressureLevel) => void) {
    this.#budget.onPressure = hear;
  }

  /**
   * Takes, if the source's share allows.
   *
   * @param kind Of what.
   * @param source Who takes.
   * @param target From whom.
   * @param amount How much.
   * @param limit Most that all sources may hold of this target, where it is
   * not the kind's.
   * @param most The same with what there is on top for those who hold little.
   * @returns What the source holds of the target, to give back to;
   * `undefined` when it may not have it.
   */
  take(
    kind: Kind,
    source: Holder,
    target: Holder,
    amount: number,
    limit: number = this.#limits[kind]!,
    most?: number,
  ): Share | undefined {
    const share = this.#find(source, target);
    if (share !== undefined && this.#weights[kind] === 0) {
      // What is counted by number alone, as for every call: one comparison.
      const held = share.heldOf(kind) + amount;
      const used = share.target.usedOf(kind) + amount;
      if (held <= this.#budget.alphas[kind]! * (limit - used)) {
        share.add(kind, amount);
        return share;
      }
    }
    if (this.#room(kind, source, target, share, limit, most) < amount) {
      this.refused[kind]!++;
      return undefined;
    }
    return this.#count(kind, share ?? this.#open(source, target), amount);
  }

  /**
   * Counts what has been taken already and cannot be refused.
   *
   * @param kind Of what.
   * @param source Who took it.
   * @param target From whom.
   * @param amount How much.
   * @returns What the source holds of the target, to give back to.
   */
  force(kind: Kind, source: Holder, target: Holder, amount: number): Share {
    const share = this.#find(source, target) ?? this.#open(source, target);
    return this.#count(kind, share, amount);
  }

  /**
   * Gives back.
   *
   * @param share What the source holds of the target.
   * @param kind Of what.
   * @param amount How much; at most what was taken.
   * @throws {RangeError} If less was taken.
   */
  give(share: Share, kind: Kind, amount: number): void {
    const held = share.heldOf(kind);
    if (held < amount) this.#refuseGift(held, kind, amount);
    share.add(kind, -amount);
    const weight = this.#weights[kind]!;
    if (weight > 0) this.#pay(share.payer, -weight * amount);
    if (share.total > 0 || share.resting) return;
    // What is counted by number comes and goes all the time.
    if (weight === 0) this.#rest(share);
    else this.#close(share);
  }

  /**
   * How much more a source could take now.
   *
   * @param kind Of what.
   * @param source Who would take.
   * @param target From whom.
   * @param limit Most that all sources may hold of this target, where it is
   * not the kind's.
   * @returns How much; 0 when nothing.
   */
  room(
    kind: Kind,
    source: Holder,
    target: Holder,
    limit: number = this.#limits[kind]!,
  ): number {
    const share = this.#find(source, target);
    const room = this.#room(kind, source, target, share, limit);
    return Math.max(0, Math.floor(room));
  }

  /**
   * @param source Who would take.
   * @param target From whom.
   * @param bytes How many.
   * @returns Whether the one of the two that pays for memory would still hold little, with what it has taken already.
   */
  isLittle(source: Holder, target: Holder, bytes: number): boolean {
    const { account } = payerOf(source, target);
    return (account?.bytes ?? 0) + bytes <= LITTLE_BYTES;
  }

  /**
   * @param kind Of what.
   * @param source Who.
   * @param target From whom.
   * @returns What one source holds of it.
   */
  held(kind: Kind, source: Holder, target: Holder): number {
    return this.#find(source, target)?.heldOf(kind) ?? 0;
  }

  /**
   * @param kind Of what.
   * @param target From whom.
   * @returns What all sources hold of it.
   */
  used(kind: Kind, target: Holder): number {
    return target.account?.usedOf(kind) ?? 0;
  }

  /**
   * @returns One of those who hold most memory: nobody has twice as much.
   * `undefined` when nobody has much.
   */
  biggest(): Account | undefined {
    return this.#sizes.biggest();
  }

  /**
   * Gives a holder nothing more that it would pay for, until it holds half as much or
   * half of the memory is free.
   *
   * @param account Whose memory is to come back; the ledger made it.
   */
  withhold(account: Account): void {
    account.withheld = true;
    account.withheldUntil = account.bytes / 2;
  }

  /** @returns What is held at this moment; costs a walk through all of it. */
  snapshot(): LedgerSnapshot {
    const sums = this.#rules.map(() => 0);
    let shares = 0;
    for (const share of this.#table) {
      if (share.total > 0) shares++;
      for (let kind = 0; kind < sums.length; kind++) {
        sums[kind]! += share.heldOf(kind as Kind);
      }
    }
    const biggest = this.biggest();
    return {
      memory: this.memory,
      maxMemory: this.maxMemory,
      level: this.level,
      accounts: this.accounts,
      shares,
      kinds: Object.fromEntries(
        this.#rules.map((rule, kind) => [rule.name, sums[kind]!]),
      ),
      biggest: biggest === undefined
        ? null
        : { holder: biggest.holder, bytes: biggest.bytes },
    };
  }

  #refuseGift(held: number, kind: Kind, amount: number): never {
    const { name } = this.#rules[kind]!;
    throw new RangeError(
      `Cannot give back ${amount} ${name}: only ${held} were taken, give back what was taken`,
    );
  }

  #find(source: Holder, target: Holder): Share | undefined {
    const from = source.account;
    const to = target.account;
    if (from === undefined || to === undefined) return undefined;
    const { last } = from;
    if (last !== undefined && last.target === to) return last;
    // Those who send to many are mostly the only ones who send to each.
    const { from: back } = to;
    if (back !== undefined && back.source === from) return back;
    const share = this.#table.get(from, to);
    if (share !== undefined) from.last = to.from = share;
    return share;
  }

  /** How much fits both bounds; negative when they are exceeded. */
  #room(
    kind: Kind,
    source: Holder,
    target: Holder,
    share: Share | undefined,
    limit: number,
    most = limit === this.#limits[kind] ? this.#mosts[kind]! : withTop(limit),
  ): number {
    const budget = this.#budget;
    const alpha = budget.alphas[kind]!;
    const used = target.account?.usedOf(kind) ?? 0;
    const held = share?.heldOf(kind) ?? 0;
    // held + n <= alpha * (limit - used - n), solved for n.
    let fits = (alpha * (limit - used) - held) / (1 + alpha);
    // Sources that come one by one leave half of what was left each, in the end
    // nothing: who has little finds room all the same.
    const little = Math.max(1, limit * LITTLE) - held;
    if (fits < little) {
      fits = Math.max(fits, Math.min(little, most - used));
    }
    const weight = this.#weights[kind]!;
    if (weight === 0) return fits;
    const { account } = payerOf(source, target);
    if (account?.withheld && budget.level > 0) return 0;
    const room = budget.room(account === undefined ? 0 : account.bytes);
    return Math.min(fits, room / weight);
  }

  #count(kind: Kind, share: Share, amount: number): Share {
    share.add(kind, amount);
    const bytes = this.#weights[kind]! * amount;
    if (bytes > 0) this.#pay(share.payer, bytes);
    return share;
  }

  #pay(account: Account, bytes: number): void {
    account.bytes += bytes;
    this.#budget.add(bytes);
    this.#sizes.place(account);
    if (account.withheld && account.bytes <= account.withheldUntil) {
      account.withheld = false;
    }
    if (account.bytes === 0) account.steps = 0;
  }

  #open(source: Holder, target: Holder): Share {
    const from = source.account ??= this.#account(source);
    const to = target.account ??= this.#account(target);
    const payer = payerOf(source, target) === target ? to : from;
    let share = this.#spareShares.pop();
    if (share === undefined) share = new Share(from, to, payer, this.#rules);
    else {
      share.source = from;
      share.target = to;
      share.payer = payer;
    }
    from.shares++;
    to.shares++;
    this.#table.add(share);
    return from.last = to.from = share;
  }

  /** Keeps a share of which nothing is held open, instead of the one that has rested longest. */
  #rest(share: Share): void {
    share.resting = true;
    if (this.#resting.length < RESTING) {
      this.#resting.push(share);
      return;
    }
    const at = this.#oldest;
    this.#oldest = (at + 1) % RESTING;
    const oldest = this.#resting[at]!;
    this.#resting[at] = share;
    oldest.resting = false;
    if (oldest.total === 0) this.#close(oldest);
  }

  #close(share: Share): void {
    const { source, target } = share;
    this.#table.delete(share);
    source.last = target.from = undefined;
    this.#leave(source);
    this.#leave(target);
    if (this.#spareShares.length >= SPARES) return;
    // A spare must not keep its last source alive.
    share.source = share.target = share.payer = NOBODY;
    this.#spareShares.push(share);
  }

  #account(holder: Holder): Account {
    this.#serial = (this.#serial + 1) | 0;
    const account = this.#spareAccounts.pop();
    if (account === undefined) {
      return new Account(holder, this.#serial, this.#rules);
    }
    account.holder = holder;
    account.serial = this.#serial;
    return account;
  }

  #leave(account: Account): void {
    if (--account.shares > 0) return;
    account.holder.account = undefined;
    account.holder = NOBODY.holder;
    account.withheld = false;
    account.steps = 0;
    if (this.#spareAccounts.length < SPARES) this.#spareAccounts.push(account);
  }
}

/** Who pays for the memory of what one takes of the other. */
function payerOf(source: Holder, target: Holder): Holder {
  return target.charged && !source.charged ? target : source;
}

function withTop(limit: number): number {
  return limit < LARGE ? limit : limit * (1 + ON_TOP);
}

/** Stands in records that nobody uses. */
const NOBODY = new Account(
  { account: undefined, charged: false, describe: () => "nobody" },
  0,
  [],
);

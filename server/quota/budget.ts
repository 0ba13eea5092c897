/**
 * The memory of the process.
 *
 * @module
 */

import type { KindRules } from "./kinds.ts";

/** How much of the budget is in use: 0 below half, 1 below three quarters, 2 below seven eighths, 3 above. */
export type PressureLevel = 0 | 1 | 2 | 3;

/** Parts of the budget at which each level begins. */
const BEGINS = [0, 0.5, 0.75, 0.875, Infinity];
/** What is left of every alpha at each level. */
const SQUEEZE = [1, 1 / 2, 1 / 4, 1 / 16];
/** What one holder may pay for, in parts of what is free: alone a fifth of all. */
const ALPHA = 1 / 4;
/** Bytes a holder may have of the last part, whatever others took: who has little is never the cause. */
export const LITTLE_BYTES = 65_536;
/** The last part of the budget, kept for those who have little. */
const RESERVE = 1 / 16;

/** Counts the bytes of all holders, and makes every share smaller the fewer are left. */
export class Budget {
  /** Bytes counted. */
  used = 0;
  /** How close they are to the most. */
  level: PressureLevel = 0;
  /** The alpha of every kind at this level. */
  readonly alphas: number[];
  /** Told when the level rises to 2 or 3. */
  onPressure: ((level: PressureLevel) => void) | undefined = undefined;
  /** Bytes that may be counted. */
  readonly max: number;
  readonly #rules: KindRules;
  readonly #shared: number;
  #alpha = ALPHA;
  #from = 0;
  #to: number;

  /**
   * @param max Bytes that may be counted.
   * @param rules The rule of every kind.
   */
  constructor(max: number, rules: KindRules) {
    this.max = max;
    this.#shared = max * (1 - RESERVE);
    this.#rules = rules;
    this.alphas = rules.map((rule) => rule.alpha);
    this.#to = max * BEGINS[1]!;
  }

  /**
   * @param held Bytes that somebody holds.
   * @returns Bytes that it may take; negative when it holds too much.
   */
  room(held: number): number {
    const alpha = this.#alpha;
    const room = (alpha * (this.#shared - this.used) - held) / (1 + alpha);
    if (room >= LITTLE_BYTES) return room;
    return Math.max(room, Math.min(LITTLE_BYTES - held, this.max - this.used));
  }

  /**
   * @param bytes Bytes to count; negative ones are given back.
   */
  add(bytes: number): void {
    this.used += bytes;
    if (this.used >= this.#to || this.used < this.#from) this.#turn();
  }

  #turn(): void {
    const part = this.used / this.max;
    const before = this.level;
    let level = 0;
    while (part >= BEGINS[level + 1]!) level++;
    this.level = level as PressureLevel;
    this.#from = this.max * BEGINS[level]!;
    this.#to = this.max * BEGINS[level + 1]!;
    const squeeze = SQUEEZE[level]!;
    this.#alpha = ALPHA * squeeze;
    for (let kind = 0; kind < this.alphas.length; kind++) {
      this.alphas[kind] = this.#rules[kind]!.alpha * squeeze;
    }
    if (level > before && level >= 2) this.onPressure?.(this.level);
  }
}

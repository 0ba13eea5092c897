/** What an attack is. */

import type { Battle } from "./attacker.ts";
import type { Work } from "./victims.ts";

/** One way to do harm, and who would feel it. */
export interface Attack {
  /** The services it needs, by their names in targets.ts. */
  readonly targets: readonly string[];
  /** What the victims do meanwhile. */
  readonly work: readonly Work[];
  /**
   * Whether one connection is enough for it.
   * @default false
   */
  readonly alone?: boolean;
  /**
   * Whether it is on the control plane, which the gateway has not got else.
   * @default false
   */
  readonly control?: boolean;
  /**
   * Milliseconds that it takes until whatever fills up is full.
   * @default 2_500
   */
  readonly ms?: number;
  /** What the attackers do; it need not end. */
  run(battle: Battle): Promise<void>;
}

/** Attacks by name. */
export type Attacks = Readonly<Record<string, Attack>>;

/** The extensions of an attacker that pretends to be one of ours. */
export const OURS = ["cancel", "early-data", "credit", "verdict", "reason"];
/** The first session id that attackers choose. */
export const FIRST = 1_000n;

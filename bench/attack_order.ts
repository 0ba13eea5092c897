/**
 * What the process that attacks is told.
 *
 * @module
 */

import type { Plan } from "./load/measure.ts";

/** Which attack, and from how many connections. */
export interface AttackOptions {
  /** Name of the attack, as `tests/attacks` calls it. */
  attack: string;
  /** Connections of the attackers. */
  connections: number;
}

/** What to run. */
export interface AttackOrder extends AttackOptions {
  /** How often and how long; each window has a gateway of its own, and begins with the attack. */
  plan: Plan;
}

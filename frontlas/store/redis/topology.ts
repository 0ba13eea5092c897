/**
 * Who has which slots of a cluster.
 *
 * @module
 */

import type { Reply } from "./command.ts";
import { type Address, addressText } from "./connection_options.ts";
import { SLOTS } from "./slots.ts";

/** A master and the addresses of its slots. */
export interface Topology {
  /** Addresses of the masters by their text. */
  readonly masters: ReadonlyMap<string, Address>;
  /** The first slot of each master, by the text of its address. */
  readonly firstSlots: ReadonlyMap<string, number>;
  /** The text of the address of the master of each slot. */
  readonly slots: (string | undefined)[];
  /** Whether each slot has a master. */
  readonly complete: boolean;
}

/**
 * Reads an answer to `CLUSTER SLOTS`.
 *
 * @param reply The answer.
 * @param from Who has answered: a node that does not know its own host leaves it out.
 * @returns Who has which slots.
 */
export function readTopology(reply: Reply, from: Address): Topology {
  const masters = new Map<string, Address>();
  const firstSlots = new Map<string, number>();
  const slots: (string | undefined)[] = new Array(SLOTS).fill(undefined);
  let covered = 0;
  for (
    const [first, last, [host, port]] of reply as [
      number,
      number,
      [string | null, number],
    ][]
  ) {
    const address = {
      host: host === null || host === "" || host === "?"
        ? "host" in from ? from.host : "127.0.0.1"
        : host,
      port: Number(port),
    };
    const text = addressText(address);
    masters.set(text, address);
    firstSlots.set(text, Math.min(first, firstSlots.get(text) ?? SLOTS));
    slots.fill(text, first, last + 1);
    covered += last + 1 - first;
  }
  return { masters, firstSlots, slots, complete: covered >= SLOTS };
}

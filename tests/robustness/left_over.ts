/** What a gateway still holds when everything is over. */

import { assertEquals } from "@std/assert";
import type { FrontierStatus } from "../../server/mod.ts";

/** What a gateway holds. */
export type Holdings = Omit<FrontierStatus, "state">;

const LIMIT_MS = 2_000;

/**
 * Waits until a gateway holds nothing but what it should: ends are told one
 * after the other, and each tells the gateway that it has heard.
 *
 * @param look Asks the gateway.
 * @param expected What it should hold.
 */
export async function assertHolds(
  look: () => Holdings | Promise<Holdings>,
  expected: Holdings,
): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    const { edges, services, connections, streams, inflight } = await look();
    const actual = { edges, services, connections, streams, inflight };
    const same = Object.entries(actual).every(([name, value]) =>
      value === expected[name as keyof Holdings]
    );
    if (same || performance.now() > end) {
      assertEquals(actual, expected);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * How a server that stops lets its connections go, whatever they are: one after
 * the other, each when nothing of it is in flight.
 *
 * @example Two connections leave; the one with a call in flight leaves last
 * ```ts
 * import { Departures, type Leaver } from "@frontier/platform/drain";
 * import { assertEquals } from "@std/assert";
 *
 * const left: string[] = [];
 * const leaver = (name: string, busyUntil: number): Leaver => ({
 *   readyAt: 0,
 *   tell: () => false,
 *   begin: () => {},
 *   busy: (now) => now < busyUntil,
 *   close: () => void left.push(name),
 * });
 * const departures = new Departures({
 *   rate: 1_000,
 *   startBy: 1_000,
 *   moveMs: 0,
 *   aloneMs: 0,
 *   quietMs: 100,
 * });
 * departures.add(leaver("in a call", 500));
 * departures.add(leaver("idle", 0));
 * for (let now = 0; now <= 1_000; now += 50) departures.step(now);
 * assertEquals(left, ["idle", "in a call"]);
 * ```
 *
 * @module
 */

export * from "./departures.ts";

/**
 * The rules of a gateway's ledger.
 *
 * @module
 */

import type { Limits } from "../config/limits.ts";
import type { KindRule, KindRules } from "./kinds.ts";

/** Sessions that others may open to one peer, in those of one connection. */
const TARGET_SESSIONS = 16;
/** Calls that all sources together may have under way, in those of one: what comes last waits for all of them. */
const TOTAL_CALLS = 5 / 4;
/** Calls on top of that for those who have next to none, in those of one, and the least: sources that come one after the other fill any limit, a small one at once. */
const CALLS_ON_TOP = 5 / 16;
const LEAST_CALLS_ON_TOP = 1_024;
/** The alpha with which one source alone has all of its own. */
const MOST = 4;
/** Admissions that may wait at a time. */
const MOST_ADMISSIONS = 65_536;
/** An alpha that lets one source have everything while nobody else wants it. */
const ALL = 1e9;

/**
 * Makes the rules from the configured limits. A limit says what one source
 * alone may have; all of them together may have twice that.
 *
 * @param limits The configured limits.
 * @returns The rule of every kind.
 */
export function ledgerRules(limits: Limits): KindRules {
  const rule = (
    name: string,
    limit: number,
    alpha: number,
    weight: number,
  ): KindRule => ({ name, limit, alpha, weight });
  const { maxInflightRequests: calls } = limits;
  // Calls and messages on their way are bounded by their number, at a few
  // hundred bytes each; weighing every one would cost more than it tells.
  // In the order of the kinds' numbers.
  return [
    {
      ...rule("calls", calls * TOTAL_CALLS, MOST, 0),
      onTop: Math.max(calls * CALLS_ON_TOP, LEAST_CALLS_ON_TOP),
    },
    // The window is the edge's; few services send to it, and alone one has nearly all.
    rule("messages", limits.messageWindowEdge, 8, 0),
    // Twice as much, for what every message costs beside its bytes is in it.
    rule("queued bytes", limits.messageQueueBytes * 4, 1, 1),
    // What is never acknowledged never comes back: very many edges have to fit.
    rule("published messages", limits.messageWindowService, 1 / 7, 0),
    rule("outbox bytes", limits.maxOutboxBytes * 2, 1, 1),
    rule("held bytes", limits.connectionWindowBytes * 2, 1, 1),
    rule(
      "sessions",
      limits.maxSessionsPerConnection * TARGET_SESSIONS,
      1 / 8,
      4096,
    ),
    rule("meta bytes", Infinity, 1, 1),
    rule("read bytes", Infinity, 1, 1),
    rule("admissions", MOST_ADMISSIONS, ALL, 1024),
    rule("parse bytes", Infinity, 1, 1),
  ];
}

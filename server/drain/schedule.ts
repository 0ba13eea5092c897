/**
 * When what of a drain is over at the latest.
 *
 * @module
 */

import type { DeparturePace } from "@frontier/platform/drain";

/** Most of the time that is kept for what comes after the edges, in milliseconds, and as a part of the whole. */
const AFTER_MS = 5_000;
const AFTER_PART = 1 / 4;
/** Most of the time that services have to go elsewhere before the first edge does, in milliseconds, and as a part of the edges' time. */
const HEAD_START_MS = 500;
const HEAD_START_PART = 1 / 20;
/** Longest wait for connections that have not said who they are, in milliseconds. */
const NAMELESS_MS = 1_000;
/** Milliseconds that peers have to confirm offline events. */
const EVENTS_MS = 5_000;
/** By when the last edge should have been told, as a part of their time. */
const START_PART = 2 / 5;
/** Milliseconds that a peer which was told has to leave by itself: while others do, and while nobody does. */
const MOVE_MS = 5_000;
const ALONE_MS = 2_000;
/** The same as a part of the time there is. */
const MOVE_PART = 1 / 4;
/** Milliseconds between the last answer and the close: longer than a packet takes to the other side of the world and back. */
const QUIET_MS = 250;
/** The same as a part of the time there is. */
const QUIET_PART = 1 / 20;

/** Points in time of one drain, in milliseconds of the clock; infinite without a deadline. */
export interface DrainSchedule {
  /** When it began. */
  readonly startedAt: number;
  /** Until then edges wait for services that are going elsewhere. */
  readonly headStartUntil: number;
  /** Until then connections may still say who they are. */
  readonly namelessUntil: number;
  /** Then edges that are still being admitted are refused. */
  readonly admitUntil: number;
  /** Then the edges that are left are closed. */
  readonly edgesUntil: number;
  /** Then nobody waits for connections of edges any more. */
  readonly eventsAt: number;
  /** Then the services that are left are closed. */
  readonly servicesUntil: number;
  /** Then everything that is left is cut. */
  readonly endsAt: number;
}

/**
 * @param startedAt When the drain begins, in milliseconds of the clock.
 * @param seconds How long it may take; more than 0.
 * @returns When what is over.
 */
export function drainSchedule(
  startedAt: number,
  seconds: number,
): DrainSchedule {
  const wholeMs = seconds * 1_000;
  const endsAt = startedAt + wholeMs;
  const after = Math.min(AFTER_MS, wholeMs * AFTER_PART);
  const edgesUntil = endsAt - after;
  return {
    startedAt,
    headStartUntil: startedAt +
      Math.min(HEAD_START_MS, (edgesUntil - startedAt) * HEAD_START_PART),
    namelessUntil: Math.min(startedAt + NAMELESS_MS, edgesUntil),
    admitUntil: startedAt + (edgesUntil - startedAt) / 2,
    edgesUntil,
    eventsAt: endsAt - after * 0.6,
    servicesUntil: endsAt - after * 0.3,
    endsAt,
  };
}

/**
 * @param schedule The drain.
 * @param now The time, in milliseconds of the clock.
 * @returns The next point in time at which something is over.
 */
export function nextPoint(schedule: DrainSchedule, now: number): number {
  const ahead = Object.values(schedule).filter((at: number) => at > now);
  return Math.min(...ahead);
}

/**
 * @param schedule The drain.
 * @param now When offline events begin to be waited for.
 * @returns Until when, in milliseconds of the clock.
 */
export function eventsUntil(schedule: DrainSchedule, now: number): number {
  return Math.min(now + EVENTS_MS, schedule.servicesUntil);
}

/**
 * @param rate Connections in a second.
 * @param from When they begin to leave, in milliseconds of the clock.
 * @param until When those that are left are closed.
 * @returns How they leave.
 */
export function paceOf(
  rate: number,
  from: number,
  until: number,
): DeparturePace {
  const time = Math.max(0, until - from);
  return {
    rate,
    startBy: from + time * START_PART,
    moveMs: Math.min(MOVE_MS, time * MOVE_PART),
    aloneMs: ALONE_MS,
    quietMs: Math.min(QUIET_MS, time * QUIET_PART),
  };
}

/**
 * How long a peer that has just connected is left alone.
 *
 * @module
 */

import type { Link } from "@frontier/proto/internal";

/** A Go peer that loses its connection this early may never come back: docs/spec/wire.md §8.2. */
const YOUNG_MS = 1_500;

/**
 * Tells when a connection may be closed.
 *
 * @param link An open connection.
 * @returns The time in milliseconds of the clock; long past for peers of ours.
 */
export function closableAt(link: Link): number {
  return link.ours ? 0 : link.openedAt + YOUNG_MS;
}

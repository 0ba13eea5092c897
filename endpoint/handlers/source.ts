/**
 * Who requests come from.
 *
 * @module
 */

import type { Session } from "@frontier/proto";
import type { Job } from "./job.ts";

/** What tells callers apart: the id of an edge, or the session where nobody says. */
export type SourceKey = bigint | Session;

/** One caller, as long as it has a handler that runs or a request that waits. */
export class Source {
  /** What tells it from others. */
  readonly key: SourceKey;
  /** Places its handlers hold. */
  running: number = 0;
  /** Its requests that wait, the oldest first. */
  waiting: Job[] = [];
  /** Bytes of those. */
  bytes: number = 0;

  /**
   * Starts with nothing.
   *
   * @param key What tells it from others.
   */
  constructor(key: SourceKey) {
    this.key = key;
  }
}

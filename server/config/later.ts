/**
 * Settings that are read and checked, and not served yet.
 *
 * @module
 */

import type { DialConfig } from "@frontier/platform/config";

/** The link to the cluster directory. */
export interface FrontlasConfig {
  /** Whether it is wanted. */
  readonly enable: boolean;
  /** Where the directory is. */
  readonly dial: DialConfig;
  /** Reports of load to the directory: whether, and every how many seconds. */
  readonly metrics: { enable: boolean; intervalSeconds: number };
}

/** Settings of parts that later releases build. */
export interface LaterConfig {
  /** The link to the cluster directory. */
  readonly frontlas: FrontlasConfig;
  /**
   * Addresses announced to the cluster instead of the listeners' own, or empty.
   */
  readonly advertised: { servicebound: string; edgebound: string };
}

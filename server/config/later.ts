/**
 * Settings that are read and checked, and not served yet.
 *
 * @module
 */

import type { DialConfig } from "./endpoints.ts";

/** The link to the cluster directory. */
export interface FrontlasConfig {
  /** Whether it is wanted. */
  enable: boolean;
  /** Where the directory is. */
  dial: DialConfig;
  /** Reports of load to the directory: whether, and every how many seconds. */
  metrics: { enable: boolean; intervalSeconds: number };
}

/** Settings of parts that later releases build. */
export interface LaterConfig {
  /** The link to the cluster directory. */
  frontlas: FrontlasConfig;
  /**
   * Addresses announced to the cluster instead of the listeners' own, or empty.
   */
  advertised: { servicebound: string; edgebound: string };
}

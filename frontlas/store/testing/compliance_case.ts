/**
 * One thing that a store has to do.
 *
 * @module
 */

import type { StoreWorld } from "./store_world.ts";

/** Does something with a store, and looks whether it is right. */
export type ComplianceCase = (world: StoreWorld) => Promise<void>;

/** Cases by what they show. */
export type ComplianceCases = Readonly<Record<string, ComplianceCase>>;

/**
 * The health and metrics port as it stands in a file.
 *
 * @module
 */

import { parseAddress } from "./endpoints.ts";
import { type Section, section } from "./section.ts";
import { optionalBool } from "./switch.ts";
import { checked, text } from "./text.ts";

/** The health and metrics port. */
export interface ObservabilityConfig {
  /**
   * Whether it is wanted. Absent, a program of its own opens it, and one within
   * another program does not.
   */
  readonly enable?: boolean;
  /**
   * Where it listens, as `host:port`. One that is taken is a warning: the
   * program works without it.
   *
   * @default {"0.0.0.0:9091", of Frontlas "0.0.0.0:9092"}
   */
  readonly addr: string;
}

/** The health and metrics port as it stands in a file. */
export interface ObservabilitySettings {
  /** Whether it is wanted; absent where the file says nothing. */
  enable: boolean | undefined;
  /** Where it listens. */
  addr: string;
}

/**
 * The keys below `observability`.
 *
 * @param addr Where the port listens that has no address.
 * @returns The field.
 */
export function observabilitySection(
  addr: string,
): Section<ObservabilitySettings> {
  return section<ObservabilitySettings>({
    enable: optionalBool(),
    addr: checked(text(addr), (given) => void parseAddress(given)),
  });
}

/**
 * Leaves out what the file leaves out.
 *
 * @param settings The health and metrics port as it stands in a file.
 * @returns What the program has to know of it.
 */
export function resolveObservability(
  { enable, addr }: ObservabilitySettings,
): ObservabilityConfig {
  return { ...(enable !== undefined && { enable }), addr };
}

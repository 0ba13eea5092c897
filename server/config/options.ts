/**
 * The options of a program that runs a gateway, completed and checked.
 *
 * @module
 */

import { parseAddress } from "./endpoints.ts";
import { FORWARD_DEADLINES, HASHES, REASK_IDS } from "./choices.ts";
import { BACKENDS } from "./dao.ts";
import { checkKnown } from "./known_options.ts";
import { resolveControlplane } from "./controlplane.ts";
import { acceptLimit, LIMIT_NAMES, refusal } from "./limit_rules.ts";
import type { Limits } from "./limits.ts";
import { loadConfig } from "./load.ts";
import { describeError, nearest } from "@frontier/platform/internal";
import { brokerProblems, type MqmConfig } from "./mqm/mod.ts";
import type { DeepPartial, FrontierConfig, FrontierOptions } from "./types.ts";

/** Replaces what is given and not undefined. */
function merge<T extends object>(base: T, given: Partial<T> | undefined): T {
  const defined = Object.entries(given ?? {}).filter(([, value]) =>
    value !== undefined
  );
  return { ...base, ...Object.fromEntries(defined) };
}

/**
 * Replaces what is given and not undefined, key by key down to values and
 * lists.
 */
function mergeDeep<T extends object>(
  base: T,
  given: DeepPartial<T> | undefined,
): T {
  const merged = { ...base } as Record<string, unknown>;
  for (const [key, value] of Object.entries(given ?? {})) {
    if (value === undefined) continue;
    const before = merged[key];
    merged[key] = isMap(before) && isMap(value)
      ? mergeDeep(before, value)
      : structuredClone(value);
  }
  return merged as T;
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkBrokers(mqm: MqmConfig): MqmConfig {
  const problem = brokerProblems(mqm).find(({ harmless }) => !harmless);
  if (problem === undefined) return mqm;
  throw new RangeError(`${problem.key}: ${problem.message}`);
}

/** A value of any kind, as it would stand in a program. */
function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "bigint" ? `${value}n` : String(value);
}

function checkPort(what: string, port: number): void {
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new RangeError(
      `Cannot listen on ${what} port ${
        show(port)
      }: expected a whole number from 0 to 65535`,
    );
  }
}

function checkAddress(what: string, address: unknown): void {
  try {
    parseAddress(String(address));
  } catch (error) {
    throw new RangeError(
      `Cannot use ${show(address)} as ${what}: ${describeError(error)}`,
    );
  }
}

function checkChoice(
  what: string,
  value: unknown,
  options: readonly unknown[],
): void {
  if (options.includes(value)) return;
  throw new RangeError(
    `Cannot use ${show(value)} as ${what}: expected ${
      options.map(show).join(", ")
    }`,
  );
}

/** One limit of a program: the file's rules, the program's words. */
function checkLimit(name: keyof Limits, value: unknown): number | "auto" {
  if (name === "maxMemory" && value === "auto") return value;
  const words = {
    key: `limits.${name}`,
    value: show(value),
    inFile: false,
  };
  if (typeof value === "number") return acceptLimit(name, value, words);
  throw new RangeError(refusal(name, words));
}

function checkLimits(limits: Limits): Limits {
  const known: readonly string[] = LIMIT_NAMES;
  const stranger = Object.keys(limits).find((name) => !known.includes(name));
  if (stranger !== undefined) {
    throw new RangeError(
      `Unknown limit "${stranger}", nearest known limit: "${
        nearest(stranger, known)?.name
      }"`,
    );
  }
  return Object.fromEntries(
    LIMIT_NAMES.map((name) => [name, checkLimit(name, limits[name])]),
  ) as unknown as Limits;
}

/**
 * Completes a program's options with the defaults: those of a gateway without a
 * configuration file.
 *
 * @param options What differs from the defaults.
 * @returns The complete configuration, every limit in it finite.
 * @throws {RangeError} If an option is not known, or cannot have its value; the
 * message names it.
 */
export function resolveOptions(options: FrontierOptions = {}): FrontierConfig {
  const base = loadConfig(undefined).config;
  checkKnown(options, base);
  const { file, ...log } = options.log ?? {};
  const config: FrontierConfig = {
    servicebound: merge(base.servicebound, options.servicebound),
    edgebound: merge(base.edgebound, options.edgebound),
    hashBy: options.hashBy ?? base.hashBy,
    forwardDeadlines: options.forwardDeadlines ?? base.forwardDeadlines,
    limits: checkLimits(merge(base.limits, options.limits)),
    log: { ...merge(base.log, log), file: merge(base.log.file, file) },
    drainSeconds: options.drainSeconds ?? base.drainSeconds,
    drainRate: options.drainRate ?? base.drainRate,
    frontierId: options.frontierId ?? base.frontierId,
    controlplane: resolveControlplane(base.controlplane, options.controlplane),
    mqm: checkBrokers(mergeDeep(base.mqm, options.mqm)),
    observability: merge(base.observability, options.observability),
    daemon: options.daemon ?? base.daemon,
    dao: merge(base.dao, options.dao),
    later: options.later ?? base.later,
  };
  checkPort("servicebound", config.servicebound.port);
  checkPort("edgebound", config.edgebound.port);
  checkPort("controlplane", config.controlplane.listen.port);
  checkChoice("hashBy", config.hashBy, HASHES);
  checkChoice("forwardDeadlines", config.forwardDeadlines, FORWARD_DEADLINES);
  checkChoice("dao.backend", config.dao.backend, BACKENDS);
  checkChoice("edgebound.reaskIds", config.edgebound.reaskIds, REASK_IDS);
  checkDrainSeconds(config.drainSeconds);
  checkAddress("observability.addr", config.observability.addr);
  const { drainRate } = config;
  if (!(typeof drainRate === "number" && drainRate > 0)) {
    throw new RangeError(
      `Cannot let ${
        show(drainRate)
      } connections leave in a second: expected a number above 0, or Infinity for all at once`,
    );
  }
  return config;
}

/**
 * @param seconds How long a gateway may drain.
 * @throws {RangeError} If that is no span of time.
 */
export function checkDrainSeconds(seconds: number): void {
  if (typeof seconds === "number" && seconds >= 0) return;
  throw new RangeError(
    `Cannot drain for ${
      show(seconds)
    } seconds: expected a number of at least 0, or Infinity for no limit`,
  );
}

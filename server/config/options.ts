/**
 * The options of a program that runs a gateway, completed and checked.
 *
 * @module
 */

import {
  checkAddress,
  checkChoice,
  checkLimits,
  checkListen,
  merge,
  mergeDeep,
  showOption,
} from "@frontier/platform/config";
import { FORWARD_DEADLINES, HASHES, REASK_IDS } from "./choices.ts";
import { BACKENDS } from "./dao.ts";
import { checkKnown } from "./known_options.ts";
import { resolveControlplane } from "./controlplane.ts";
import { completeFrontlas } from "./frontlas.ts";
import { LIMIT_RULES } from "./limit_rules.ts";
import { loadConfig } from "./load.ts";
import { brokerProblems, type MqmConfig } from "./mqm/mod.ts";
import type { FrontierConfig, FrontierOptions } from "./types.ts";

function checkBrokers(mqm: MqmConfig): MqmConfig {
  const problem = brokerProblems(mqm).find(({ harmless }) => !harmless);
  if (problem === undefined) return mqm;
  throw new RangeError(`${problem.key}: ${problem.message}`);
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
    limits: checkLimits(
      merge(base.limits, options.limits),
      LIMIT_RULES,
    ),
    log: { ...merge(base.log, log), file: merge(base.log.file, file) },
    drainSeconds: options.drainSeconds ?? base.drainSeconds,
    drainRate: options.drainRate ?? base.drainRate,
    frontierId: options.frontierId ?? base.frontierId,
    controlplane: resolveControlplane(base.controlplane, options.controlplane),
    mqm: checkBrokers(mergeDeep(base.mqm, options.mqm)),
    observability: merge(base.observability, options.observability),
    daemon: options.daemon ?? base.daemon,
    dao: merge(base.dao, options.dao),
    frontlas: completeFrontlas(base.frontlas, options.frontlas),
  };
  checkListen("servicebound", config.servicebound);
  checkListen("edgebound", config.edgebound);
  checkListen("controlplane", config.controlplane.listen);
  checkChoice("hashBy", config.hashBy, HASHES);
  checkChoice("forwardDeadlines", config.forwardDeadlines, FORWARD_DEADLINES);
  checkChoice("dao.backend", config.dao.backend, BACKENDS);
  checkChoice("edgebound.reaskIds", config.edgebound.reaskIds, REASK_IDS);
  // A text such as "no" is true to the language.
  const { edgebound, controlplane, observability, frontlas } = config;
  for (
    const [what, value] of [
      ["edgebound.allocateEdgeIds", edgebound.allocateEdgeIds],
      ["edgebound.requireEdgeOnline", edgebound.requireEdgeOnline],
      ["controlplane.enable", controlplane.enable],
      ["observability.enable", observability.enable ?? false],
      ["frontlas.enable", frontlas.enable],
    ] as const
  ) checkChoice(what, value, [true, false]);
  checkDrainSeconds(config.drainSeconds);
  checkAddress("observability.addr", config.observability.addr);
  const { drainRate } = config;
  if (!(typeof drainRate === "number" && drainRate > 0)) {
    throw new RangeError(
      `Cannot let ${
        showOption(drainRate)
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
      showOption(seconds)
    } seconds: expected a number of at least 0, or Infinity for no limit`,
  );
}

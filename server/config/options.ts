import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { loadConfig } from "./load.ts";
import type { FrontierConfig, FrontierOptions } from "./types.ts";

/** Replaces what is given and not undefined. */
function merge<T extends object>(base: T, given: Partial<T> | undefined): T {
  const defined = Object.entries(given ?? {}).filter(([, value]) =>
    value !== undefined
  );
  return { ...base, ...Object.fromEntries(defined) };
}

function checkPort(what: string, port: number): void {
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new RangeError(
      `Cannot listen on ${what} port ${port}: expected a whole number from 0 to 65535`,
    );
  }
}

function checkLimits(limits: Limits): void {
  for (const name of Object.keys(DEFAULT_LIMITS) as (keyof Limits)[]) {
    const least = name === "maxConnectionsPerAddress" ? 0 : 1;
    if (!(limits[name] >= least)) {
      throw new RangeError(
        `Cannot use ${
          limits[name]
        } as limit ${name}: expected a number of at least ${least}`,
      );
    }
  }
}

/**
 * Completes a program's options with the defaults: those of a gateway without a configuration file.
 *
 * @param options What differs from the defaults.
 * @returns The complete configuration.
 * @throws {RangeError} If a port or a limit is out of range.
 */
export function resolveOptions(options: FrontierOptions = {}): FrontierConfig {
  const base = loadConfig(undefined).config;
  const { file, ...log } = options.log ?? {};
  const config: FrontierConfig = {
    servicebound: merge(base.servicebound, options.servicebound),
    edgebound: merge(base.edgebound, options.edgebound),
    hashBy: options.hashBy ?? base.hashBy,
    limits: merge(base.limits, options.limits),
    log: { ...merge(base.log, log), file: merge(base.log.file, file) },
    drainSeconds: options.drainSeconds ?? base.drainSeconds,
    frontierId: options.frontierId ?? base.frontierId,
    later: options.later ?? base.later,
  };
  checkPort("servicebound", config.servicebound.port);
  checkPort("edgebound", config.edgebound.port);
  checkLimits(config.limits);
  if (!(config.drainSeconds >= 0)) {
    throw new RangeError(
      `Cannot drain for ${config.drainSeconds} seconds: expected a number of at least 0`,
    );
  }
  return config;
}

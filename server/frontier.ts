/**
 * Starts a gateway.
 *
 * @module
 */

import { checkKeys } from "@frontier/platform/config";
import { systemTimers } from "@frontier/platform/internal";
import { guardedLogger, NULL_LOGGER } from "@frontier/platform/log";
import { loadTracer } from "@frontier/platform/trace";
import {
  type FrontierConfig,
  type FrontierOptions,
  resolveOptions,
} from "./config/mod.ts";
import { newInstance } from "./cluster/instance.ts";
import { memoryBudget } from "./config/memory_budget.ts";
import { makeProducers, wantsBrokers } from "./mq/open_brokers.ts";
import { type OpenListener, openListener } from "@frontier/platform/ports";
import type { Frontier, FrontierListeners } from "./frontier_types.ts";
import { Gateway } from "./gateway.ts";

export type * from "./frontier_types.ts";

/** What {@linkcode FrontierListeners} has. */
const LISTENER_KEYS = {
  edge: null,
  service: null,
  policies: null,
  timers: null,
  random: null,
  wallClock: null,
} satisfies Record<keyof FrontierListeners, null>;

/**
 * Starts a gateway.
 *
 * @param options Its configuration; what is left out has its default.
 * @param listeners Where connections come from, if not from TCP ports, and
 * clock and randomness, if not the system's.
 * @returns The gateway, with both listeners bound.
 * @throws {Error} If an option is not known, an address cannot be bound or a
 * certificate cannot be used; the message names it.
 *
 * @example
 * ```ts
 * import { startFrontier } from "@frontier/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using gateway = await startFrontier({
 *   edgebound: { hostname: "127.0.0.1", port: 0 },
 *   servicebound: { hostname: "127.0.0.1", port: 0 },
 * });
 * assertEquals(gateway.status.edges, 0);
 * ```
 */
export async function startFrontier(
  options: FrontierOptions = {},
  listeners: FrontierListeners = {},
): Promise<Frontier> {
  const given = resolveOptions(options);
  checkKeys(listeners, LISTENER_KEYS);
  const log = guardedLogger(options.logger ?? NULL_LOGGER);
  const { random = Math.random } = listeners;
  const instance = given.frontlas.enable ? newInstance(random) : "";
  const config = withId(given, instance);
  if (config !== given) {
    log.info(
      "This gateway calls itself by a name of its own until it stops: daemon.frontier_id is empty",
      { frontierId: config.frontierId },
    );
  }
  const memory = memoryBudget(config.limits.maxMemory);
  // Both are bound before either accepts: early connections wait in the kernel.
  const service = listeners.service === undefined
    ? await openListener(config.servicebound, log)
    : { listener: listeners.service, tls: undefined };
  let edge: OpenListener | undefined;
  let gateway: Gateway;
  try {
    edge = listeners.edge === undefined
      ? await openListener(config.edgebound, log)
      : { listener: listeners.edge, tls: undefined };
    log.info("Memory for peers", { ...memory });
    const producers = wantsBrokers(config.mqm)
      ? await makeProducers(config.mqm)
      : [];
    gateway = new Gateway(config, log, edge, service, {
      maxMemory: memory.bytes,
      timers: listeners.timers ?? systemTimers,
      random,
      wallClock: listeners.wallClock ?? Date.now,
      policies: listeners.policies ?? [],
      producers,
      tracer: await loadTracer(),
    });
  } catch (error) {
    service.listener.close();
    edge?.listener.close();
    throw error;
  }
  try {
    await gateway.openControl();
    await gateway.joinCluster(instance, random);
    await gateway.observe();
    return gateway;
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

/**
 * A name for a gateway of a cluster that was given none. Whatever is derived
 * from the machine may be another gateway's, too; this is nobody's, and after a
 * crash its successor need not wait until the old name is free.
 */
function withId(config: FrontierConfig, instance: string): FrontierConfig {
  if (!config.frontlas.enable || config.frontierId !== "") return config;
  return { ...config, frontierId: `frontier-${instance}` };
}

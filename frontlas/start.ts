/**
 * Starts a Frontlas.
 *
 * @module
 */

import { checkKeys } from "@frontier/platform/config";
import {
  FRONTIER_VERSION,
  repeatLog,
  systemTimers,
} from "@frontier/platform/internal";
import {
  countingLogger,
  guardedLogger,
  type LogCounts,
  NULL_LOGGER,
} from "@frontier/platform/log";
import { openListener } from "@frontier/platform/ports";
import {
  type DirectoryOptions,
  type ExpirationConfig,
  resolveDirectoryOptions,
} from "./config/mod.ts";
import { Frontierbound } from "./frontierbound/frontierbound.ts";
import { IN_MEMORY, RunningFrontlas } from "./frontlas.ts";
import type { Frontlas, FrontlasParts } from "./frontlas_types.ts";
import { Presence } from "./presence/presence.ts";
import type { PresenceStore } from "./store/presence_store.ts";
import { openStore } from "./store/open_store.ts";

export type * from "./frontlas_types.ts";

/** Milliseconds within which gateways of ours renew each record, or sooner. */
const RENEW_MS = 10_000;

/** What {@linkcode FrontlasParts} has. */
const PART_KEYS = {
  frontiers: null,
  store: null,
  controlPlane: null,
  timers: null,
  random: null,
  wallClock: null,
} satisfies Record<keyof FrontlasParts, null>;

/**
 * Starts a Frontlas: the directory of a cluster of gateways.
 *
 * @param options Its configuration; what is left out has its default.
 * @param parts What does not come from the configuration, clock and randomness
 * for example.
 * @returns The Frontlas, with both planes bound and its store there.
 * @throws {Error} If an option is not known, the store does not answer, an
 * address cannot be bound or a certificate cannot be used; the message names it.
 *
 * @example
 * ```ts
 * import { startFrontlas } from "@frontier/frontlas";
 * import { assertEquals } from "@std/assert";
 *
 * await using frontlas = await startFrontlas({
 *   frontierPlane: { listen: { port: 0 } },
 *   controlPlane: { listen: { port: 0 } },
 * });
 * assertEquals(frontlas.status.frontiers, 0);
 * ```
 */
export async function startFrontlas(
  options: DirectoryOptions = {},
  parts: FrontlasParts = {},
): Promise<Frontlas> {
  const config = resolveDirectoryOptions(options);
  checkKeys(parts, PART_KEYS);
  const { timers = systemTimers, random = Math.random, wallClock = Date.now } =
    parts;
  const logger = guardedLogger(options.logger ?? NULL_LOGGER);
  const watched = config.observability.enable === true;
  const logged: LogCounts = { debug: 0, info: 0, warn: 0, error: 0 };
  const log = repeatLog(
    watched ? countingLogger(logger, logged) : logger,
    { timers },
  );
  await using opened = new AsyncDisposableStack();
  opened.use(log);
  const { expiration, graceSeconds } = config.frontierPlane;
  const records = opened.use(
    parts.store ?? await openStore({
      redis: config.redis,
      presence: config.presence,
      expiration,
      random,
      wallClock: parts.wallClock,
    }),
  );
  const store = watched ? await measured(records) : records;
  if (store.kind === "memory") log.warn(IN_MEMORY);
  log.info("Records end without a sign of life", {
    presence: store.mode,
    edgeSeconds: expiration.edgeMetaSeconds,
    serviceSeconds: expiration.serviceMetaSeconds,
  });
  // Bound before anybody is told of it: early gateways wait in the kernel.
  const listener = parts.frontiers === undefined
    ? await openListener(config.frontierPlane.listen, log)
    : { listener: parts.frontiers, tls: undefined };
  opened.defer(() => listener.listener.close());
  const presence = new Presence({
    store,
    graceMs: graceSeconds * 1_000,
    ...(store.mode === "ttl" && { renewMs: renewMs(expiration) }),
    maxWaitingEvents: config.limits.maxWaitingEvents,
    timers,
    random,
    log,
    onChange: () => frontlas.control?.changed(),
  });
  store.onState = (state) => presence.storeIs(state);
  const frontlas: RunningFrontlas = new RunningFrontlas({
    config,
    store,
    presence,
    timers,
    log,
  });
  // From here on it closes these itself.
  opened.move();
  await using begun = new AsyncDisposableStack();
  begun.defer(() => frontlas.close());
  begun.defer(() => listener.listener.close());
  if (parts.controlPlane ?? true) {
    const { openControl } = await import("./control/control.ts");
    frontlas.show(
      await openControl({
        config: config.controlPlane,
        maxAnswers: config.limits.maxAnswers,
        store,
        links: presence,
        catchingUp: () => presence.catchingUp,
        version: FRONTIER_VERSION,
        log,
      }),
    );
  }
  if (watched) {
    const { openObservability } = await import("@frontier/platform/metrics");
    const { directoryMetrics } = await import("./metrics/directory_metrics.ts");
    frontlas.observed(
      await openObservability({
        addr: config.observability.addr,
        metrics: directoryMetrics({
          store,
          presence,
          frontlas,
          maxConnections: config.limits.maxConnections,
          logged,
        }),
        readiness: frontlas.readiness,
        noun: "Frontlas",
        log,
      }),
    );
  }
  // The last: gateways find everything there.
  frontlas.begin(
    new Frontierbound({
      listener,
      limits: config.limits,
      presence,
      timers,
      random,
      wallClock,
      log,
    }),
  );
  begun.move();
  return frontlas;
}

/** The same store, its answers measured. */
async function measured(store: PresenceStore): Promise<PresenceStore> {
  const { MeasuredStore } = await import("./metrics/measured_store.ts");
  return new MeasuredStore(store);
}

/** A record must outlive two signs of life that were lost. */
function renewMs({ edgeMetaSeconds, serviceMetaSeconds }: ExpirationConfig) {
  const shortest = Math.min(edgeMetaSeconds, serviceMetaSeconds);
  return Math.min(RENEW_MS, shortest * 1_000 / 3);
}

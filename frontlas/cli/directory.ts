/**
 * Frontlas as the command line runs it.
 *
 * @module
 */

import {
  lookAtTls,
  type Program,
  type RunningProgram,
} from "@frontier/platform/cli";
import {
  type Diagnostic,
  exposure,
  type LoadedConfig,
  readSecret,
} from "@frontier/platform/config";
import { describeError, FRONTIER_VERSION } from "@frontier/platform/internal";
import type { Logger } from "@frontier/platform/log";
import {
  type DirectoryConfig,
  loadFrontlas,
  TOKEN_PLACE,
} from "../config/mod.ts";
import { IN_MEMORY } from "../frontlas.ts";
import { type Frontlas, startFrontlas } from "../start.ts";
import { StoreUnavailableError } from "../store/presence_store.ts";
import { FLAGS } from "./flags.ts";
import { HELP } from "./help.ts";

/** Frontlas. */
export const DIRECTORY: Program<DirectoryConfig> = {
  name: "frontlas",
  noun: "frontlas",
  version: FRONTIER_VERSION,
  help: HELP,
  flags: FLAGS,
  unconfigured:
    "No configuration file given: gateways and those who ask may connect from here only",
  load: loadFrontlas,
  listeners: ({ frontierPlane, controlPlane }) => [
    { key: "frontier_plane.listen", listen: frontierPlane.listen },
    { key: "control_plane.listen", listen: controlPlane.listen },
  ],
  tokens: ({ controlPlane: { tokens } }) => ({ key: TOKEN_PLACE.key, tokens }),
  // What deserves a look is said by whoever starts it, programs included.
  notes: () => [],
  lookAhead,
  start,
};

/** Redis is not asked: a check must not wait for it, nor write to it. */
async function lookAhead(
  loaded: LoadedConfig<DirectoryConfig>,
): Promise<Diagnostic[]> {
  const { controlPlane, redis } = loaded.config;
  const found: Diagnostic[] = [];
  if (redis === undefined) {
    found.push(loaded.diagnose("warning", "redis", IN_MEMORY));
  } else {
    const secrets = {
      "redis.password": redis.password,
      "redis.sentinel.password": redis.sentinel.password,
    };
    for (const [key, secret] of Object.entries(secrets)) {
      try {
        readSecret(secret, key);
      } catch (error) {
        found.push(loaded.diagnose("error", key, describeError(error)));
      }
    }
    found.push(
      ...await lookAtTls(loaded, "redis.tls", redis.tls, { isClient: true }),
    );
  }
  const exposed = exposure(controlPlane, "control_plane");
  if (exposed !== undefined) {
    found.push(
      loaded.diagnose("warning", "control_plane.listen.addr", exposed),
    );
  }
  return found;
}

/** Answers of Redis that no waiting changes: what is configured is wrong. */
const WRONG =
  /\b(?:NOAUTH|NOPERM|WRONGPASS|is a node of a Redis Cluster|none of the sentinels \S.* knows a master)\b/;
/** Milliseconds between two attempts to start while Redis does not answer. */
const AGAIN_MS = 1_000;
/** Attempts after which the log says again that it waits. */
const SAY_AGAIN = 60;

/** Starts as soon as Redis answers: whoever starts both together starts them in any order. */
async function startOnce(
  config: DirectoryConfig,
  log: Logger,
): Promise<Frontlas> {
  const { enable = true } = config.observability;
  for (let attempt = 0;; attempt++) {
    try {
      return await startFrontlas({
        ...config,
        observability: { ...config.observability, enable },
        logger: log,
      });
    } catch (error) {
      if (
        !(error instanceof StoreUnavailableError) || WRONG.test(error.message)
      ) {
        throw error;
      }
      if (attempt % SAY_AGAIN === 0) {
        log.warn("Waiting for Redis; nobody can connect until it answers", {
          error: error.message,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

async function start(
  config: DirectoryConfig,
  log: Logger,
): Promise<RunningProgram> {
  const frontlas = await startOnce(config, log);
  const { frontierAddr, controlAddr } = frontlas;
  return {
    addresses: [
      { name: "frontierplane", addr: frontierAddr },
      ...(controlAddr === undefined
        ? []
        : [{ name: "controlplane", addr: controlAddr }]),
    ],
    drainBegun: new Promise(() => {}),
    drain: (seconds) => frontlas.drain(seconds),
    close: () => frontlas.close(),
    reload: () => frontlas.reload(),
  };
}

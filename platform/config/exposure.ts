/**
 * Who can reach a control plane.
 *
 * @module
 */

import { formatAddress } from "../transport.ts";
import type { ListenConfig } from "./endpoints.ts";
import { isLoopback } from "./overlap.ts";
import type { ControlTokenConfig } from "./tokens.ts";

/** A control plane, as far as it matters who can reach it. */
export interface ExposedPort {
  /** Where it listens. */
  readonly listen: ListenConfig;
  /** Who may do what. */
  readonly tokens: readonly ControlTokenConfig[];
}

/**
 * Looks at whether everybody on the network may use a control plane.
 *
 * @param port Its configuration.
 * @param key Its key, such as `controlplane`.
 * @returns What an operator should know then; `undefined` when that is not so.
 */
export function exposure(
  { listen, tokens }: ExposedPort,
  key: string,
): string | undefined {
  if (listen.tls?.mtls || tokens.length > 0) return undefined;
  if (isLoopback(listen.hostname)) return undefined;
  return `The control plane on ${
    formatAddress(listen)
  } asks nobody who they are: set ${key}.tokens or mutual TLS, or listen on 127.0.0.1`;
}

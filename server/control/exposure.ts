/**
 * Who can reach the control plane.
 *
 * @module
 */

import { formatAddress } from "@frontier/platform";
import type { ControlplaneConfig } from "../config/mod.ts";
import { isLoopback } from "../config/overlap.ts";

/**
 * @param config The configuration of a control plane.
 * @returns What an operator should know when everybody on the network may
 * close connections; `undefined` when that is not so.
 */
export function exposure(config: ControlplaneConfig): string | undefined {
  const { listen, tokens } = config;
  if (listen.tls?.mtls || tokens.length > 0) return undefined;
  if (isLoopback(listen.hostname)) return undefined;
  return `The control plane on ${
    formatAddress(listen)
  } asks nobody who they are: set controlplane.tokens or mutual TLS, or listen on 127.0.0.1`;
}

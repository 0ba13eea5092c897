/**
 * Tokens of the control plane.
 *
 * @module
 */

import { type Token, whyNotToken } from "@frontier/platform/control/tokens";
import type { ControlTokenConfig } from "../config/mod.ts";
import { readSecret } from "../mq/secret.ts";

/**
 * Reads a token from where the configuration says it is.
 *
 * @param config The configuration of the token.
 * @param i Its place in the list.
 * @returns The token.
 * @throws {Error} If it cannot be read or used; the message names the place, never the secret.
 */
export function readToken(config: ControlTokenConfig, i: number): Token {
  const key = `controlplane.tokens[${i}].token`;
  const secret = readSecret(config.token, key).trim();
  const why = whyNotToken(secret);
  if (why !== undefined) throw new Error(`Cannot use ${key}: ${why}`);
  return { role: config.role, secret };
}

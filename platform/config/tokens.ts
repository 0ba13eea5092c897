/**
 * Tokens of a control plane: as they stand in a file, and read from where the
 * file says they are.
 *
 * @module
 */

import { type Token, whyNotToken } from "../control/tokens.ts";
import type { Findings } from "./diagnostics.ts";
import type { Field } from "./field.ts";
import { list } from "./list.ts";
import { readSecret } from "./read_secret.ts";
import { secret, type SecretConfig } from "./secret.ts";
import { section } from "./section.ts";
import { choice } from "./text.ts";

/** A token that callers of a control plane may show. */
export interface ControlTokenConfig {
  /** What its holder may do: look, or everything. */
  readonly role: "read" | "admin";
  /** The token, or where it is; at least 16 characters. */
  readonly token: SecretConfig;
}

/**
 * The list of tokens of a control plane.
 *
 * @param prefix How the variables begin that may hold a token.
 * @returns The field.
 */
export function tokenList(prefix: string): Field<ControlTokenConfig[]> {
  return list(section<ControlTokenConfig>({
    role: choice("role", ["read", "admin"], "read"),
    token: secret(prefix),
  }));
}

/** Where the tokens of a configuration stand, and what may hold one. */
export interface TokenPlace {
  /** The key of the list, such as `controlplane.tokens`. */
  readonly key: string;
  /** How the variables begin that may hold a token. */
  readonly prefix: string;
}

/**
 * Finds tokens that say not where their secret is, or more than once.
 *
 * @param tokens As the file lists them.
 * @param place Where they stand.
 * @param findings Where errors are noted.
 */
export function checkTokens(
  tokens: readonly ControlTokenConfig[],
  place: TokenPlace,
  findings: Findings,
): void {
  for (const [i, { token: { value, file, env } }] of tokens.entries()) {
    const given = [value, file, env].filter((from) => from !== "").length;
    if (given === 1) continue;
    findings.missing(
      `${place.key}[${i}].token`,
      given === 0
        ? `Cannot use a token without its secret: set it to {file: path} or {env: ${place.prefix}NAME}`
        : "Cannot use a token with several secrets: keep one of value, file and env",
    );
  }
}

/** Tokens of a program's options: one that is a text is the secret itself. */
export type TokenOptions = readonly {
  /** What its holder may do: look, or everything. */
  readonly role: ControlTokenConfig["role"];
  /** The secret, or where it is. */
  readonly token: string | Readonly<Partial<SecretConfig>>;
}[];

/**
 * Completes the tokens of a program's options.
 *
 * @param tokens As the program gives them.
 * @returns The same as a configuration has them.
 * @throws {RangeError} If there is no such role.
 */
export function resolveTokens(tokens: TokenOptions): ControlTokenConfig[] {
  return tokens.map(({ role, token }) => {
    if (role !== "read" && role !== "admin") {
      throw new RangeError(
        `Cannot use "${role}" as the role of a token: expected "read" or "admin"`,
      );
    }
    const given = typeof token === "string" ? { value: token } : token;
    return { role, token: { value: "", file: "", env: "", ...given } };
  });
}

/**
 * Reads a token from where the configuration says it is.
 *
 * @param config The configuration of the token.
 * @param key Its key, such as `controlplane.tokens[0]`.
 * @returns The token.
 * @throws {Error} If it cannot be read or used; the message names the place,
 * never the secret.
 */
export function readToken(config: ControlTokenConfig, key: string): Token {
  const secret = readSecret(config.token, `${key}.token`).trim();
  const why = whyNotToken(secret);
  if (why !== undefined) throw new Error(`Cannot use ${key}.token: ${why}`);
  return { role: config.role, secret };
}

/**
 * Reads all tokens of a control plane.
 *
 * @param tokens The configuration of each.
 * @param key The key of their list, such as `controlplane.tokens`.
 * @returns The tokens.
 * @throws {Error} If one cannot be read or used; the message names the place,
 * never the secret.
 */
export function readTokens(
  tokens: readonly ControlTokenConfig[],
  key: string,
): Token[] {
  return tokens.map((token, i) => readToken(token, `${key}[${i}]`));
}

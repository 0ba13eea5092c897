/**
 * Secrets of brokers.
 *
 * @module
 */

import type { SecretConfig } from "./secret.ts";

/**
 * Reads a secret where the configuration says it is: the file first, then the
 * environment, then the configuration itself.
 *
 * @param secret Where it is.
 * @param key The key it belongs to, for errors.
 * @returns The secret, without the end of the line; empty when there is none.
 * @throws {Error} If the file cannot be read or the variable is not set; the
 * message names it, never the secret.
 */
export function readSecret(secret: SecretConfig, key: string): string {
  if (secret.file !== "") {
    try {
      return Deno.readTextFileSync(secret.file).replace(/\r?\n$/, "");
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`Cannot read ${key} from ${secret.file}: ${why}`);
    }
  }
  if (secret.env === "") return secret.value;
  const value = Deno.env.get(secret.env);
  if (value === undefined) {
    throw new Error(
      `Cannot read ${key} from the environment: ${secret.env} is not set`,
    );
  }
  return value;
}

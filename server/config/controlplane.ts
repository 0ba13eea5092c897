/**
 * The control plane: its port, and who may use it.
 *
 * @module
 */

import {
  type ControlTokenConfig,
  type Fields,
  int,
  type ListenConfig,
  merge,
  resolveTokens,
  tokenList,
  type TokenOptions,
  type TokenPlace,
} from "@frontier/platform/config";
import { SECRET_VARIABLES } from "./secret_variables.ts";

/** The control plane: its gRPC and REST port. */
export interface ControlplaneConfig {
  /** Whether there is one. */
  readonly enable: boolean;
  /** Where it listens. */
  readonly listen: ListenConfig;
  /** No effect, as with the original: a control plane is announced to nobody. */
  readonly advertisedAddr: string;
  /**
   * Who may do what; without any token everybody who can connect may do
   * everything.
   */
  readonly tokens: readonly ControlTokenConfig[];
  /** Entries of a page at most. */
  readonly maxPageSize: number;
}

/**
 * {@linkcode ControlplaneConfig} for a program: whatever is left out has its
 * default.
 */
export interface ControlplaneOptions
  extends Partial<Omit<ControlplaneConfig, "tokens">> {
  /**
   * Who may do what. A token that is a text is the secret itself.
   *
   * @default {[] everybody who can connect may do everything}
   */
  readonly tokens?: TokenOptions;
}

/** Where its tokens stand. */
export const TOKEN_PLACE: TokenPlace = {
  key: "controlplane.tokens",
  prefix: SECRET_VARIABLES,
};

/**
 * Where it listens unless the configuration says otherwise: for this machine
 * only.
 */
export const CONTROL_ADDRESS = "127.0.0.1:30010";

/** Entries of a page at most unless the configuration says otherwise. */
const MAX_PAGE_SIZE = 10_000;

/** The keys below `controlplane`, beside `enable` and `listen`. */
export const CONTROL_FIELDS: Fields<
  Pick<ControlplaneConfig, "tokens" | "maxPageSize">
> = {
  tokens: tokenList(SECRET_VARIABLES),
  maxPageSize: int(MAX_PAGE_SIZE, { min: 1, max: 1_000_000 }),
};

/**
 * Completes a program's options with the defaults.
 *
 * @param base The defaults.
 * @param options What differs from them.
 * @returns The complete configuration.
 * @throws {RangeError} If an option cannot have its value; the message names
 * it.
 */
export function resolveControlplane(
  base: ControlplaneConfig,
  options: ControlplaneOptions = {},
): ControlplaneConfig {
  const { tokens, ...rest } = options;
  const config: ControlplaneConfig = {
    ...merge(base, rest),
    ...(tokens && { tokens: resolveTokens(tokens) }),
  };
  const { maxPageSize } = config;
  if (!(Number.isInteger(maxPageSize) && maxPageSize >= 1)) {
    throw new RangeError(
      `Cannot use ${maxPageSize} as controlplane.maxPageSize: expected a whole number of at least 1`,
    );
  }
  return config;
}

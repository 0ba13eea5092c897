/**
 * The control plane: its port, and who may use it.
 *
 * @module
 */

import type { Findings } from "./diagnostics.ts";
import { choice, int, list } from "./field.ts";
import { secret, type SecretConfig } from "./mqm/common.ts";
import { type Fields, section } from "./section.ts";
import type { ListenConfig } from "./endpoints.ts";

/** A token that callers of the control plane may show. */
export interface ControlTokenConfig {
  /** What its holder may do: look, or everything. */
  readonly role: "read" | "admin";
  /** The token, or where it is; at least 16 characters. */
  readonly token: SecretConfig;
}

/** The control plane: its gRPC and REST port. */
export interface ControlplaneConfig {
  /** Whether there is one. */
  readonly enable: boolean;
  /** Where it listens. */
  readonly listen: ListenConfig;
  /** The address it announces to the cluster instead of its own, or empty. */
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
  readonly tokens?: readonly {
    readonly role: ControlTokenConfig["role"];
    readonly token: string | Readonly<Partial<SecretConfig>>;
  }[];
}

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
  tokens: list(section<ControlTokenConfig>({
    role: choice("role", ["read", "admin"], "read"),
    token: secret(),
  })),
  maxPageSize: int(MAX_PAGE_SIZE, { min: 1, max: 1_000_000 }),
};

/**
 * Finds tokens that say not where their secret is, or more than once.
 *
 * @param tokens As the file lists them.
 * @param findings Where errors are noted.
 */
export function checkTokens(
  tokens: readonly ControlTokenConfig[],
  findings: Findings,
): void {
  for (const [i, { token: { value, file, env } }] of tokens.entries()) {
    const given = [value, file, env].filter((from) => from !== "").length;
    if (given === 1) continue;
    findings.missing(
      `controlplane.tokens[${i}].token`,
      given === 0
        ? "Cannot use a token without its secret: set it to {file: path} or {env: FRONTIER_NAME}"
        : "Cannot use a token with several secrets: keep one of value, file and env",
    );
  }
}

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
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  const config: ControlplaneConfig = {
    ...base,
    ...Object.fromEntries(given),
    ...(tokens && {
      tokens: tokens.map(({ role, token }) => ({
        role,
        token: {
          value: "",
          file: "",
          env: "",
          ...(typeof token === "string" ? { value: token } : token),
        },
      })),
    }),
  };
  const { maxPageSize } = config;
  if (!(Number.isInteger(maxPageSize) && maxPageSize >= 1)) {
    throw new RangeError(
      `Cannot use ${maxPageSize} as controlplane.maxPageSize: expected a whole number of at least 1`,
    );
  }
  for (const { role } of config.tokens) {
    if (role === "read" || role === "admin") continue;
    throw new RangeError(
      `Cannot use "${role}" as the role of a token: expected "read" or "admin"`,
    );
  }
  return config;
}

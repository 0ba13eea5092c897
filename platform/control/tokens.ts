/**
 * Who may do what, told by bearer tokens.
 *
 * @example Who shows which token may do what
 * ```ts
 * import { allows, Tokens, whyNotToken } from "@frontier/platform/control/tokens";
 * import { assertEquals, assertFalse } from "@std/assert";
 *
 * const secret = "a-secret-of-the-dashboard";
 * assertEquals(whyNotToken(secret), undefined);
 * assertEquals(whyNotToken("short"), "it has fewer than 16 characters");
 *
 * const tokens = new Tokens([{ secret, role: "read" }]);
 * assertEquals(tokens.roleOf(`Bearer ${secret}`), "read");
 * assertEquals(tokens.roleOf("Bearer another-secret"), undefined);
 * assertFalse(allows("read", "admin"));
 * ```
 *
 * @module
 */

import { createHash, timingSafeEqual } from "node:crypto";

/** What somebody may do: look, or everything. */
export type Role = "read" | "admin";

/** What a method asks for. */
export type Access = Role | "anyone";

/** A token and what it allows. */
export interface Token {
  /** The secret. */
  readonly secret: string;
  /** What its holder may do. */
  readonly role: Role;
}

/** Bytes of the shortest token; shorter ones can be guessed. */
export const MIN_TOKEN_BYTES = 16;

/** What a header may carry; see RFC 6750. */
const SECRET = /^[A-Za-z0-9\-._~+/]+=*$/;
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;

/**
 * The tokens of a port. It keeps digests: the secrets themselves are nowhere
 * to be found later.
 */
export class Tokens {
  readonly #known: readonly { digest: Uint8Array; role: Role }[];

  /**
   * Takes the tokens in.
   *
   * @param tokens The tokens; without any, everybody may do everything.
   */
  constructor(tokens: readonly Token[]) {
    this.#known = tokens.map(({ secret, role }) => ({
      digest: digestOf(secret),
      role,
    }));
  }

  /** Whether a token is asked for at all. */
  get required(): boolean {
    return this.#known.length > 0;
  }

  /**
   * Reads an `Authorization` header. The time it takes does not tell how much of a token is right.
   *
   * @param header The header; `undefined` without one.
   * @returns What its sender may do; `undefined` if it shows no token that is known.
   */
  roleOf(header: string | null | undefined): Role | undefined {
    if (!this.required) return "admin";
    const secret = BEARER.exec(header ?? "")?.[1];
    if (secret === undefined) return undefined;
    const digest = digestOf(secret);
    let role: Role | undefined = undefined;
    for (const known of this.#known) {
      // All are compared: which one it is must not show, either.
      if (!timingSafeEqual(known.digest, digest)) continue;
      if (role !== "admin") role = known.role;
    }
    return role;
  }
}

/**
 * Looks at what is to be a token.
 *
 * @param text A secret as somebody wrote it.
 * @returns What is wrong with it, without naming it; `undefined` if it can be used.
 */
export function whyNotToken(text: string): string | undefined {
  if (text === "") return "it is empty";
  if (text.length < MIN_TOKEN_BYTES) {
    return `it has fewer than ${MIN_TOKEN_BYTES} characters`;
  }
  if (!SECRET.test(text)) {
    return "it has characters that a bearer token cannot have; letters, digits and -._~+/ are allowed";
  }
  return undefined;
}

function digestOf(secret: string): Uint8Array {
  return createHash("sha256").update(secret).digest();
}

/**
 * Compares what somebody may do with what is needed.
 *
 * @param role What somebody may do.
 * @param needed What a method asks for.
 * @returns Whether that is enough.
 */
export function allows(role: Role, needed: Role): boolean {
  return role === "admin" || needed === "read";
}

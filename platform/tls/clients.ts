/**
 * Which clients' certificates a server has verified.
 *
 * @module
 */

import type { TLSSocket } from "node:tls";

/** Most certificates remembered; only verified ones count. */
const MAX_REMEMBERED = 262_144;

/**
 * Decides whether a client may come in whose TLS session the runtime accepted.
 *
 * The runtime verifies a client's certificate when a session begins. A client
 * may resume a session later, and the runtime takes it on trust: also at
 * another listener of the process, with other authorities, and after the
 * authorities have changed. Resuming cannot be switched off. So each set of
 * authorities remembers whom it has verified itself, and a resumed session
 * counts for those only.
 */
export class VerifiedClients {
  /** Authorities these clients were verified against, as PEM. */
  readonly authorities: readonly string[];
  /** End of validity, in milliseconds since 1970, by fingerprint. */
  readonly #known: Map<string, number> = new Map();

  /**
   * @param authorities Authorities, as PEM.
   */
  constructor(authorities: readonly string[]) {
    this.authorities = authorities;
  }

  /**
   * Tells whether other authorities are the same ones.
   *
   * @param authorities Authorities, as PEM.
   * @returns Whether they are.
   */
  verifiedBy(authorities: readonly string[]): boolean {
    return authorities.length === this.authorities.length &&
      authorities.every((pem, i) => pem === this.authorities[i]);
  }

  /**
   * Looks at a client with whom the handshake is done.
   *
   * @param socket The client's socket.
   * @throws {Error} If the client must not come in.
   */
  check(socket: TLSSocket): void {
    const { fingerprint256, valid_to } = socket.getPeerCertificate() ?? {};
    if (!socket.authorized || fingerprint256 === undefined) {
      throw new Error("The client's certificate is not verified");
    }
    if (!socket.isSessionReused()) {
      this.#remember(fingerprint256, Date.parse(valid_to));
      return;
    }
    const until = this.#known.get(fingerprint256);
    // Written so that an end that cannot be read is in the past.
    if (until === undefined || !(Date.now() < until)) {
      throw new Error(
        "The client resumes a session with a certificate that is not verified any more",
      );
    }
  }

  #remember(fingerprint: string, until: number): void {
    this.#known.delete(fingerprint);
    this.#known.set(fingerprint, until);
    if (this.#known.size > MAX_REMEMBERED) {
      const [oldest] = this.#known.keys();
      this.#known.delete(oldest!);
    }
  }
}

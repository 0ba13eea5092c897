/**
 * TLS as it stands in a file.
 *
 * @module
 */

import { list } from "./list.ts";
import { bool } from "./switch.ts";
import { text } from "./text.ts";
import { type Section, section } from "./section.ts";
import type { CertificatePair, TlsDialConfig } from "./endpoints.ts";

/**
 * TLS as it stands in a file; `insecureSkipVerify` matters for outgoing
 * connections only.
 */
export interface TlsSettings extends TlsDialConfig {
  /** Whether TLS is spoken at all. */
  enable: boolean;
}

/** The keys below `tls`. */
export const TLS: Section<TlsSettings> = section<TlsSettings>({
  enable: bool(),
  mtls: bool(),
  caCerts: list(text()),
  certs: list(section<CertificatePair>({ cert: text(), key: text() })),
  insecureSkipVerify: bool(),
});

/**
 * What an outgoing connection has to know of its TLS.
 *
 * @param tls TLS of an outgoing connection, as it stands in a file.
 * @returns What the connection has to know; `undefined` when it is plain.
 */
export function tlsDial(tls: TlsSettings): TlsDialConfig | undefined {
  const { enable, ...rest } = tls;
  return enable ? rest : undefined;
}

/**
 * TLS, and dialling with it or without. Apart from the main module: TLS needs
 * parts of the runtime that an edge over another transport does without.
 *
 * @module
 */

export * from "./dial.ts";
export * from "./tls/check.ts";
export * from "./tls/client.ts";
export * from "./tls/connect.ts";
export * from "./tls/handshake_error.ts";
export * from "./tls/server.ts";
export type { LogFields, Logger } from "./log/mod.ts";
export { authoritiesIn, certificatePair, readPem } from "./tls/credentials.ts";
export type {
  CertificatePair,
  TlsCertificateFiles,
  TlsClientOptions,
  TlsServerOptions,
} from "./tls/credentials.ts";
export type {
  Identity,
  PeerAddress,
  Transport,
  TransportListener,
} from "./transport.ts";

/**
 * TLS, and dialling with it or without. Apart from the main module: TLS needs
 * parts of the runtime that an edge over another transport does without.
 *
 * @module
 */

export * from "./dial.ts";
export * from "./tls_check.ts";
export * from "./tls_connect.ts";
export * from "./tls_handshake_error.ts";
export * from "./tls_server.ts";
export type { LogFields, Logger } from "./log.ts";
export type {
  TlsCertificateFiles,
  TlsClientOptions,
  TlsServerOptions,
} from "./tls_credentials.ts";
export type {
  Identity,
  PeerAddress,
  Transport,
  TransportListener,
} from "./transport.ts";

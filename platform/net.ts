/**
 * Listening and dialling over TCP and TLS. Apart from the main module: TLS
 * needs parts of the runtime that an edge over another transport does without.
 *
 * @module
 */

export * from "./dial.ts";
export * from "./listen.ts";
export * from "./tls.ts";
export * from "./tls_check.ts";
export type { LogFields, Logger } from "./log.ts";
export type {
  TlsCertificateFiles,
  TlsClientOptions,
  TlsServerOptions,
} from "./tls_credentials.ts";
export type { PeerAddress, Transport, TransportListener } from "./transport.ts";

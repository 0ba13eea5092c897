/**
 * TLS, and dialling with it or without. Apart from the main module: TLS needs
 * parts of the runtime that an edge over another transport does without.
 *
 * @example A server is dialled, and with TLS found not to speak it
 * ```ts
 * import { formatAddress, listenTcp } from "@frontier/platform";
 * import { dial } from "@frontier/platform/net";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
 * const addr = formatAddress(listener.addr);
 * const dialled = await dial(addr);
 * const accepted = await listener.accept();
 * await dialled.write(new Uint8Array([1, 2, 3]));
 * assertEquals(await accepted.read(new Uint8Array(8)), 3);
 * for (const transport of [dialled, accepted]) transport.close();
 *
 * const plain = listener.accept().then(async (transport) => {
 *   await transport.write(new TextEncoder().encode("hello\n"));
 *   return transport;
 * });
 * const tls = { mtls: false, caCerts: [], certs: [], insecureSkipVerify: false };
 * await assertRejects(() => dial(addr, tls), Error, "does not speak TLS");
 * (await plain).close();
 * listener.close();
 * ```
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

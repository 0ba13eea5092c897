/** What the tests of TLS share: a gateway whose three listeners speak it, and clients that openssl plays. */

import { encodePacket } from "@frontier/proto/internal";
import { type Frontier, type Policy, startFrontier } from "@frontier/server";
import { fileURLToPath } from "node:url";

/** The listeners of a gateway. */
export const LISTENERS = ["servicebound", "edgebound", "controlplane"] as const;
export type ListenerName = typeof LISTENERS[number];

/** Path of a certificate, key or authority of the tests. */
export function path(name: string): string {
  return fileURLToPath(
    new URL(`../../platform/testdata/${name}`, import.meta.url),
  );
}

/** Paths of a certificate and its key. */
export function pair(name: string): { cert: string; key: string } {
  return { cert: path(`${name}.pem`), key: path(`${name}.key`) };
}

/** Client certificates that must not come in, by what is wrong with them. */
export const REFUSED: readonly [why: string, certificate?: string][] = [
  ["no certificate"],
  ["a certificate of another authority", "stranger"],
  ["an expired certificate", "expired"],
  ["a certificate that is for servers", "localhost"],
];

/** Starts a gateway with TLS on all listeners. */
export function startTls(
  options: {
    mtls?: boolean;
    certificates?: readonly string[];
    policies?: readonly Policy[];
  } = {},
): Promise<Frontier> {
  const { mtls = false, certificates = ["localhost"], policies = [] } = options;
  const listen = {
    hostname: "127.0.0.1",
    port: 0,
    tls: { mtls, caCerts: [path("ca.pem")], certs: certificates.map(pair) },
  };
  return startFrontier({
    servicebound: listen,
    edgebound: { ...listen, allocateEdgeIds: true },
    controlplane: { enable: true, listen },
  }, { policies });
}

/** The port of a listener. */
export function portOf(gateway: Frontier, listener: ListenerName): number {
  const addr = {
    servicebound: gateway.serviceAddr,
    edgebound: gateway.edgeAddr,
    controlplane: gateway.controlAddr,
  }[listener];
  return addr!.port;
}

/** The first thing a client says on a listener: whoever reads it answers. */
const GREETINGS: Record<ListenerName, Uint8Array> = {
  servicebound: conn('{"service":"s","topics":[]}'),
  edgebound: conn("e"),
  controlplane: new TextEncoder().encode(
    "GET /v1/edges HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
  ),
};

function conn(meta: string): Uint8Array {
  return encodePacket({
    type: "conn",
    packetId: 1n,
    flags: 0x18,
    clientId: 0n,
    body: {
      meta: new TextEncoder().encode(meta),
      error: "",
      ext: [],
      window: undefined,
    },
  });
}

/** What came of a client that openssl played. */
export interface Outcome {
  /** Bytes of the server within TLS. */
  readonly answered: number;
  /** What openssl says of the connection, and of what went wrong. */
  readonly info: string;
}

/**
 * Lets openssl connect, say the listener's greeting, and wait for an answer or the end.
 *
 * @param listener Whose greeting.
 * @param port Its port.
 * @param args Further arguments of `openssl s_client`.
 * @returns What came of it.
 */
export async function openssl(
  listener: ListenerName,
  port: number,
  args: readonly string[] = [],
): Promise<Outcome> {
  const child = new Deno.Command("openssl", {
    args: [
      "s_client",
      "-brief",
      "-ign_eof",
      "-connect",
      `127.0.0.1:${port}`,
      "-CAfile",
      path("ca.pem"),
      "-verify_return_error",
      ...args,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const info = new Response(child.stderr).text();
  const input = child.stdin.getWriter();
  // It may have ended before.
  input.write(GREETINGS[listener]).catch(() => {});
  let answered = 0;
  for await (const bytes of child.stdout) {
    answered += bytes.length;
    if (bytes.length > 0) break;
  }
  try {
    child.kill();
  } catch {
    // It has ended.
  }
  await input.close().catch(() => {});
  await child.status;
  return { answered, info: await info };
}

/** Arguments with which openssl shows a certificate. */
export function showing(certificate: string | undefined): string[] {
  if (certificate === undefined) return [];
  const { cert, key } = pair(certificate);
  return ["-cert", cert, "-key", key];
}

/**
 * Gateways as they are named on command lines: `tls://host:30012`.
 *
 * @module
 */

import { connectTcp, type Transport } from "@frontier/platform";
import { formatGateway, parseAddress } from "../connection/addresses.ts";
import type { DialTarget } from "../options.ts";

/** One gateway, and how it is spoken to. */
export interface GatewayUrl {
  /** Whether over TLS. */
  readonly tls: boolean;
  /** Host name or address. */
  readonly hostname: string;
  /** Port. */
  readonly port: number;
}

/** Files for TLS. */
export interface TlsFiles {
  /** Authorities that may vouch for the gateway, in PEM. */
  readonly ca?: string | undefined;
  /** Our certificate, in PEM. */
  readonly cert?: string | undefined;
  /** Its key. */
  readonly key?: string | undefined;
  /** Name that the gateway's certificate must be for. */
  readonly serverName?: string | undefined;
}

/**
 * Reads where a gateway is.
 *
 * @param text `tls://host:port` or `tcp://host:port`; the port may be left out.
 * @param port The port of one that names none.
 * @returns The gateway.
 * @throws {SyntaxError} If it is written in another way.
 */
export function parseGateway(text: string, port: number): GatewayUrl {
  const match = /^(tls|tcp):\/\/([^/?#]+)\/?$/.exec(text);
  if (match === null) {
    throw new SyntaxError(
      `Cannot use "${text}" as a gateway: need tls://host:port, or tcp://host:port without encryption`,
    );
  }
  return { tls: match[1] === "tls", ...parseAddress(match[2]!, port) };
}

/**
 * Makes the options that lead an endpoint to gateways, each in its own way.
 *
 * @param gateways Where they are, in the order in which they are tried.
 * @param files For those over TLS.
 * @returns The options `addresses` and `dial`.
 * @throws {TypeError} If one address is named both with and without TLS, or
 * files are given that nothing is done with.
 */
export function dialOptions(
  gateways: readonly GatewayUrl[],
  files: TlsFiles,
): {
  addresses: string[];
  dial: (to: DialTarget) => Promise<Transport>;
} {
  const tls = new Map<string, boolean>();
  for (const gateway of gateways) {
    const address = formatGateway(gateway);
    if (tls.has(address) && tls.get(address) !== gateway.tls) {
      throw new TypeError(
        `Cannot reach ${address} both with TLS and without: name it once`,
      );
    }
    tls.set(address, gateway.tls);
  }
  const { ca, cert, key, serverName } = files;
  if (
    [ca, cert, key, serverName].some((file) => file !== undefined) &&
    !gateways.some(({ tls }) => tls)
  ) {
    throw new TypeError(
      "Cannot use certificates without TLS: name a gateway that begins with tls://",
    );
  }
  return {
    addresses: [...tls.keys()],
    dial: async (to) => {
      if (!tls.get(formatGateway(to))) return await connectTcp(to);
      // Half of a small device's memory is not spent on what is not used.
      const { connectTls } = await import("../tls.ts");
      return await connectTls({
        ...to,
        ...(ca !== undefined && { caFile: ca }),
        ...(cert !== undefined && { certFile: cert }),
        ...(key !== undefined && { keyFile: key }),
        ...(serverName !== undefined && { serverName }),
      });
    },
  };
}

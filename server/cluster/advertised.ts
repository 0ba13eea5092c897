/**
 * Where others reach a gateway.
 *
 * @module
 */

import type { PeerAddress } from "@frontier/platform";
import { formatAddress } from "@frontier/platform/internal";
import { type HostPort, parseAddress } from "@frontier/platform/config";

/** One of the sides of a gateway, for {@linkcode advertisedAddress}. */
export interface AdvertisedSide {
  /** The key under which the address to tell is configured, for errors. */
  readonly key: string;
  /** The address to tell instead of the listener's own; empty for that. */
  readonly configured: string;
  /** Where it listens, as it is configured: a host that may stand for every interface. */
  readonly hostname: string;
  /** The port that is bound. */
  readonly port: number;
}

/**
 * Tells where others reach one side of a gateway: where it is configured to be,
 * else where it listens. A host that names no machine (none, `0.0.0.0`, `::`)
 * stands for the one that the directory is reached from: whoever asks the
 * directory is expected to be where it is.
 *
 * @param side What is configured, and bound.
 * @param local Our end of the connection to the directory.
 * @returns Host and port, IPv6 in brackets.
 * @throws {Error} If that would lead nobody here; the message says what to set.
 */
export function advertisedAddress(
  side: AdvertisedSide,
  local: PeerAddress,
): string {
  const { configured, key } = side;
  const { host, port }: HostPort = configured === ""
    ? { host: side.hostname, port: side.port }
    : parseAddress(configured);
  const hostname = namesMachine(host) ? host : plainHost(local.hostname);
  const address = { hostname, port: port === 0 ? side.port : port };
  const why = hostname === ""
    ? "the connection to the directory has no address of its own"
    : hostname.includes("%") || /^fe[89ab]/i.test(hostname)
    ? `${hostname} is reached on this network alone`
    : address.port === 0
    ? "it has no port"
    : "";
  if (why === "") return formatAddress(address);
  throw new Error(
    `Cannot tell the cluster where this gateway is: ${why}, set "${key}"`,
  );
}

/**
 * @param host Name or address, IPv6 without brackets.
 * @returns Whether it is this machine's, and not every interface.
 */
export function namesMachine(host: string): boolean {
  return host !== "" && !/^(?:0+(?:\.0+){3}|[0:]+|::ffff:0+(?:\.0+){3})$/i
    .test(host);
}

/** An IPv4 address that came in the clothes of IPv6. */
function plainHost(host: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1] ?? host;
}

/**
 * @param address What {@linkcode advertisedAddress} has told.
 * @param local Our end of the connection to the directory.
 * @returns Whether it leads to the machine of whoever reads it, while the
 * directory is on another.
 */
export function leadsNowhere(address: string, local: PeerAddress): boolean {
  return isLoopback(parseAddress(address).host) &&
    !isLoopback(plainHost(local.hostname));
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}

/**
 * What can be reached through an agent.
 *
 * @module
 */

import type { SocketAddress } from "./socket_connection.ts";

/** What an agent may be asked to connect to, by name. */
export type Targets = ReadonlyMap<string, SocketAddress>;

/**
 * Tells whether a text can name a target or a command.
 *
 * @param name The text.
 * @returns Whether it is 1 to 64 letters, digits, dots, hyphens and underscores.
 */
export function isName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name);
}

/**
 * Reads the address of a target.
 *
 * @param text `host:port`, `[IPv6]:port` or `unix:/path`.
 * @returns The address, or `undefined` when it is none.
 */
export function parseSocketAddress(text: string): SocketAddress | undefined {
  if (text.startsWith("unix:")) {
    const path = text.slice("unix:".length);
    return path.startsWith("/") && !path.includes("\0") ? { path } : undefined;
  }
  const match = /^(?:\[([0-9A-Fa-f:.%]+)\]|([^\s:[\]/@]+)):(\d{1,5})$/
    .exec(text);
  const port = Number(match?.[3]);
  if (match === null || !(port > 0 && port <= 65_535)) return undefined;
  return { hostname: match[1] ?? match[2]!, port };
}

/**
 * Writes the address of a target as it is configured.
 *
 * @param address The address.
 * @returns The text.
 */
export function formatSocketAddress(address: SocketAddress): string {
  if ("path" in address) return `unix:${address.path}`;
  const { hostname, port } = address;
  return hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`;
}

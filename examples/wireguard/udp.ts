/**
 * A UDP socket.
 *
 * @module
 */

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { FlagError, parseAddress } from "../flags.ts";

/** Where a datagram comes from or goes to. */
export interface UdpAddress {
  /** Host or address. */
  readonly hostname: string;
  /** Port. */
  readonly port: number;
}

function familyOf({ hostname }: UdpAddress): 4 | 6 {
  return hostname.includes(":") ? 6 : 4;
}

/**
 * Finds the one that datagrams are for.
 *
 * @param text `host:port`.
 * @param from Where they are sent from.
 * @returns Its address, of the same kind.
 * @throws {FlagError} If there is no such host or port.
 */
export async function findPeer(
  text: string,
  from: UdpAddress,
): Promise<UdpAddress> {
  const { hostname, port } = parseAddress(text);
  if (port === 0) throw new FlagError(`Cannot send to ${text}: need a port`);
  const family = familyOf(from);
  const found = await lookup(hostname, family).catch(() => undefined);
  // An address is what it is, whatever was asked for.
  if (found?.family === family) return { hostname: found.address, port };
  throw new FlagError(`Cannot send to ${text}: no such host in IPv${family}`);
}

/** Sends and hears datagrams. What cannot be delivered is lost, as on any network. */
export class Udp implements Disposable {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /**
   * Binds a socket.
   *
   * @param where Where it listens.
   * @param onDatagram Gets what arrives, and from whom.
   * @returns The socket.
   * @throws {Error} If it cannot listen there.
   */
  static async listen(
    where: UdpAddress,
    onDatagram: (data: Uint8Array, from: UdpAddress) => void,
  ): Promise<Udp> {
    await needPermission(where);
    const socket = createSocket(`udp${familyOf(where)}`);
    socket.on(
      "message",
      (data: Uint8Array, from: RemoteInfo) =>
        onDatagram(data, { hostname: from.address, port: from.port }),
    );
    await new Promise<void>((resolve, reject) => {
      socket.once("error", (error) =>
        reject(
          new Error(
            `Cannot listen on ${where.hostname}:${where.port}: ${error.message}`,
          ),
        ));
      socket.bind(where.port, where.hostname, () => {
        socket.removeAllListeners("error");
        resolve();
      });
    });
    // Nobody listens at the other side: it may later.
    socket.on("error", () => {});
    return new Udp(socket);
  }

  /** Where it listens, as `host:port`. */
  get address(): string {
    const { address, port } = this.#socket.address();
    return `${address}:${port}`;
  }

  /**
   * Sends a datagram.
   *
   * @param data The datagram; it may be changed afterwards.
   * @param to Where to.
   */
  send(data: Uint8Array, to: UdpAddress): void {
    // Only a forged datagram comes from there.
    if (to.port === 0) return;
    this.#socket.send(new Uint8Array(data), to.port, to.hostname, () => {});
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** Without it the socket throws where nobody can catch it. */
async function needPermission({ hostname, port }: UdpAddress): Promise<void> {
  const host = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  const { state } = await Deno.permissions.query({ name: "net", host });
  if (state === "granted") return;
  throw new Error(`Cannot listen on ${host}: run again with --allow-net`);
}

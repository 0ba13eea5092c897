/**
 * Listening for local connections.
 *
 * @module
 */

import { lookup } from "node:dns/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { acceptAgain } from "@frontier/platform/internal";
import { SocketConnection } from "./socket_connection.ts";

/** Connections that the system lets wait until they are accepted. */
const BACKLOG = 511;

/** Where a {@linkcode SocketListener} listens, and who hears of it. */
export interface SocketListenOptions {
  /** The address; a name that leads to this machine may be given. */
  readonly hostname: string;
  /** The port; 0 lets the system choose. */
  readonly port: number;
  /** Gets each connection. */
  readonly onConnection: (connection: SocketConnection) => void;
  /** Hears why a connection could not be accepted; the next one may be. */
  readonly onError: (error: Error) => void;
}

/** A listener on a port of this machine. */
export class SocketListener {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * Begins to listen.
   *
   * @param options Where, and who hears of it.
   * @returns The listener.
   * @throws {Error} If the port cannot be bound; its `code` says why.
   * @throws {Deno.errors.NotCapable} If the runtime does not let us listen there.
   */
  static async listen(options: SocketListenOptions): Promise<SocketListener> {
    const { hostname, port, onConnection, onError } = options;
    const { address } = await lookup(hostname);
    refuseWithoutPermission(address, port);
    return await new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true }, (socket) => {
        socket.on("close", () => acceptAgain(server, BACKLOG));
        onConnection(new SocketConnection(socket));
      });
      server.once("error", reject);
      server.listen({ host: address, port, backlog: BACKLOG }, () => {
        server.off("error", reject);
        server.on("error", onError);
        resolve(new SocketListener(server));
      });
    });
  }

  /** Where it listens. */
  get addr(): { readonly hostname: string; readonly port: number } {
    const { address, port } = this.#server.address() as AddressInfo;
    return { hostname: address, port };
  }

  /** Stops listening; connections that are there stay. */
  close(): void {
    this.#server.close();
  }
}

/**
 * Says in words of the field why a port could not be bound.
 *
 * @param error What the attempt ended with.
 * @returns The reason, and what to do where that is known; without the address.
 */
export function listenProblem(error: unknown): string {
  const { code, name, message } = error as Error & { code?: string };
  if (name === "NotCapable") {
    return "the runtime has no permission for it, see --allow-net";
  }
  switch (code) {
    case "EADDRINUSE":
      return "it is in use, take another port";
    case "EACCES":
      return "ports below 1024 need more rights, take a higher one";
    // The runtime says EINVAL where the system says EADDRNOTAVAIL.
    case "EADDRNOTAVAIL":
    case "EINVAL":
      return "this machine has no such address, take 127.0.0.1, or 0.0.0.0 for all it has";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "the host name cannot be resolved, take 127.0.0.1";
    case "EPERM":
      return "the runtime has no permission to resolve the host name, see --allow-net";
    default:
      return message.split("\n")[0]!;
  }
}

/** `node:net` throws for want of a permission where nobody can catch it. */
function refuseWithoutPermission(address: string, port: number): void {
  const host = `${address.includes(":") ? `[${address}]` : address}:${port}`;
  const { state } = Deno.permissions.querySync({ name: "net", host });
  if (state === "granted") return;
  throw new Deno.errors.NotCapable(`Requires net access to "${host}"`);
}

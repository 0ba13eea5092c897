/**
 * Listening for local connections.
 *
 * @module
 */

import { type AddressInfo, createServer, type Server } from "node:net";
import { SocketConnection } from "./socket_connection.ts";

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
   */
  static listen(options: SocketListenOptions): Promise<SocketListener> {
    const { hostname, port, onConnection, onError } = options;
    return new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true }, (socket) => {
        onConnection(new SocketConnection(socket));
      });
      server.once("error", reject);
      server.listen({ host: hostname, port }, () => {
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

/**
 * Listening for local connections.
 *
 * @module
 */

import { type AddressInfo, createServer, type Server } from "node:net";
import { SocketConnection } from "./socket_connection.ts";

/** A listener on a port of this machine. */
export class SocketListener {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * Begins to listen.
   *
   * @param hostname The address; a name that leads to this machine may be given.
   * @param port The port; 0 lets the system choose.
   * @param onConnection Gets each connection.
   * @returns The listener.
   * @throws {Error} If the port cannot be bound; its `code` says why.
   */
  static listen(
    hostname: string,
    port: number,
    onConnection: (connection: SocketConnection) => void,
  ): Promise<SocketListener> {
    return new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true }, (socket) => {
        onConnection(new SocketConnection(socket));
      });
      server.once("error", reject);
      server.listen({ host: hostname, port }, () => {
        server.off("error", reject);
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

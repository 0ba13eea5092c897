/**
 * Servers of `node:net` that have run out of file descriptors.
 *
 * @module
 */

import type { Server } from "node:net";

/**
 * Makes a server accept again. One that has run out of file descriptors accepts no
 * more, says nothing of it, and stays so when there are some again; listening on
 * what it has begins anew. Where nothing was wrong, or the server is closed, it
 * changes nothing. To be called when a connection is over: a descriptor is free.
 *
 * @param server The server.
 * @param backlog Connections that the system lets wait, as when it began to listen.
 */
export function acceptAgain(server: Server, backlog: number): void {
  const { _handle: handle } = server as unknown as {
    _handle: { listen?: (backlog: number) => number } | null;
  };
  handle?.listen?.(backlog);
}

/**
 * TCP where there is no `Deno`: the client runs on Node.js too.
 *
 * @module
 */

import { connect, type Socket } from "node:net";
import { deferred } from "./deferred.ts";
import type { PeerAddress, Transport } from "./transport.ts";

/**
 * A socket of Node.js as a transport. The socket stays paused: it holds one
 * buffer full of what the peer sends, whatever the peer sends.
 */
class NodeTcpTransport implements Transport {
  readonly localAddr: PeerAddress;
  readonly remoteAddr: PeerAddress;
  readonly #socket: Socket;
  #ended = false;
  #closed = false;
  #error: Error | undefined = undefined;
  #wakeReader: (() => void) | undefined = undefined;
  #failWrite: ((error: Error) => void) | undefined = undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    this.localAddr = address(localAddress, localPort);
    this.remoteAddr = address(remoteAddress, remotePort);
    socket.on("readable", () => this.#wake());
    socket.on("end", () => {
      this.#ended = true;
      this.#wake();
    });
    socket.on("error", (error: Error) => this.#over(error));
    socket.on("close", () => this.#over(undefined));
  }

  async read(buf: Uint8Array): Promise<number | null> {
    while (true) {
      if (this.#closed) return null;
      const count = Math.min(buf.length, this.#socket.readableLength);
      // Asked for nothing, a socket at its end tells so.
      const chunk: Uint8Array | null = this.#socket.read(count);
      if (chunk !== null && chunk.length > 0) {
        buf.set(chunk);
        return chunk.length;
      }
      if (this.#ended) return null;
      if (this.#error !== undefined) throw this.#error;
      await new Promise<void>((resolve) => this.#wakeReader = resolve);
    }
  }

  write(buf: Uint8Array): Promise<number> {
    if (this.#closed) {
      return Promise.reject(
        new Error("Cannot write: the connection is closed"),
      );
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    const { promise, resolve, reject } = deferred<number>();
    this.#failWrite = reject;
    this.#socket.write(buf, (error) => {
      this.#failWrite = undefined;
      if (error) reject(error);
      else resolve(buf.length);
    });
    return promise;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.destroy();
    this.#over(undefined);
  }

  #over(error: Error | undefined): void {
    this.#error ??= error ?? new Error("The connection is closed");
    this.#wake();
    this.#failWrite?.(this.#error);
    this.#failWrite = undefined;
  }

  #wake(): void {
    const wake = this.#wakeReader;
    this.#wakeReader = undefined;
    wake?.();
  }
}

function address(hostname = "", port = 0): PeerAddress {
  return { network: "tcp", hostname, port };
}

/**
 * Connects over TCP by `node:net`.
 *
 * @param hostname Host name or address.
 * @param port Port.
 * @param signal Gives up when aborted.
 * @returns The connection; small writes are not held back on it.
 * @throws {Error} If the connection cannot be made.
 */
export async function connectNodeTcp(
  hostname: string,
  port: number,
  signal?: AbortSignal,
): Promise<Transport> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = deferred<void>();
  const socket = connect({ host: hostname, port, noDelay: true });
  const onAbort = () => reject(signal!.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  socket.once("connect", resolve);
  socket.once("error", reject);
  try {
    await promise;
    return new NodeTcpTransport(socket);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
    socket.off("connect", resolve).off("error", reject);
    // Destroyed or handed on: the last error of an attempt is nobody's.
    if (socket.destroyed) socket.on("error", () => {});
  }
}

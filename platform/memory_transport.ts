/**
 * A network inside the process, for tests.
 *
 * @module
 */

import type { PeerAddress, Transport, TransportListener } from "./transport.ts";

/** Bytes in flight per direction. */
const CAPACITY = 65_536;

/** One direction: a bounded queue of bytes. */
class Pipe {
  #chunks: Uint8Array[] = [];
  #size = 0;
  #closed = false;
  #changed: (() => void)[] = [];

  async read(buf: Uint8Array): Promise<number | null> {
    while (this.#size === 0) {
      if (this.#closed) return null;
      await this.#change();
    }
    const chunk = this.#chunks[0]!;
    const count = Math.min(chunk.length, buf.length);
    buf.set(chunk.subarray(0, count));
    if (count === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(count);
    this.#size -= count;
    this.#notify();
    return count;
  }

  async write(buf: Uint8Array): Promise<number> {
    while (this.#size >= CAPACITY && !this.#closed) await this.#change();
    if (this.#closed) throw new Error("Cannot write: the connection is closed");
    const count = Math.min(buf.length, CAPACITY - this.#size);
    this.#chunks.push(buf.slice(0, count));
    this.#size += count;
    this.#notify();
    return count;
  }

  close(): void {
    this.#closed = true;
    this.#notify();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#changed.push(resolve));
  }

  #notify(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const resolve of waiting) resolve();
  }
}

class MemoryTransport implements Transport {
  readonly #incoming: Pipe;
  readonly #outgoing: Pipe;

  constructor(
    readonly localAddr: PeerAddress,
    readonly remoteAddr: PeerAddress,
    incoming: Pipe,
    outgoing: Pipe,
  ) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  read(buf: Uint8Array): Promise<number | null> {
    return this.#incoming.read(buf);
  }

  write(buf: Uint8Array): Promise<number> {
    return this.#outgoing.write(buf);
  }

  close(): void {
    this.#incoming.close();
    this.#outgoing.close();
  }
}

/**
 * A listener and the way to dial it, without a network: hand one to a gateway
 * and the other to your service or edge, and test both in one process.
 *
 * @example
 * ```ts
 * import { MemoryNetwork } from "@frontier/platform";
 * import { assertEquals } from "@std/assert";
 *
 * const network = new MemoryNetwork();
 * const client = network.connect();
 * const server = await network.accept();
 * await client.write(new Uint8Array([1, 2, 3]));
 * const buf = new Uint8Array(8);
 * assertEquals(await server.read(buf), 3);
 * client.close();
 * assertEquals(await server.read(buf), null);
 * ```
 */
export class MemoryNetwork implements TransportListener {
  /** Where it listens: an address of no network. */
  readonly addr: PeerAddress = { network: "memory", hostname: "", port: 0 };
  #queue: Transport[] = [];
  #waiting: {
    resolve: (transport: Transport) => void;
    reject: (error: Error) => void;
  }[] = [];
  #closed = false;
  #dialled = 0;

  /**
   * Dials the listener.
   *
   * @returns The client's end.
   * @throws {Error} If the network is closed.
   */
  connect(): Transport {
    if (this.#closed) throw new Error("Cannot connect: the network is closed");
    const up = new Pipe();
    const down = new Pipe();
    const client: PeerAddress = {
      network: "memory",
      hostname: "",
      port: ++this.#dialled,
    };
    const server = new MemoryTransport(this.addr, client, up, down);
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) waiting.resolve(server);
    else this.#queue.push(server);
    return new MemoryTransport(client, this.addr, down, up);
  }

  /**
   * Waits for the next connection.
   *
   * @returns The side of it that was dialled.
   * @throws {Error} If the network is closed.
   */
  accept(): Promise<Transport> {
    const next = this.#queue.shift();
    if (next !== undefined) return Promise.resolve(next);
    if (this.#closed) {
      return Promise.reject(new Error("Cannot accept: the network is closed"));
    }
    return new Promise((resolve, reject) =>
      this.#waiting.push({ resolve, reject })
    );
  }

  /** Stops listening; those who wait hear it. */
  close(): void {
    this.#closed = true;
    for (const { reject } of this.#waiting) {
      reject(new Error("Cannot accept: the network is closed"));
    }
    this.#waiting = [];
    for (const transport of this.#queue) transport.close();
    this.#queue = [];
  }
}

/** A connection that can break in the ways networks do. */

import {
  connectTcp,
  type PeerAddress,
  type Transport,
} from "@frontier/platform";

/** A TCP connection that can be cut or frozen. */
export class BreakableTransport implements Transport {
  readonly #inner: Transport;
  #frozen = false;
  #closed = false;
  #stuck: (() => void)[] = [];

  private constructor(inner: Transport) {
    this.#inner = inner;
  }

  /**
   * Connects.
   *
   * @param port A port on loopback.
   * @param signal Gives up when aborted.
   * @returns The connection.
   */
  static async connect(
    port: number,
    signal: AbortSignal,
  ): Promise<BreakableTransport> {
    return new BreakableTransport(await connectTcp({ port, signal }));
  }

  /** @inheritdoc */
  get localAddr(): PeerAddress {
    return this.#inner.localAddr;
  }

  /** @inheritdoc */
  get remoteAddr(): PeerAddress {
    return this.#inner.remoteAddr;
  }

  /** Ends without a word, as a crashed process does. */
  cut(): void {
    // The owner learns it from its reads and writes, like from a real socket.
    this.#inner.close();
    this.#release();
  }

  /** From now on nothing gets through, and neither side is told: a network cable is out. */
  freeze(): void {
    this.#frozen = true;
  }

  /** @inheritdoc */
  async read(buf: Uint8Array): Promise<number | null> {
    const count = await this.#inner.read(buf);
    if (!this.#frozen) return count;
    await new Promise<void>((resolve) => {
      if (this.#closed) resolve();
      else this.#stuck.push(resolve);
    });
    return null;
  }

  /** @inheritdoc */
  write(buf: Uint8Array): Promise<number> {
    return this.#frozen ? Promise.resolve(buf.length) : this.#inner.write(buf);
  }

  /** @inheritdoc */
  close(): void {
    this.#inner.close();
    this.#release();
  }

  #release(): void {
    this.#closed = true;
    for (const resolve of this.#stuck) resolve();
    this.#stuck = [];
  }
}

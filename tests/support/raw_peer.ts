/** A raw client of a real gateway: a {@linkcode TestPeer} over TCP or the memory network. */

import type { Packet } from "@frontier/proto";
import {
  connectTcp,
  type MemoryNetwork,
  type PeerAddress,
  type Transport,
} from "@frontier/platform";
import { bytes, type PeerOptions, TestPeer } from "./test_peer.ts";

/** Where to connect: a port of ours, or a network inside the process. */
export type Target = PeerAddress | MemoryNetwork;

/** A peer over a real byte stream; reads until it is closed or paused. */
export class RawPeer extends TestPeer implements AsyncDisposable {
  readonly #transport: Transport;
  readonly #done: Promise<void>;
  #queue: Uint8Array[];
  #writing = false;
  #changed: (() => void)[] = [];
  #paused: boolean;
  #goOn: (() => void) | undefined = undefined;

  private constructor(
    transport: Transport,
    queue: Uint8Array[],
    options: PeerOptions & { paused?: boolean },
  ) {
    super({
      write: (bytes) => {
        queue.push(bytes);
        this.#flush();
      },
      close: () => transport.close(),
    }, options);
    this.#transport = transport;
    this.#queue = queue;
    this.#paused = options.paused ?? false;
    this.#done = this.#run();
  }

  /**
   * Connects without saying anything.
   *
   * @param target Where to.
   * @param options How it behaves; `paused` does not read.
   * @returns The peer.
   */
  static async dial(
    target: Target,
    options: PeerOptions & { paused?: boolean } = {},
  ): Promise<RawPeer> {
    const transport = "connect" in target
      ? target.connect()
      : await connectTcp({ hostname: "127.0.0.1", port: target.port });
    return new RawPeer(transport, [], options);
  }

  /**
   * Connects and waits for the conn ack.
   *
   * @param target Where to.
   * @param options How it behaves.
   * @returns The peer, admitted.
   */
  static async edge(
    target: Target,
    options: PeerOptions = {},
  ): Promise<RawPeer> {
    const peer = await RawPeer.dial(target, options);
    peer.conn();
    await peer.until(() => peer.all("conn-ack").length > 0);
    return peer;
  }

  /**
   * Connects as a service and registers its methods.
   *
   * @param target Where to.
   * @param name The service's name.
   * @param options How it behaves, which topics it takes, which methods it has.
   * @returns The peer, admitted.
   */
  static async service(
    target: Target,
    name: string,
    options: PeerOptions & { topics?: string[]; methods?: string[] } = {},
  ): Promise<RawPeer> {
    const { topics = null, methods = [] } = options;
    const meta = bytes(JSON.stringify({ service: name, topics }));
    const peer = await RawPeer.edge(target, { meta, ...options });
    for (const method of methods) peer.register(method);
    await peer.until(() => peer.all("register-ack").length >= methods.length);
    return peer;
  }

  /** Stops reading, or goes on. */
  set paused(paused: boolean) {
    this.#paused = paused;
    if (!paused) this.#goOn?.();
  }

  /**
   * Waits until a condition holds; it is looked at after every read.
   *
   * @param holds The condition.
   * @param timeoutMs Longest wait.
   * @throws {Error} If it does not hold in time.
   */
  async until(holds: () => boolean, timeoutMs = 5_000): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (!holds()) {
      const left = end - performance.now();
      if (left <= 0) {
        throw new Error(
          `Nothing came within ${timeoutMs} ms: ${holds} (closed: ${this.closed}; got ${
            this.packets.slice(-10).map((packet) => packet.type).join(", ")
          })`,
        );
      }
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#changed.push(resolve);
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }

  /**
   * Waits for a packet.
   *
   * @param matches Which one.
   * @param timeoutMs Longest wait.
   * @returns The first that matches, also one that came before.
   */
  async next(
    matches: (packet: Packet) => boolean,
    timeoutMs = 5_000,
  ): Promise<Packet> {
    await this.until(() => this.packets.some(matches), timeoutMs);
    return this.packets.find(matches)!;
  }

  /** Waits for what a request or message comes to. */
  async outcomeOf(packetId: bigint, timeoutMs = 5_000): Promise<string> {
    await this.until(() => this.answers(packetId).length > 0, timeoutMs);
    return this.outcome(packetId);
  }

  /** Waits for the end of the connection. @returns The reason. */
  async untilClosed(timeoutMs = 5_000): Promise<string> {
    await this.until(() => this.closed !== undefined, timeoutMs);
    return this.closed!;
  }

  /** Closes the connection and waits until nothing of it is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.paused = false;
    await this.#done;
  }

  async #unpaused(): Promise<void> {
    if (this.#paused) {
      await new Promise<void>((resolve) => this.#goOn = resolve);
    }
  }

  async #run(): Promise<void> {
    const buf = new Uint8Array(65_536);
    try {
      for (;;) {
        await this.#unpaused();
        const count = await this.#transport.read(buf);
        if (count === null) break;
        // What a read took that was pending at the pause waits, too.
        await this.#unpaused();
        this.feed(buf.slice(0, count));
        this.#notify();
      }
      this.ended("end of stream");
    } catch (error) {
      this.ended(error instanceof Error ? error.message : String(error));
    }
    this.#transport.close();
    this.#notify();
  }

  #notify(): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const wake of changed) wake();
  }

  async #flush(): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    try {
      // The constructor of the base class may not have returned yet.
      await Promise.resolve();
      for (;;) {
        const chunk = this.#queue.shift();
        if (chunk === undefined) break;
        for (let at = 0; at < chunk.length;) {
          at += await this.#transport.write(chunk.subarray(at));
        }
      }
    } catch {
      // The reader tells that the connection is over.
      this.#queue.length = 0;
    }
    this.#writing = false;
  }
}

/** Everything that can be under way with a peer when it goes away. */

import { assert, assertEquals } from "@std/assert";
import type {
  CallOptions,
  Edge,
  PublishOptions,
  Service,
  Stream,
} from "../../client/mod.ts";
import { failure, until } from "./outcome.ts";

/** How one end reaches the peer that will go away. */
export interface Way {
  /** Calls a method of the peer. */
  call(method: string, options?: CallOptions): Promise<unknown>;
  /** Publishes a message to the peer. */
  publish(data: string, options?: PublishOptions): Promise<void>;
  /** Opens a stream to the peer. */
  openStream(): Promise<Stream>;
}

/**
 * The way from a service to an edge.
 *
 * @param service The service.
 * @param id The edge.
 * @returns The way.
 */
export function toEdge(service: Service, id: bigint): Way {
  return {
    call: (method, options) => service.call(id, method, "x", options),
    publish: (data, options) => service.publish(id, data, options),
    openStream: () => service.openStream(id),
  };
}

/**
 * The way from an edge to a service.
 *
 * @param edge The edge.
 * @param name Name and topic of the service.
 * @returns The way.
 */
export function toService(edge: Edge, name: string): Way {
  return {
    call: (method, options) => edge.call(method, "x", options),
    publish: (data, options) => edge.publish(name, data, options),
    openStream: () => edge.openStream(name),
  };
}

/** Milliseconds a stream that nobody reads takes to fill up at most. */
const FILL_MS = 5_000;
/** Milliseconds without progress after which a write counts as held up. */
const HELD_UP_MS = 300;

/**
 * One call that is not answered, one message that is not acknowledged, one
 * stream that waits for bytes and one that is full.
 */
export class Engagement {
  readonly #call: Promise<unknown>;
  readonly #publish: Promise<void>;
  readonly #idle: Stream;
  readonly #full: Stream;
  readonly #read: Promise<number | null>;
  readonly #writing: Promise<never>;

  private constructor(
    way: Way,
    name: string,
    idle: Stream,
    full: Stream,
    writing: Promise<never>,
  ) {
    this.#call = way.call(`${name}.hold`);
    this.#publish = way.publish("hold");
    this.#idle = idle;
    this.#full = full;
    this.#read = idle.read(new Uint8Array(16));
    this.#writing = writing;
    for (
      const promise of [
        this.#call,
        this.#publish,
        this.#read,
        this.#writing,
      ]
    ) {
      // What they come to is looked at later.
      promise.catch(() => {});
    }
  }

  /**
   * Starts everything.
   *
   * @param way How the peer is reached.
   * @param name What the peer is called.
   * @returns When both streams are open and one is full.
   */
  static async start(way: Way, name: string): Promise<Engagement> {
    const idle = await way.openStream();
    await idle.write("hello");
    assertEquals(await idle.read(new Uint8Array(16)), 5);
    const full = await way.openStream();
    let movedAt = performance.now();
    const writing = write(full, () => movedAt = performance.now());
    writing.catch(() => {});
    // The peer sends everything back; we do not read, so it stops reading.
    await until(
      "The stream to fill up",
      () => performance.now() - movedAt > HELD_UP_MS,
      FILL_MS,
    );
    return new Engagement(way, name, idle, full, writing);
  }

  /**
   * The peer is gone: everything must come to an end.
   *
   * @param limitMs Milliseconds that may take.
   * @throws {Error} If something hangs, succeeds or fails in another way.
   */
  async lost(limitMs: number): Promise<void> {
    let arrived = 0;
    const drained = drain(this.#full, (bytes) => arrived += bytes);
    const codes = await Promise.all([
      failure("The call", this.#call, limitMs),
      failure("The publish", this.#publish, limitMs),
      failure("The read", this.#read, limitMs),
      // What the peer had sent comes first; the stream ends behind it.
      failure("The rest of the full stream", drained, limitMs),
      failure("The idle stream", this.#idle.closed, limitMs),
      failure("The full stream", this.#full.closed, limitMs),
    ]);
    for (const code of codes) assertEquals(code, "force-closed");
    assertEquals(await failure("The write", this.#writing, limitMs), "eof");
    assert(arrived > 0, "What had arrived was lost");
  }
}

async function write(stream: Stream, onMoved: () => void): Promise<never> {
  const chunk = new Uint8Array(65_536);
  while (true) {
    await stream.write(chunk);
    onMoved();
  }
}

/** Reads to the end. */
async function drain(
  stream: Stream,
  onBytes: (count: number) => void,
): Promise<void> {
  const buf = new Uint8Array(65_536);
  for (let count; (count = await stream.read(buf)) !== null;) onBytes(count);
}

/**
 * A network on a virtual clock, for tests of everything that runs on links.
 *
 * @module
 */

import { END_OF_TRANSPORT } from "../link/close_reason.ts";
import type { Link } from "../link/link.ts";
import type { LinkPort } from "../link/link_port.ts";
import { TimerWheel } from "../wire/timer_wheel.ts";

/** How a simulated network behaves. */
export interface SimOptions {
  /**
   * Seed of all randomness; the same seed is the same history.
   *
   * @default {1}
   */
  seed?: number;
  /**
   * Least milliseconds a piece of bytes travels.
   *
   * @default {0}
   */
  minDelayMs?: number;
  /**
   * Most milliseconds a piece of bytes travels.
   *
   * @default {0}
   */
  maxDelayMs?: number;
  /**
   * Most bytes handed over at a time; random from 1 to this.
   *
   * @default {65_536}
   */
  maxPiece?: number;
  /**
   * Bytes one direction holds between the writer and a reader that does not read.
   *
   * @default {262_144}
   */
  capacity?: number;
}

/**
 * Makes a small generator of random numbers.
 *
 * @param seed The seed.
 * @returns A function that returns numbers from 0 to 1, 1 excluded.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Milliseconds the last bytes of a closing link may take. */
const DRAIN_MS = 2_000;

/** Something that happens at a time; equal times happen in the order they were planned. */
interface Happening {
  at: number;
  order: number;
  run: () => void;
}

/**
 * A clock that only moves when told to, and byte streams that split and delay
 * what they carry. Everything is reproducible from the seed.
 *
 * ```ts ignore
 * const network = new SimNetwork({ seed: 7, maxDelayMs: 5 });
 * const [a, b] = network.pair();
 * const client = new Link("client", settings, handler, a);
 * const server = new Link("server", settings, handler, b);
 * a.attach(client);
 * b.attach(server);
 * client.connect(undefined);
 * network.run(100);
 * ```
 */
export class SimNetwork {
  /** The clock and all timers. */
  readonly wheel: TimerWheel = new TimerWheel();
  /** Randomness from the seed. */
  readonly random: () => number;
  /** How the network behaves; may be changed at any time. */
  readonly options: Required<SimOptions>;
  #plan: Happening[] = [];
  #order = 0;

  /**
   * @param options How the network behaves.
   */
  constructor(options: SimOptions = {}) {
    this.options = {
      seed: 1,
      minDelayMs: 0,
      maxDelayMs: 0,
      maxPiece: 65_536,
      capacity: 262_144,
      ...options,
    };
    this.random = seededRandom(this.options.seed);
  }

  /** Milliseconds of the virtual clock. */
  get now(): number {
    return this.wheel.now();
  }

  /**
   * Makes a connected byte stream.
   *
   * @returns Its two ends.
   */
  pair(): [SimPort, SimPort] {
    const a = new SimPort(this);
    const b = new SimPort(this);
    a.peer = b;
    b.peer = a;
    return [a, b];
  }

  /**
   * Plans an action.
   *
   * @param delayMs In how many milliseconds.
   * @param run The action.
   */
  after(delayMs: number, run: () => void): void {
    const event = { at: this.now + delayMs, order: ++this.#order, run };
    const plan = this.#plan;
    let low = 0;
    let high = plan.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = plan[middle]!;
      // Latest first, so that the next one is popped off the end.
      if (
        other.at > event.at ||
        (other.at === event.at && other.order > event.order)
      ) low = middle + 1;
      else high = middle;
    }
    plan.splice(low, 0, event);
  }

  /**
   * Lets time pass, step by step.
   *
   * @param ms How much.
   */
  run(ms = 0): void {
    const end = this.now + ms;
    for (;;) {
      const event = this.#plan.at(-1);
      const timerAt = this.wheel.nextAt() ?? Infinity;
      const at = Math.min(event?.at ?? Infinity, timerAt);
      if (at > end) break;
      if (timerAt < (event?.at ?? Infinity)) {
        this.wheel.advance(timerAt);
        continue;
      }
      this.#plan.pop();
      this.wheel.advance(event!.at);
      event!.run();
    }
    this.wheel.advance(end);
  }

  /**
   * Moves the clock without anything happening meanwhile, as if the process
   * had been stopped.
   *
   * @param ms How much.
   */
  jump(ms: number): void {
    const now = this.now + ms;
    this.wheel.observe(now);
    this.wheel.advance(now);
  }

  /**
   * @param below A number.
   * @returns A random whole number from 0 to it, itself excluded.
   */
  pick(below: number): number {
    return Math.floor(this.random() * below);
  }
}

/** One end of a simulated byte stream, and the port of the link that uses it. */
export class SimPort implements LinkPort {
  /** The other end. */
  peer!: SimPort;
  /** The link; `undefined` before `attach`. */
  link: Link | undefined = undefined;
  /** Whether the link gave the stream up. */
  hungUp = false;
  /** Whether nothing that this end sends arrives any more, nor any news of its end. */
  silent = false;
  /** Sees all bytes this end writes. */
  tap: ((bytes: Uint8Array) => void) | undefined = undefined;
  /** Whether what arrives without a link here is thrown away, not kept. */
  discard = false;
  /** Bytes written so far. */
  written = 0;

  readonly #network: SimNetwork;
  #dirty = false;
  #writing: Uint8Array | undefined = undefined;
  #draining = false;
  #ended = false;
  #cut = false;
  #arrivesAt = 0;
  /** Arrived or travelling bytes that the link has not taken. */
  #held = 0;
  #arrived: Uint8Array[] = [];

  /**
   * @param network The network it belongs to.
   */
  constructor(network: SimNetwork) {
    this.#network = network;
  }

  /** @inheritdoc */
  get timers(): TimerWheel {
    return this.#network.wheel;
  }

  /**
   * Gives the port to its link.
   *
   * @param link The link that was made with this port.
   */
  attach(link: Link): void {
    this.link = link;
    this.flush();
  }

  /** @inheritdoc */
  flush(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    this.#network.after(0, () => {
      this.#dirty = false;
      this.#write();
    });
  }

  /** @inheritdoc */
  resume(): void {
    this.#network.after(0, () => {
      this.#peeked = this.link!.paused;
      this.link!.receive(0);
      this.#read();
    });
  }

  /** @inheritdoc */
  hangUp(drain: boolean): void {
    if (this.hungUp) throw new Error("Cannot hang up: it was done before");
    this.hungUp = true;
    this.#draining = drain;
    this.#arrived = [];
    if (drain) {
      this.flush();
      this.#network.after(DRAIN_MS, () => this.#end());
    } else this.#end();
  }

  /** Tears the stream: nothing in flight arrives, both ends learn of it soon. */
  cut(): void {
    for (const end of [this, this.peer]) {
      end.#cut = true;
      end.#arrived = [];
      this.#network.after(this.#delay(), () => {
        end.link?.fail({ kind: "lost", text: "connection reset" });
      });
    }
  }

  /**
   * Puts bytes on the wire as if the link had written them.
   *
   * @param bytes The bytes.
   */
  inject(bytes: Uint8Array): void {
    this.#send(bytes);
  }

  #delay(): number {
    const { minDelayMs, maxDelayMs } = this.#network.options;
    return minDelayMs + this.#network.random() * (maxDelayMs - minDelayMs);
  }

  #write(): void {
    const { link } = this;
    if (link === undefined || (this.hungUp && !this.#draining)) return;
    const { outbox } = link;
    const { capacity } = this.#network.options;
    for (;;) {
      this.#writing ??= outbox.take();
      if (this.#writing === undefined) break;
      const room = this.#cut || this.peer.hungUp
        ? Infinity
        : capacity - this.peer.#held;
      if (room <= 0) return;
      const part = this.#writing.subarray(0, room);
      this.#send(part);
      link.onWritten(part.length);
      if (part.length < this.#writing.length) {
        this.#writing = this.#writing.subarray(part.length);
        return;
      }
      this.#writing = undefined;
      outbox.done();
      link.drained();
    }
    if (this.#draining) {
      this.#draining = false;
      this.#end();
    }
  }

  #send(bytes: Uint8Array): void {
    this.written += bytes.length;
    this.tap?.(bytes);
    if (this.silent || this.#cut || this.peer.hungUp) return;
    const { peer } = this;
    const { maxPiece } = this.#network.options;
    for (let at = 0; at < bytes.length;) {
      const size = Math.min(
        bytes.length - at,
        1 + this.#network.pick(maxPiece),
      );
      const piece = bytes.slice(at, at + size);
      at += size;
      peer.#held += size;
      this.#inOrder(() => {
        if (peer.#cut || peer.hungUp) return;
        peer.#arrived.push(piece);
        peer.#read();
      });
    }
  }

  /** Bytes, and the end after them, arrive in the order they were sent. */
  #inOrder(run: () => void): void {
    const network = this.#network;
    const at = Math.max(this.#arrivesAt, network.now + this.#delay());
    this.#arrivesAt = at;
    network.after(at - network.now, run);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#draining = false;
    this.#writing = undefined;
    this.link?.outbox.done();
    this.link?.outbox.clear();
    if (this.silent) return;
    this.#inOrder(() => this.peer.#atEnd());
  }

  #eof = false;
  /** Whether something was read since the link was paused. */
  #peeked = false;
  #atEnd(): void {
    this.#eof = true;
    this.#read();
  }

  #read(): void {
    const { link } = this;
    if (link === undefined && this.discard) {
      for (const piece of this.#arrived) this.#held -= piece.length;
      this.#arrived = [];
      this.peer.flush();
    }
    if (link === undefined || this.#cut) return;
    while (this.#arrived.length > 0 && !this.hungUp) {
      if (link.paused) {
        // One small read, which sees the end if nothing else has arrived.
        if (this.#peeked) return;
        this.#peeked = true;
      } else this.#peeked = false;
      const piece = this.#arrived[0]!;
      const room = link.reserve();
      const part = piece.subarray(0, room.length);
      room.set(part);
      if (part.length === piece.length) this.#arrived.shift();
      else this.#arrived[0] = piece.subarray(part.length);
      this.#held -= part.length;
      this.peer.flush();
      link.receive(part.length);
    }
    if (this.#eof) link.ended(END_OF_TRANSPORT);
  }
}

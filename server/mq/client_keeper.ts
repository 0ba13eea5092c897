/**
 * Keeps a client of a broker, one after the other.
 *
 * @module
 */

import { Backoff } from "@frontier/platform/internal";
import { pause } from "./pause.ts";
import { problemOf } from "./problem.ts";
import type { ProducerState } from "./producer.ts";

/** What a {@linkcode ClientKeeper} tells whoever uses a client. */
export interface KeeperTurn {
  /** The address whose turn it is. */
  readonly addr: string;
  /** Rejects when the client is given up; never resolves. */
  readonly lost: Promise<never>;
  /**
   * Gives the client up.
   *
   * @param problem What is wrong with it.
   */
  lose(problem: unknown): void;
  /** The client can be published with, for the first time or again: the pauses begin anew, and its address is the one to come back to. */
  works(): void;
}

/**
 * Uses a client until it fails, then the next one, for ever, with growing
 * pauses: none of the libraries comes back from every failure by itself.
 * Addresses are tried in turn.
 */
export class ClientKeeper {
  /** Whether it can be published to. */
  state: ProducerState = { kind: "connecting" };
  readonly #addrs: readonly string[];
  readonly #use: (turn: KeeperTurn) => Promise<void>;
  readonly #onState: () => void;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined = undefined;
  #lose: ((problem: unknown) => void) | undefined = undefined;

  /**
   * @param addrs The addresses; a client that knows all of them gets one entry.
   * @param use Makes a client, uses it until `turn.lost` rejects, and leaves
   * nothing of it behind. Whatever it throws is the problem.
   * @param onState Called after each change of the state.
   */
  constructor(
    addrs: readonly string[],
    use: (turn: KeeperTurn) => Promise<void>,
    onState: () => void,
  ) {
    this.#addrs = addrs;
    this.#use = use;
    this.#onState = onState;
  }

  /** Aborted when it is closed. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Begins; once. */
  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * Changes the state.
   *
   * @param state What it is now.
   */
  turn(state: ProducerState): void {
    if (this.#stop.signal.aborted && state.kind !== "closed") return;
    this.state = state;
    this.#onState();
  }

  /** @returns When nothing of a client is left. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#lose?.(new Error("closed"));
    await this.#running;
    this.turn({ kind: "closed" });
  }

  async #run(): Promise<void> {
    const backoff = new Backoff();
    const { signal } = this.#stop;
    let next = 0;
    while (!signal.aborted) {
      const at = next++;
      const { promise: lost, reject } = Promise.withResolvers<never>();
      lost.catch(() => {});
      const lose = (problem: unknown) =>
        reject(problem instanceof Error ? problem : new Error(`${problem}`));
      this.#lose = lose;
      try {
        await this.#use({
          addr: this.#addrs[at % this.#addrs.length]!,
          lost,
          lose,
          works: () => {
            backoff.reset();
            next = at;
            this.turn({ kind: "up" });
          },
        });
      } catch (error) {
        this.turn({ kind: "down", problem: problemOf(error) });
      }
      await pause(backoff.next(), signal);
    }
  }
}

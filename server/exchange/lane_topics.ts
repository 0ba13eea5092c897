/**
 * What a lane carries, by topic.
 *
 * @module
 */

import { LaneQueue, type QueueOwner } from "./lane_queue.ts";

/** A topic may have so many times the places that are still free. */
const ALPHA = 7;

/**
 * Shares the window of a lane among topics: what a receiver never acknowledges
 * is most often all of one topic, and whoever publishes to another must not
 * wait for it, however many publish to the first. Each topic has a queue of its
 * own; those in which something waits take turns.
 */
export class LaneTopics {
  /** Queues in which something waits, the next one first. */
  readonly waiting: Set<LaneQueue> = new Set();
  readonly #owner: QueueOwner;
  readonly #shared: boolean;
  readonly #all: Map<object | undefined, LaneQueue> = new Map();
  #latest: LaneQueue;

  /**
   * @param count How many topics there may be.
   * @param owner What the queues share, and who hears of them.
   */
  constructor(count: number, owner: Omit<QueueOwner, "fullest">) {
    this.#shared = count > 1;
    const { ledger, holder, pool, evicted } = owner;
    const fullest = (queue: LaneQueue) => this.#fullest(queue);
    this.#owner = { ledger, holder, pool, evicted, fullest };
    this.#latest = new LaneQueue(undefined, this.#owner);
  }

  /**
   * @param topic What stands for a topic.
   * @returns Its queue.
   */
  of(topic: object | undefined): LaneQueue {
    if (!this.#shared || this.#latest.topic === topic) return this.#latest;
    let queue = this.#all.get(topic);
    if (queue === undefined) {
      queue = new LaneQueue(topic, this.#owner);
      this.#all.set(topic, queue);
    }
    return this.#latest = queue;
  }

  /**
   * Asks whether the messages of a topic may have one more place.
   *
   * @param queue The topic's queue.
   * @param free Places that are free.
   * @returns Whether they may.
   */
  allows({ taken }: LaneQueue, free: number): boolean {
    if (free <= 0) return false;
    return !this.#shared || taken === 0 || taken < ALPHA * (free - 1);
  }

  /** @returns The queue whose turn it is, which goes behind the others; `undefined` when nothing waits. */
  next(): LaneQueue | undefined {
    for (const queue of this.waiting) {
      if (this.waiting.size > 1) {
        this.waiting.delete(queue);
        this.waiting.add(queue);
      }
      return queue;
    }
    return undefined;
  }

  /** @returns The queue whose topic has fewest places. */
  poorest(): LaneQueue | undefined {
    let found: LaneQueue | undefined = undefined;
    for (const queue of this.waiting) {
      if (found === undefined || queue.taken < found.taken) found = queue;
    }
    return found;
  }

  #fullest(found: LaneQueue): LaneQueue {
    for (const queue of this.waiting) {
      if (queue.cost > found.cost) found = queue;
    }
    return found;
  }
}

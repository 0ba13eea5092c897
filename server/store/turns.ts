/**
 * Long work beside short work.
 *
 * @module
 */

/** Work that can be interrupted: it yields wherever it may be. */
export type Work<T> = Generator<void, T, void>;

/** Milliseconds of a slice. */
const SLICE_MS = 1;

/** What {@linkcode Turns} is given from outside. */
export interface TurnsOptions {
  /**
   * The clock, in milliseconds.
   *
   * @default performance.now
   */
  readonly now?: () => number;
  /**
   * Calls back in another turn of the event loop, after input and output;
   * returns what prevents that.
   *
   * @default setTimeout
   */
  readonly later?: (run: () => void) => () => void;
  /**
   * Milliseconds of a slice.
   *
   * @default 1
   */
  readonly sliceMs?: number;
}

interface Task {
  readonly work: Work<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Does work in slices of a millisecond, one slice in one turn of the event
 * loop, whoever's it is: what else the loop has to do waits for one slice at
 * most, and all that is under way takes turns. Nothing runs, and no timer is
 * set, while there is no work.
 */
export class Turns {
  readonly #now: () => number;
  readonly #later: (run: () => void) => () => void;
  readonly #sliceMs: number;
  #tasks: Task[] = [];
  /** Prevents the next slice; absent while none is due. */
  #prevent: (() => void) | undefined = undefined;
  #closed: Error | undefined = undefined;

  /**
   * @param options What it is given from outside.
   */
  constructor(options: TurnsOptions = {}) {
    this.#now = options.now ?? (() => performance.now());
    this.#later = options.later ?? afterOthers;
    this.#sliceMs = options.sliceMs ?? SLICE_MS;
  }

  /** Pieces of work under way. */
  get size(): number {
    return this.#tasks.length;
  }

  /**
   * @param work What to do; it begins in a later turn.
   * @returns Its result.
   * @throws {Error} What it threw, or that this was closed.
   */
  run<T>(work: Work<T>): Promise<T> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const settle = resolve as (result: unknown) => void;
    this.#tasks.push({ work, resolve: settle, reject });
    this.#schedule();
    return promise;
  }

  /**
   * Gives up what is under way, and does nothing more.
   *
   * @param reason What those who wait for it are told.
   */
  close(reason: Error): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    this.#prevent?.();
    const tasks = this.#tasks;
    this.#tasks = [];
    for (const { work, reject } of tasks) {
      work.return(undefined);
      reject(reason);
    }
  }

  #schedule(): void {
    if (this.#prevent !== undefined || this.#tasks.length === 0) return;
    this.#prevent = this.#later(() => {
      this.#prevent = undefined;
      this.#slice();
      this.#schedule();
    });
  }

  /** The task whose turn it is works until the time is over; one that ends early leaves the rest to the next. */
  #slice(): void {
    const end = this.#now() + this.#sliceMs;
    do {
      const task = this.#tasks.shift();
      if (task === undefined) return;
      if (!this.#advance(task, end)) this.#tasks.push(task);
    } while (this.#now() < end);
  }

  /** Whether the task is done. */
  #advance(task: Task, end: number): boolean {
    try {
      do {
        const { done, value } = task.work.next();
        if (done) {
          task.resolve(value);
          return true;
        }
      } while (this.#now() < end);
      return false;
    } catch (error) {
      task.reject(error);
      return true;
    }
  }
}

/** A timer waits a millisecond at least: half of the time stays with the others. */
function afterOthers(run: () => void): () => void {
  const timer = setTimeout(run, 0);
  return () => clearTimeout(timer);
}

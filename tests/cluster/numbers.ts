/** Operations with numbers on them: which were begun, how they ended, and how often each arrived. */

/** What was seen of many operations, as it is passed between processes. */
export interface Numbers {
  /** Keys of what was done, as far as whoever began it knows. */
  readonly done: readonly string[];
  /** Keys of what nobody knows about: it may have arrived, once. */
  readonly unknown: readonly string[];
  /** Operations that were refused before they arrived, and were repeated under the same key. */
  readonly repeated: number;
  /** How often each key arrived. */
  readonly arrivals: Readonly<Record<string, number>>;
  /** Codes of the errors after which nothing is known. */
  readonly codes: Readonly<Record<string, number>>;
}

/** An error as our SDK throws it, as far as it matters here. */
interface Failure {
  readonly code?: string;
  readonly retryable?: boolean;
}

/** Notes them. */
export class Notebook {
  readonly #done: string[] = [];
  readonly #unknown: string[] = [];
  readonly #arrivals: Record<string, number> = {};
  readonly #codes: Record<string, number> = {};
  #repeated = 0;

  /** Something has arrived. */
  arrive(key: string): void {
    this.#arrivals[key] = (this.#arrivals[key] ?? 0) + 1;
  }

  /**
   * Does something, again as often as its error says that it did not arrive.
   *
   * @returns Whether it was done.
   */
  async run(
    key: string,
    operation: () => Promise<unknown>,
    stop: AbortSignal,
  ): Promise<boolean> {
    while (!stop.aborted) {
      try {
        await operation();
        this.#done.push(key);
        return true;
      } catch (error) {
        const { code = `${error}`, retryable } = error as Failure;
        if (retryable) {
          this.#repeated++;
          await pause(100 + 100 * Math.random());
          continue;
        }
        this.#unknown.push(key);
        this.#codes[code] = (this.#codes[code] ?? 0) + 1;
        return false;
      }
    }
    return false;
  }

  /** What was noted so far. */
  get numbers(): Numbers {
    return {
      done: this.#done,
      unknown: this.#unknown,
      repeated: this.#repeated,
      arrivals: this.#arrivals,
      codes: this.#codes,
    };
  }
}

/**
 * Holds what two sides have noted against each other.
 *
 * @param what What to call the operations.
 * @param begun The side that began them.
 * @param arrived The side where they arrived.
 * @returns What must not be, in words.
 */
export function discrepancies(
  what: string,
  begun: Numbers,
  arrived: Numbers,
): string[] {
  const found: string[] = [];
  for (const key of begun.done) {
    const times = arrived.arrivals[key] ?? 0;
    if (times === 0) found.push(`${what} ${key} was acknowledged and is lost`);
  }
  for (const [key, times] of Object.entries(arrived.arrivals)) {
    if (times > 1) found.push(`${what} ${key} arrived ${times} times`);
  }
  return found.slice(0, 20);
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * How long an operation waits before it is sent.
 *
 * @module
 */

import { FrontierError } from "@frontier/proto/internal";
import { after, deferred, whenAborted } from "@frontier/platform/internal";

/** What ends the wait of an operation. */
export interface DeadlineOptions {
  /** What the operation does, for messages. */
  readonly what: string;
  /** Milliseconds it may take. */
  readonly timeoutMs: number;
  /** When it began, in milliseconds of the clock. */
  readonly since: number;
  /** The caller's signal. */
  readonly signal: AbortSignal | undefined;
  /** The service's end. */
  readonly stop: AbortSignal;
}

/**
 * The time of one operation that is not sent yet: it ends with the time limit,
 * with the caller's signal, or with the service. Nothing was sent then, so the
 * error says that the operation may be repeated.
 */
export class Deadline {
  /** Why the operation could not be sent so far. */
  reason: unknown = undefined;
  readonly #options: DeadlineOptions;
  readonly #over: Promise<never>;
  readonly #forget: () => void;

  /**
   * Begins to wait.
   *
   * @param options What ends the wait.
   */
  constructor(options: DeadlineOptions) {
    this.#options = options;
    const { signal, stop } = options;
    const { promise, reject } = deferred<never>();
    this.#over = promise;
    promise.catch(() => {});
    const onAbort = () => reject(this.#canceled());
    const onStop = () => reject(this.#closed());
    const giveUp = after(Math.max(0, this.leftMs), () => reject(this.#late()));
    const left = signal && whenAborted(signal, onAbort);
    const stopped = whenAborted(stop, onStop);
    if (signal?.aborted) onAbort();
    if (stop.aborted) onStop();
    this.#forget = () => {
      giveUp();
      left?.();
      stopped();
    };
  }

  /** Milliseconds that are left; 0 or less when none are. */
  get leftMs(): number {
    const { timeoutMs, since } = this.#options;
    return timeoutMs - (performance.now() - since);
  }

  /**
   * Waits for something as long as there is time.
   *
   * @param promise What is waited for.
   * @returns What it resolves to.
   * @throws {FrontierError} `timeout`, `canceled` or `eof` when there is no time
   * any more; otherwise what it is rejected with.
   */
  for<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#over]);
  }

  /** Waits no more. */
  end(): void {
    this.#forget();
  }

  #late(): FrontierError {
    const { what, timeoutMs } = this.#options;
    const { reason } = this;
    const why = reason instanceof Error ? `: ${reason.message}` : "";
    return new FrontierError(
      "timeout",
      `Cannot ${what}: not sent within ${Math.round(timeoutMs)} ms${why}`,
      { retryable: true, cause: reason },
    );
  }

  #canceled(): FrontierError {
    const { what, signal } = this.#options;
    return new FrontierError(
      "canceled",
      `Cannot ${what}: canceled by the caller`,
      { cause: signal!.reason },
    );
  }

  #closed(): FrontierError {
    return new FrontierError(
      "eof",
      `Cannot ${this.#options.what}: the service is closed`,
    );
  }
}

/**
 * Waits that a signal ends.
 *
 * @module
 */

import {
  after,
  closeTransport,
  deferred,
  type Transport,
} from "@frontier/platform/internal";

/**
 * Turns a signal into a promise.
 *
 * @param signal What ends the wait; its reason is what the promise is rejected
 * with.
 * @returns Never resolves; rejects with the reason when the signal is aborted.
 */
export function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), {
      once: true,
    });
  });
}

/** A wait for a signal. */
export interface SignalWait {
  /** Resolved when the signal is aborted. */
  readonly promise: Promise<void>;
  /** Nobody waits any more: the signal keeps nothing of it. */
  readonly forget: () => void;
}

/**
 * Waits for a signal as long as somebody wants to.
 *
 * @param signal Ends the attempt when aborted; what `connect` brings later is
 * closed.
 * @returns The wait.
 */
export function whenAborted(signal: AbortSignal): SignalWait {
  const { promise, resolve } = deferred<void>();
  const onAbort = () => resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) resolve();
  const forget = () => signal.removeEventListener("abort", onAbort);
  return { promise, forget };
}

/**
 * Dials; a transport that comes after the attempt was given up is closed.
 *
 * @param connect Dials.
 * @param signal Gives up when aborted.
 * @returns The transport.
 */
export async function dial(
  connect: (signal: AbortSignal) => Transport | Promise<Transport>,
  signal: AbortSignal,
): Promise<Transport> {
  signal.throwIfAborted();
  const transport = Promise.resolve(connect(signal));
  try {
    return await Promise.race([transport, aborted(signal)]);
  } catch (error) {
    transport.then(closeTransport, () => {});
    throw error;
  }
}

/**
 * Waits.
 *
 * @param ms Milliseconds.
 * @param signal Ends the wait early when aborted.
 * @returns When the wait is over; never rejects.
 */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      giveUp();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const giveUp = after(ms, end);
    signal.addEventListener("abort", end, { once: true });
  });
}

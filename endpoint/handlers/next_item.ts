/**
 * Waiting for one item.
 *
 * @module
 */

import { FrontierError } from "@frontier/proto";
import type { ItemSource, Reader } from "./item_iterator.ts";

/**
 * Waits for the next item of a source.
 *
 * @param source Where items come from.
 * @param signal Gives up when aborted.
 * @param what What the wait is for, for messages: `receive`.
 * @returns The item.
 * @throws {FrontierError} With the code `eof` when the source is closed, or
 * `canceled`.
 */
export function nextItem<T>(
  source: ItemSource<T>,
  signal: AbortSignal | undefined,
  what: string,
): Promise<T> {
  if (signal?.aborted) return Promise.reject(canceled(signal, what));
  return new Promise((resolve, reject) => {
    if (signal === undefined) {
      source.ask({ resolve, reject });
      return;
    }
    const onAbort = () => {
      source.forget(reader);
      reject(canceled(signal, what));
    };
    signal.addEventListener("abort", onAbort, { once: true });
    const settled = () => signal.removeEventListener("abort", onAbort);
    const reader: Reader<T> = {
      resolve: (item) => (settled(), resolve(item)),
      reject: (error) => (settled(), reject(error)),
    };
    source.ask(reader);
  });
}

function canceled(signal: AbortSignal, what: string): FrontierError {
  return new FrontierError(
    "canceled",
    `Cannot ${what}: canceled by the caller`,
    { cause: signal.reason },
  );
}

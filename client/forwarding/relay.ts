/**
 * Joining two connections.
 *
 * @module
 */

import { deferred } from "@frontier/platform/internal";
import type { HalfCloseable } from "./connection.ts";

/** What has passed, in bytes. */
export interface RelayCount {
  /** From the first connection to the second. */
  sent: number;
  /** From the second connection to the first. */
  received: number;
}

/**
 * Carries bytes both ways until both have ended. Each direction is one read and
 * one write at a time: whoever does not read stops whoever sends.
 *
 * @param first One connection.
 * @param second The other one.
 * @param count Where bytes are counted.
 * @returns When both directions have ended.
 * @throws {Error} When one connection was lost. Both are reset then.
 */
export async function relay(
  first: HalfCloseable,
  second: HalfCloseable,
  count: RelayCount,
): Promise<void> {
  const { promise: failed, reject } = deferred<never>();
  const fail = (error: unknown) => {
    first.reset();
    second.reset();
    reject(error);
  };
  void first.lost.then(fail);
  void second.lost.then(fail);
  const ended = Promise.all([
    pump(first, second, (bytes) => count.sent += bytes),
    pump(second, first, (bytes) => count.received += bytes),
  ]);
  ended.catch(fail);
  await Promise.race([failed, ended]);
  await Promise.all([first.close(), second.close()]);
}

async function pump(
  from: HalfCloseable,
  to: HalfCloseable,
  passed: (bytes: number) => void,
): Promise<void> {
  for (;;) {
    const bytes = await from.read();
    if (bytes === null) break;
    await to.write(bytes);
    passed(bytes.length);
  }
  await to.end();
}

/**
 * Passes raw bytes between two connections.
 *
 * @module
 */

import { closeTransport, type Transport } from "@frontier/platform/internal";

/** Bytes under way in each direction at most. */
const BUFFER_BYTES = 32_768;
/** Milliseconds without a byte after which an answer is taken to be complete. */
const ANSWER_MS = 1_000;

/** How much was passed on. */
export interface ProxyCounts {
  /** Bytes from the client to the target. */
  up: number;
  /** Bytes from the target to the client. */
  down: number;
}

/**
 * Passes bytes both ways until one side ends; then closes both. Each direction
 * is read only as fast as the other side takes the bytes.
 *
 * A transport cannot be closed in one direction only. When the target ends, all
 * it said has been passed on and both are closed at once. When the client ends,
 * the target may still be answering: its answer is passed on until it pauses
 * for a second.
 *
 * @param client Who connected; closed in the end.
 * @param first What the client has already said.
 * @param dialTarget Connects to the target; its connection is closed in the end.
 * @returns How much was passed on.
 * @throws {Error} If the target cannot be reached; the client is closed then.
 */
export async function proxy(
  client: Transport,
  first: Uint8Array,
  dialTarget: () => Promise<Transport>,
): Promise<ProxyCounts> {
  const counts: ProxyCounts = { up: 0, down: 0 };
  try {
    const target = await dialTarget();
    let quiet: ReturnType<typeof setTimeout> | undefined = undefined;
    let clientEnded = false;
    const end = () => {
      closeTransport(client);
      closeTransport(target);
    };
    const waitForAnswer = () => {
      if (!clientEnded) return;
      clearTimeout(quiet);
      quiet = setTimeout(end, ANSWER_MS);
    };
    const up = async () => {
      await writeAll(target, first);
      counts.up += first.length;
      await pump(client, target, (count) => counts.up += count);
      clientEnded = true;
      waitForAnswer();
    };
    const down = async () => {
      await pump(target, client, (count) => {
        counts.down += count;
        waitForAnswer();
      });
      end();
    };
    // A direction that fails takes the other one with it.
    await Promise.all([up().catch(end), down().catch(end)]);
    clearTimeout(quiet);
    end();
  } finally {
    closeTransport(client);
  }
  return counts;
}

async function pump(
  from: Transport,
  to: Transport,
  onPassed: (count: number) => void,
): Promise<void> {
  const buf = new Uint8Array(BUFFER_BYTES);
  for (let count; (count = await from.read(buf)) !== null;) {
    await writeAll(to, buf.subarray(0, count));
    onPassed(count);
  }
}

async function writeAll(to: Transport, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const count = await to.write(bytes.subarray(at));
    // Trying again at once would keep the event loop from everything else.
    if (!(count > 0)) throw new Error("Cannot write: the peer takes no bytes");
    at += count;
  }
}

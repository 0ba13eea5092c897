/**
 * The terminal in front of the user, at the service's end of a stream.
 *
 * @module
 */

import type { Stream } from "@frontier/client";
import {
  EXIT,
  readExit,
  RESIZE,
  START,
  type WindowSize,
} from "./terminal_messages.ts";

/** The end of the input, as it is typed: a stream cannot be closed halfway. */
const CTRL_D = "\x04";
/** Size where there is no terminal. */
const NO_TERMINAL: WindowSize = { cols: 80, rows: 24 };

/** Whether the user sits at a terminal. */
function atTerminal(): boolean {
  return Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
}

function windowSize(): WindowSize {
  if (!atTerminal()) return NO_TERMINAL;
  const { columns, rows } = Deno.consoleSize();
  // Some terminals do not say.
  return {
    cols: columns || NO_TERMINAL.cols,
    rows: rows || NO_TERMINAL.rows,
  };
}

/**
 * Joins the user's terminal with one at an edge, until that one ends.
 *
 * @param stream A stream to the edge.
 * @param term Kind of the user's terminal.
 * @param command What to run there; a shell when it is empty.
 * @returns The exit code.
 * @throws {Error} If the edge refuses, or is lost before the end.
 */
export async function joinTerminal(
  stream: Stream,
  term: string,
  command: string,
): Promise<number> {
  const exit = Promise.withResolvers<number>();
  exit.promise.catch(() => {});
  void (async () => {
    for await (const message of stream.messages()) {
      message.done();
      if (message.topic === EXIT) exit.resolve(readExit(message.text()));
    }
    throw new Error("the edge is gone");
  })().catch(exit.reject);
  await stream.publish(JSON.stringify({ ...windowSize(), term, command }), {
    topic: START,
  });
  const onResize = () =>
    void stream.publish(JSON.stringify(windowSize()), { topic: RESIZE })
      .catch(() => {});
  const raw = atTerminal();
  if (raw) {
    Deno.stdin.setRaw(true);
    if (Deno.build.os !== "windows") {
      Deno.addSignalListener("SIGWINCH", onResize);
    }
  }
  try {
    void sendInput(stream);
    await stream.readable.pipeTo(Deno.stdout.writable, { preventClose: true });
    return await exit.promise;
  } finally {
    if (raw) {
      Deno.stdin.setRaw(false);
      if (Deno.build.os !== "windows") {
        Deno.removeSignalListener("SIGWINCH", onResize);
      }
    }
  }
}

async function sendInput(stream: Stream): Promise<void> {
  try {
    for await (const bytes of Deno.stdin.readable) await stream.write(bytes);
    await stream.write(CTRL_D);
  } catch {
    // The terminal has ended meanwhile.
  }
}

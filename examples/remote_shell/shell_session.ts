/**
 * A shell on a pseudo-terminal, at the edge's end of a stream.
 *
 * @module
 */

import type { IPty } from "@lydell/node-pty";
import type { Message, Stream } from "@frontier/client";
import {
  EXIT,
  readSize,
  readStart,
  RESIZE,
  START,
} from "./terminal_messages.ts";

/** Bytes that may wait for the stream before the shell has to. */
const HIGH_WATER = 65_536;
/** Bytes of one read. */
const PIECE = 16_384;

/** Makes a pseudo-terminal, as `spawn` of node-pty does. */
export type Spawn = typeof import("@lydell/node-pty").spawn;

/** What a session needs to run. */
export interface ShellOptions {
  /** The stream that the service has opened. */
  readonly stream: Stream;
  /** The shell. */
  readonly shell: string;
  /** The environment of the shell. */
  readonly env: Readonly<Record<string, string>>;
  /** Makes the pseudo-terminal. */
  readonly spawn: Spawn;
}

/**
 * Runs a shell until it ends, or nobody listens any more.
 *
 * @param options The stream and the shell.
 * @returns The exit code; `undefined` when the other side left before.
 */
export async function runShell(
  { stream, shell, env, spawn }: ShellOptions,
): Promise<number | undefined> {
  const first = await stream.receive();
  if (first.topic !== START) {
    first.error(new Error(`Cannot begin with ${first.topic}: need ${START}`));
    await stream.close();
    return undefined;
  }
  let pty: IPty;
  try {
    const { term, command, cols, rows } = readStart(first.json());
    const args = command === "" ? [] : ["-c", command];
    pty = spawn(shell, args, {
      cols,
      rows,
      env: { ...env, TERM: term },
      encoding: null,
    });
  } catch (error) {
    first.error(error);
    await stream.close();
    return undefined;
  }
  first.done();

  const exited = Promise.withResolvers<number>();
  pty.onExit(({ exitCode, signal }) =>
    exited.resolve(signal ? 128 + signal : exitCode)
  );
  const sent = sendOutput(pty, stream);
  void typeInput(pty, stream);
  void resize(pty, stream);
  const gone = stream.closed.then(() => undefined, () => undefined);
  const code = await Promise.race([exited.promise, gone]);
  if (code === undefined) {
    pty.kill("SIGHUP");
    return undefined;
  }
  await sent();
  await stream.publish(`${code}`, { topic: EXIT }).catch(() => {});
  await stream.close();
  return code;
}

/** Sends what the shell prints; a slow reader slows the shell. Returns what waits for the rest. */
function sendOutput(pty: IPty, stream: Stream): () => Promise<void> {
  let waiting = 0;
  let last = Promise.resolve();
  // With no encoding these are bytes, whatever their type says.
  pty.onData((data) => {
    const bytes = data as unknown as Uint8Array;
    waiting += bytes.length;
    if (waiting >= HIGH_WATER) pty.pause();
    last = last.then(() => stream.write(bytes)).catch(() => {}).then(() => {
      waiting -= bytes.length;
      if (waiting < HIGH_WATER) pty.resume();
    });
  });
  return () => last;
}

async function typeInput(pty: IPty, stream: Stream): Promise<void> {
  const buf = new Uint8Array(PIECE);
  try {
    for (let count; (count = await stream.read(buf)) !== null;) {
      // Bytes are taken as text is; they are kept until they are written.
      pty.write(buf.slice(0, count) as unknown as string);
    }
  } catch {
    // Whoever typed is gone: the end of the stream tells.
  }
}

async function resize(pty: IPty, stream: Stream): Promise<void> {
  for await (const message of stream.messages()) answerResize(pty, message);
}

function answerResize(pty: IPty, message: Message): void {
  try {
    if (message.topic !== RESIZE) {
      throw new Error(`Cannot handle ${message.topic}: only ${RESIZE}`);
    }
    const { cols, rows } = readSize(message.json());
    pty.resize(cols, rows);
    message.done();
  } catch (error) {
    message.error(error);
  }
}

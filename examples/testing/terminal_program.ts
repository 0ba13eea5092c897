/**
 * Runs the examples on a terminal, for their tests.
 *
 * @module
 */

import { type IPty, spawn } from "@lydell/node-pty";
import { type ProgramName, runArguments } from "../programs.ts";
import { Output } from "./run_program.ts";

/** A program that runs on a pseudo-terminal of its own. */
export class TerminalProgram extends Output implements AsyncDisposable {
  readonly #pty: IPty;
  readonly #ended = Promise.withResolvers<number>();

  /**
   * Starts an example.
   *
   * @param name Which one.
   * @param args Its arguments.
   * @param size Columns and rows of the terminal.
   */
  constructor(
    name: ProgramName,
    args: readonly string[],
    size: { readonly cols: number; readonly rows: number } = {
      cols: 120,
      rows: 40,
    },
  ) {
    super();
    this.#pty = spawn(Deno.execPath(), runArguments(name, args), {
      ...size,
      env: { ...Deno.env.toObject(), NO_COLOR: "1", TERM: "xterm" },
    });
    this.#pty.onData((text) => {
      this.output += text;
    });
    this.#pty.onExit(({ exitCode }) => this.#ended.resolve(exitCode));
  }

  /**
   * Types text; `\r` is the Enter key.
   *
   * @param text The text.
   */
  type(text: string): void {
    this.#pty.write(text);
  }

  /**
   * Makes the terminal larger or smaller.
   *
   * @param cols Columns.
   * @param rows Rows.
   */
  resize(cols: number, rows: number): void {
    this.#pty.resize(cols, rows);
  }

  /** @returns Its exit code, when it has ended. */
  end(): Promise<number> {
    return this.#ended.promise;
  }

  /** Ends it if it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#pty.kill("SIGKILL");
    await this.end();
  }
}

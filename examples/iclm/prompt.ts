/**
 * The line that is typed into: with history and editing on a terminal, plain
 * lines elsewhere.
 *
 * @module
 */

import process from "node:process";
import { createInterface, type Interface } from "node:readline";

/** Lines that the arrow keys bring back. */
const HISTORY = 1_000;
/** Returns to the start of the line and clears it. */
const CLEAR_LINE = "\r\x1b[2K";

/** Asks for lines, and shows what happens meanwhile above the line being typed. */
export class Prompt implements Disposable {
  readonly #terminal = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  readonly #interface: Interface;
  readonly #lines: ReadableStream<string>;
  #asking = false;
  #closed = false;
  #left = false;

  /** Begins to read the input; nothing is shown yet. */
  constructor() {
    const lines = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: this.#terminal,
      historySize: HISTORY,
    });
    this.#interface = lines;
    // Nobody looks any more, as behind `| head`.
    process.stdout.on("error", () => lines.close());
    this.#lines = new ReadableStream({
      start: (controller) => {
        lines.on("line", (line) => {
          this.#asking = false;
          if (!this.#left) controller.enqueue(line);
        });
        lines.once("close", () => {
          this.#closed = true;
          // Whoever has taken enough lines has closed it already.
          if (!this.#left) controller.close();
        });
      },
      cancel: () => {
        this.#left = true;
      },
    }, { highWaterMark: Infinity });
  }

  /** The lines, until the input ends or Ctrl-C or Ctrl-D is pressed. */
  get lines(): AsyncIterable<string> {
    return this.#lines;
  }

  /**
   * Asks for the next line.
   *
   * @param text What stands before it.
   */
  ask(text: string): void {
    if (this.#closed) return;
    this.#asking = true;
    this.#interface.setPrompt(text);
    this.#interface.prompt();
  }

  /**
   * Shows what happens, without harm to the line being typed.
   *
   * @param line What happens.
   */
  notice(line: string): void {
    if (!this.#asking || this.#closed) {
      console.log(line);
    } else if (this.#terminal) {
      console.log(`${CLEAR_LINE}${line}`);
      this.#interface.prompt(true);
    } else {
      console.log(`\n${line}`);
      this.#interface.prompt();
    }
  }

  /** Gives the terminal back. */
  [Symbol.dispose](): void {
    // Whoever comes next begins on a line of its own.
    if (this.#asking && this.#terminal) console.log();
    this.#interface.close();
  }
}

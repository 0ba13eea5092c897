/**
 * What the command lines of edge and service have in common.
 *
 * @module
 */

import type { Stream } from "@frontier/client";
import { errorText } from "../error_text.ts";
import { printable } from "../printable.ts";
import type { Prompt } from "./prompt.ts";
import { MASTER, type StreamTable } from "./stream_table.ts";

/** Runs the commands of one program. */
export abstract class CommandLine {
  /** The streams that are open. */
  protected readonly streams: StreamTable;

  /** @param streams The streams that are open. */
  constructor(streams: StreamTable) {
    this.streams = streams;
  }

  /** What `help` answers. */
  protected abstract readonly help: string;

  /**
   * Runs a command that only this program has.
   *
   * @param words The command.
   * @returns What to tell the user; `undefined` when there is no such command.
   */
  protected abstract own(
    words: readonly string[],
  ): Promise<string | undefined>;

  /**
   * @param text What the user has typed.
   * @returns What is published on a stream.
   */
  protected abstract streamMessage(text: string): string;

  /**
   * Asks for commands and runs them, one after the other, until the user has
   * enough.
   *
   * @param prompt Where they are typed.
   */
  async run(prompt: Prompt): Promise<void> {
    prompt.ask(this.streams.prompt);
    for await (const line of prompt.lines) {
      const words = line.split(" ");
      if (words.length === 1 && /^(close|quit)$/.test(line)) return;
      console.log(await this.#answer(words));
      prompt.ask(this.streams.prompt);
    }
  }

  async #answer(words: readonly string[]): Promise<string> {
    const [verb, first = "", second = ""] = words;
    const { cursor, current } = this.streams;
    switch (`${verb} ${words.length}`) {
      case "help 1":
        return this.help;
      case "close 2":
        return await this.streams.close(first);
      case "switch 2":
        return this.streams.switchTo(first);
      case "publish 2":
        if (cursor === MASTER) break;
        return current === undefined
          ? `> stream: ${cursor} not found`
          : await this.#publish(current, first);
      case "call 3":
        if (cursor === MASTER) break;
        return current === undefined
          ? `> stream: ${cursor} not found`
          : await answerOf("call", current.call(first, second));
    }
    return await this.own(words) ?? "> illegal operation";
  }

  #publish(stream: Stream, text: string): Promise<string> {
    return answerOf("publish", stream.publish(this.streamMessage(text)));
  }
}

/**
 * Says how an operation has ended.
 *
 * @param verb What it was.
 * @param operation Its end.
 * @returns What to tell the user.
 */
export async function answerOf(
  verb: "call" | "publish",
  operation: Promise<{ text(): string } | void>,
): Promise<string> {
  try {
    const reply = await operation;
    return reply
      ? `> ${verb} success, ret: ${printable(reply.text())}`
      : `> ${verb} success`;
  } catch (error) {
    return `> ${verb} err: ${errorText(error)}`;
  }
}

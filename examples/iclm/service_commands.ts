/**
 * The commands of the service.
 *
 * @module
 */

import type { Service } from "@frontier/client";
import { errorText } from "../error_text.ts";
import { answerOf, CommandLine } from "./command_line.ts";
import type { StreamTable } from "./stream_table.ts";

/** What the command line needs of a service. */
export type CommandedService = Pick<Service, "publish" | "call" | "openStream">;

/** The largest id of an edge. */
const MAX_ID = 2n ** 64n - 1n;

/** The command line of a service. */
export class ServiceCommands extends CommandLine {
  protected override readonly help = `the command-line protocol
\t1. close
\t2. quit
\t3. open {edgeID}
\t4. close {streamID}
\t5. switch {streamID}
\t6. publish {msg} #note to switch to stream first
\t7. publish {edgeID} {msg}
\t8. call {method} {req} #note to switch to stream first
\t9. call {edgeID} {method} {req}
\t10. count`;
  readonly #service: CommandedService;
  readonly #count: () => number;

  /**
   * @param service The service.
   * @param streams Its streams.
   * @param count How many edges are online.
   */
  constructor(
    service: CommandedService,
    streams: StreamTable,
    count: () => number,
  ) {
    super(streams);
    this.#service = service;
    this.#count = count;
  }

  protected override streamMessage(text: string): string {
    return text;
  }

  protected override async own(
    words: readonly string[],
  ): Promise<string | undefined> {
    const [verb, first = "", second = "", third = ""] = words;
    const form = `${verb} ${words.length}`;
    if (form === "count 1") return `> count: ${this.#count()}`;
    if (!["open 2", "publish 3", "call 4"].includes(form)) return undefined;
    const edgeId = /^\d{1,20}$/.test(first) ? BigInt(first) : MAX_ID + 1n;
    if (edgeId > MAX_ID) return `> illegal edgeID: ${first}`;
    switch (verb) {
      case "open":
        return await this.#open(edgeId);
      case "publish":
        return await answerOf("publish", this.#service.publish(edgeId, second));
      default:
        return await answerOf(
          "call",
          this.#service.call(edgeId, second, third),
        );
    }
  }

  async #open(edgeId: bigint): Promise<string> {
    try {
      const stream = await this.#service.openStream(edgeId);
      this.streams.add(stream);
      return `> open stream success: ${edgeId} ${stream.id}`;
    } catch (error) {
      return `> open stream err: ${errorText(error)}`;
    }
  }
}

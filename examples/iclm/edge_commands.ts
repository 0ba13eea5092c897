/**
 * The commands of the edge.
 *
 * @module
 */

import type { Edge } from "@frontier/client";
import { errorText } from "../error_text.ts";
import { answerOf, CommandLine } from "./command_line.ts";
import { encodeLabelData } from "./label_data.ts";
import type { StreamTable } from "./stream_table.ts";

/** The command line of an edge. */
export class EdgeCommands extends CommandLine {
  protected override readonly help = `the command-line protocol
\t1. close
\t2. quit
\t3. open {service}
\t4. close {streamID}
\t5. switch {streamID}
\t6. publish {msg} #note to switch to stream first
\t7. publish {topic} {msg}
\t8. call {method} {req}`;
  readonly #edge: Edge;
  readonly #label: string;

  /**
   * @param edge The edge.
   * @param streams Its streams.
   * @param label The label of what it sends.
   */
  constructor(edge: Edge, streams: StreamTable, label: string) {
    super(streams);
    this.#edge = edge;
    this.#label = label;
  }

  protected override streamMessage(text: string): string {
    return encodeLabelData({ label: this.#label, text });
  }

  protected override async own(
    words: readonly string[],
  ): Promise<string | undefined> {
    const [verb, first = "", second = ""] = words;
    switch (`${verb} ${words.length}`) {
      case "open 2":
        return await this.#open(first);
      case "publish 3": {
        const data = this.streamMessage(second);
        return await answerOf("publish", this.#edge.publish(first, data));
      }
      case "call 3": {
        const data = this.streamMessage(second);
        return await answerOf("call", this.#edge.call(first, data));
      }
      default:
        return undefined;
    }
  }

  async #open(service: string): Promise<string> {
    try {
      const stream = await this.#edge.openStream(service);
      this.streams.add(stream);
      return `> open stream success: ${stream.id}`;
    } catch (error) {
      return `> open stream err: ${errorText(error)}`;
    }
  }
}

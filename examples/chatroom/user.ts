/**
 * One user of the chatroom.
 *
 * @module
 */

import { Edge, type EdgeOptions } from "@frontier/client";
import { type ChatLine, NAME, TOPIC } from "./chatroom.ts";

/** Somebody in the room. */
export class User implements AsyncDisposable {
  /** The user's end; everything else an edge can do goes through it. */
  readonly edge: Edge;
  /** The user's name. */
  readonly name: string;

  private constructor(name: string, edge: Edge) {
    this.name = name;
    this.edge = edge;
  }

  /**
   * Enters the room.
   *
   * @param name Under which name.
   * @param options How to connect.
   * @returns The user.
   * @throws {FrontierError} With the code `refused` if the name is taken.
   */
  static async enter(name: string, options: EdgeOptions): Promise<User> {
    const edge = await Edge.connect({
      ...options,
      meta: name,
      methods: { ...options.methods, [NAME]: () => name },
    });
    return new User(name, edge);
  }

  /**
   * Says something.
   *
   * @param text What.
   * @returns When the room has heard it.
   */
  say(text: string): Promise<void> {
    return this.edge.publish(TOPIC, text);
  }

  /** @returns What the others say, until the user leaves. */
  async *hear(): AsyncGenerator<ChatLine, void, undefined> {
    for await (const message of this.edge.messages()) {
      let line: ChatLine;
      try {
        line = readLine(message.json());
      } catch (error) {
        message.error(error);
        continue;
      }
      message.done();
      yield line;
    }
  }

  /** Leaves the room. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.edge.close();
  }
}

/** Any service may send anything. */
function readLine(value: unknown): ChatLine {
  const { User, Msg } = Object(value);
  if (typeof User === "string" && typeof Msg === "string") return { User, Msg };
  throw new TypeError("Cannot read what was said: need User and Msg");
}

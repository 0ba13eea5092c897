/**
 * One user of the chatroom.
 *
 * @module
 */

import { Edge, type EdgeOptions } from "@frontier/client";
import { type ChatLine, TOPIC } from "./chatroom.ts";

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
    return new User(name, await Edge.connect({ ...options, meta: name }));
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
      message.done();
      yield message.json() as ChatLine;
    }
  }

  /** Leaves the room. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.edge.close();
  }
}

/**
 * One connection to one server.
 *
 * @module
 */

import { Redis, type RedisOptions } from "ioredis";
import { describeError } from "@frontier/platform/internal";
import type { Closings } from "./closings.ts";
import type { Reply, Word } from "./command.ts";
import { DISCONNECT_MS } from "./connection_options.ts";
import { unavailable } from "./unavailable.ts";

/** How a connection is made. */
export interface ConnectionRequest {
  /** What the client is told. */
  readonly options: RedisOptions;
  /** Milliseconds that connecting may take. */
  readonly ms: number;
  /** Hears once when the connection is over, unless it was closed. */
  readonly lost: (why: string) => void;
  /** Knows what is ending. */
  readonly closings: Closings;
}

/**
 * A client of ioredis that is used until it fails once: then whatever was under
 * way rejects at once, and the connection is over. In some states the client
 * itself would never settle what it had under way.
 */
export class Connection {
  readonly #client: Redis;
  readonly #waiting: Set<(error: Error) => void> = new Set();
  #problem = "";
  #over = false;
  #ended: Promise<void> | undefined = undefined;
  readonly #lost: (why: string) => void;
  readonly #closings: Closings;

  private constructor(
    options: RedisOptions,
    lost: (why: string) => void,
    closings: Closings,
  ) {
    this.#lost = lost;
    this.#closings = closings;
    this.#client = new Redis(options);
    // Without a listener an error would be thrown where nobody can catch it.
    this.#client.on("error", (error) => this.#problem ||= describeError(error));
    this.#client.on("close", () => this.lose("the connection was lost"));
  }

  /**
   * Connects.
   *
   * @param request See {@linkcode ConnectionRequest}.
   * @returns The connection.
   * @throws {StoreUnavailableError} If there is none in time.
   */
  static async open(
    { options, ms, lost, closings }: ConnectionRequest,
  ): Promise<Connection> {
    let opened = false;
    const connection = new Connection(
      options,
      (why) => opened && lost(why),
      closings,
    );
    try {
      await connection.#inTime(connection.#client.connect(), ms);
    } catch (error) {
      await connection.close();
      throw connection.#explain(error);
    }
    opened = true;
    return connection;
  }

  /** Whether it can be used no more. */
  get over(): boolean {
    return this.#over;
  }

  /**
   * Sends commands at once, in order.
   *
   * @param commands The words of each.
   * @param ms Milliseconds that all of it may take.
   * @returns An answer for each, errors among them.
   * @throws {StoreUnavailableError} If the connection fails meanwhile.
   */
  async run(
    commands: readonly (readonly Word[])[],
    ms: number,
  ): Promise<Reply[]> {
    if (this.#over) throw unavailable(this.#problem || "connection lost");
    const pipeline = this.#client.pipeline();
    for (const [name, ...words] of commands) {
      pipeline.call(String(name), ...words);
    }
    try {
      const answers = await this.#inTime(pipeline.exec(), ms);
      if (answers?.length !== commands.length) {
        throw new Error("an answer is missing");
      }
      return answers.map(([error, value]) => error ?? value);
    } catch (error) {
      const why = describeError(error);
      this.lose(why);
      throw this.#explain(error);
    }
  }

  /** Gives it up: whatever is under way rejects. */
  lose(why: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#problem ||= why;
    const error = unavailable(this.#problem);
    for (const reject of this.#waiting) reject(error);
    void this.close();
    this.#lost(this.#problem);
  }

  /** Ends it and waits until nothing of it is left. */
  close(): Promise<void> {
    if (this.#ended === undefined) {
      this.#ended = this.#end();
      this.#closings.add(this.#ended);
    }
    return this.#ended;
  }

  async #end(): Promise<void> {
    if (!this.#over) {
      this.#over = true;
      this.#problem ||= "closed";
      const error = unavailable(this.#problem);
      for (const reject of this.#waiting) reject(error);
    }
    if (this.#client.status === "end") return;
    this.#client.disconnect();
    // Its timer that tears a socket runs to its end even when the socket has gone.
    await new Promise((resolve) => setTimeout(resolve, DISCONNECT_MS + 50));
  }

  #explain(error: unknown): Error {
    return unavailable(this.#problem || describeError(error), error);
  }

  async #inTime<T>(work: Promise<T>, ms: number): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${ms} ms`)),
      ms,
    );
    this.#waiting.add(reject);
    work.catch(() => {});
    try {
      return await Promise.race([work, promise]);
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(reject);
    }
  }
}

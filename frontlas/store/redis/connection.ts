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
import { StoreUnavailableError } from "../presence_store.ts";

/** Parts of a wait: while this process stands still it hears no answer, and one part at most passes. */
const TURNS = 4;

/** How a connection is made. */
export interface ConnectionRequest {
  /** Where it goes, in words. */
  readonly at: string;
  /** What the client is told. */
  readonly options: RedisOptions;
  /** Milliseconds that connecting may take. */
  readonly ms: number;
  /** Milliseconds that the server may take to answer once it has accepted: the system accepts for a frozen one. */
  readonly answerMs: number;
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
  readonly #at: string;

  private constructor({ at, options, lost, closings }: ConnectionRequest) {
    this.#at = at;
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
  static async open(request: ConnectionRequest): Promise<Connection> {
    let opened = false;
    const connection = new Connection({
      ...request,
      lost: (why) => opened && request.lost(why),
    });
    request.closings.opening(connection);
    let answering: ReturnType<typeof setTimeout> | undefined = undefined;
    connection.#client.once("connect", () => {
      answering = setTimeout(
        () => connection.lose(`no answer within ${request.answerMs} ms`),
        request.answerMs,
      );
    });
    try {
      await connection.#inTime(connection.#client.connect(), request.ms);
    } catch (error) {
      await connection.close();
      throw connection.#explain(error);
    } finally {
      clearTimeout(answering);
      request.closings.opened(connection);
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
    if (this.#over) throw this.#explain("connection lost");
    const pipeline = this.#client.pipeline();
    for (const [name, ...words] of commands) {
      pipeline.call(String(name), ...words);
    }
    try {
      const answers = await this.#inTime(pipeline.exec(), ms);
      if (answers?.length !== commands.length) {
        throw new Error("an answer is missing");
      }
      return answers.map(([error, value]) => {
        // Whatever else went wrong, the server has not answered.
        if (error !== null && error.name !== "ReplyError") throw error;
        return error ?? value;
      });
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
    this.#rejectAll();
    void this.close();
    this.#lost(this.#words);
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
      this.#rejectAll();
    }
    if (this.#client.status === "end") return;
    this.#client.disconnect();
    // Its timer that tears a socket runs to its end even when the socket has gone.
    await new Promise((resolve) => setTimeout(resolve, DISCONNECT_MS + 50));
  }

  /** What is wrong with which server. */
  get #words(): string {
    return `${this.#at}: ${this.#problem}`;
  }

  #rejectAll(): void {
    const error = unavailable(this.#words);
    for (const reject of this.#waiting) reject(error);
  }

  #explain(error: unknown): Error {
    if (error instanceof StoreUnavailableError) return error;
    this.#problem ||= describeError(error);
    return unavailable(this.#words, error);
  }

  async #inTime<T>(work: Promise<T>, ms: number): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    let turns = 0;
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      if (turns++ === TURNS) reject(new Error(`no answer within ${ms} ms`));
      else timer = setTimeout(wait, ms / TURNS);
    };
    wait();
    this.#waiting.add(reject);
    work.catch(() => {});
    try {
      return await Promise.race([work, promise]);
    } finally {
      clearTimeout(timer!);
      this.#waiting.delete(reject);
    }
  }
}

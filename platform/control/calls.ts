/**
 * How a call is served, whatever protocol it came by.
 *
 * @module
 */

import {
  create,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import type { Logger } from "../log/mod.ts";
import type { CallContext, CallKind } from "./api.ts";
import { type Method, nameOfMethod } from "./method.ts";
import { ApiError } from "./api_error.ts";
import { createOuter } from "./encode.ts";
import type { CallFigures, CallOutcome } from "./call_figures.ts";
import type { Places } from "./places.ts";
import { KeptReply } from "./reply.ts";
import { type Access, allows, type Tokens } from "./tokens.ts";

type Message = MessageShape<DescMessage>;

/** What {@linkcode Calls} is made of. */
export interface CallsOptions {
  /** Who may do what. */
  readonly tokens: Tokens;
  /** How much is done at a time. */
  readonly places: Places;
  /** Bytes of answers that wait for peers to read them. */
  readonly unread: () => number;
  /** How many these may be before queries are refused. */
  readonly maxUnread: number;
  /** Where calls are counted. */
  readonly figures: CallFigures;
  /** Where failures are reported that callers are not told about. */
  readonly log: Logger;
}

/** Serves calls: who may make them, when it is their turn, what goes wrong. */
export class Calls {
  /** Who may do what. */
  tokens: Tokens;
  readonly #options: CallsOptions;

  /**
   * @param options What it is made of.
   */
  constructor(options: CallsOptions) {
    this.tokens = options.tokens;
    this.#options = options;
  }

  /**
   * @param header The caller's `Authorization` header.
   * @param needed What is asked for.
   * @throws {ApiError} If the caller may not have it.
   */
  authorize(header: string | null | undefined, needed: Access): void {
    if (needed === "anyone") return;
    const role = this.tokens.roleOf(header);
    if (role === undefined) {
      throw new ApiError(
        "UNAUTHENTICATED",
        header
          ? "The token is not known: send another one as Authorization: Bearer <token>"
          : "A token is needed: send it as Authorization: Bearer <token>",
      );
    }
    if (!allows(role, needed)) {
      throw new ApiError(
        "PERMISSION_DENIED",
        "The token may only read: this takes one with the role admin",
      );
    }
  }

  /**
   * Serves a method with one answer.
   *
   * @param method One of those that the port serves.
   * @param request What it is asked.
   * @param context Aborted when the caller has gone; takes what is said beside the answer.
   * @param encode Writes the answer; done before the place is given back.
   * @returns The written answer.
   * @throws {ApiError} What the caller is told instead.
   */
  async answer<T>(
    method: Method,
    request: Message,
    context: CallContext,
    encode: (schema: DescMessage, message: Message) => Promise<T>,
  ): Promise<T> {
    const { route, desc } = method;
    return await this.inPlace(route.kind, context.signal, async () => {
      this.#checkUnread(method);
      const { output } = desc;
      const answer = await method.run(request, context);
      return await encode(output, createOuter(output, answer as Init));
    }, nameOfMethod(method));
  }

  /**
   * Serves a method with any number of answers.
   *
   * @param method One of those that the port serves.
   * @param request What it is asked.
   * @param signal Ends it when aborted.
   * @returns The answers.
   * @throws {ApiError} What the caller is told when it fails.
   */
  async *answers(
    method: Method,
    request: Message,
    signal: AbortSignal,
  ): AsyncGenerator<Message, void, undefined> {
    const { output } = method.desc;
    const name = nameOfMethod(method);
    const release = await this.#enter(method.route.kind, signal, name);
    const { figures } = this.#options;
    // One whose watcher goes without a word ends here, too.
    let outcome: CallOutcome = "CANCELLED";
    try {
      const context = { signal, reply: new KeptReply() };
      const answers = method.run(request, context) as AsyncIterable<Init>;
      for await (const answer of answers) yield create(output, answer);
      // It has ended because it was told to.
      signal.throwIfAborted();
      outcome = "OK";
    } catch (error) {
      const told = this.#told(error, signal, name);
      outcome = told.code;
      throw told;
    } finally {
      release();
      figures.add(name, outcome, undefined);
    }
  }

  /**
   * Does something while holding a place.
   *
   * @param kind What kind of call it is.
   * @param signal Aborted when the caller has gone.
   * @param action What to do.
   * @param name What it is called in the log.
   * @returns What the action returned.
   * @throws {ApiError} What the caller is told instead.
   */
  async inPlace<T>(
    kind: CallKind,
    signal: AbortSignal,
    action: () => Promise<T>,
    name: string,
  ): Promise<T> {
    const { figures } = this.#options;
    const begun = performance.now();
    const ms = () => kind === "watch" ? undefined : performance.now() - begun;
    const release = await this.#enter(kind, signal, name);
    try {
      const result = await action();
      figures.add(name, "OK", ms());
      return result;
    } catch (error) {
      const told = this.#told(error, signal, name);
      figures.add(name, told.code, ms());
      throw told;
    } finally {
      release();
    }
  }

  /** Peers that ask and do not read must not fill the memory. */
  #checkUnread({ route }: Method): void {
    const { unread, maxUnread } = this.#options;
    if (route.kind !== "query" && route.kind !== "lookup") return;
    const bytes = unread();
    // Lists that nobody reads must not keep programs from looking up.
    if (bytes <= (route.kind === "lookup" ? 2 : 1) * maxUnread) return;
    throw new ApiError(
      "RESOURCE_EXHAUSTED",
      `Cannot answer: ${bytes} bytes of answers are not read yet; try again later`,
    );
  }

  async #enter(
    kind: CallKind,
    signal: AbortSignal,
    name: string,
  ): Promise<() => void> {
    try {
      return await this.#options.places.take(kind, signal);
    } catch (error) {
      const told = this.#told(error, signal, name);
      this.#options.figures.add(name, told.code, undefined);
      throw told;
    }
  }

  #told(error: unknown, signal: AbortSignal, name: string): ApiError {
    if (error instanceof ApiError) return error;
    if (signal.aborted) {
      return signal.reason instanceof ApiError
        ? signal.reason
        : new ApiError("CANCELLED", "The caller has gone");
    }
    this.#options.log.error("A call of the control port failed", {
      method: name,
      error,
    });
    return new ApiError("INTERNAL", "The call failed; the log says why", {
      cause: error,
    });
  }
}

type Init = MessageInitShape<DescMessage>;

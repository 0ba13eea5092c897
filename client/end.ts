/**
 * What services and edges offer alike.
 *
 * @module
 */

import type { Core } from "./core.ts";
import type {
  CloseOptions,
  Handler,
  Message,
  OperationOptions,
  Stream,
} from "@frontier/endpoint";
import type { Status } from "./status.ts";

/**
 * One end: a service or an edge.
 *
 * Its life, as {@linkcode End.status} tells it: `connecting`, then `connected`
 * once the gateway routes to all of its methods; after a loss `disconnected`,
 * a pause that grows from attempt to attempt, and `connecting` again; in the
 * end `closed`. Operations that begin while there is no connection wait for it
 * until their time is over; those under way when it is lost fail with the code
 * `force-closed`. Streams end with their connection; `receive`, `messages`,
 * `acceptStream` and `streams` go on with the next one.
 */
export abstract class End {
  /**
   * What it is made of; not for applications.
   *
   * @internal
   */
  protected readonly core: Core;

  /**
   * Wraps a core; services and edges are made by their `connect`.
   *
   * @param core What it is made of.
   */
  protected constructor(core: Core) {
    this.core = core;
  }

  /** Where its connection is now. */
  get state(): Status["state"] {
    return this.core.status.current.state;
  }

  /**
   * Follows the connection.
   *
   * @param options A signal that ends the iteration.
   * @returns The present status, then every change, until `closed`.
   *
   * @example
   * ```ts
   * import type { Edge } from "@frontier/client";
   *
   * async function watch(edge: Edge): Promise<string[]> {
   *   const seen: string[] = [];
   *   for await (const status of edge.status()) {
   *     seen.push(
   *       status.state === "disconnected"
   *         ? `lost: ${status.reason.message}`
   *         : status.state,
   *     );
   *   }
   *   return seen;
   * }
   * ```
   */
  status(
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<Status, void, undefined> {
    return this.core.status.changes(options.signal);
  }

  /**
   * Waits until it is connected.
   *
   * @param options A signal to give up.
   * @returns `false` when it is closed instead, or the wait was given up.
   */
  async connected(options: { signal?: AbortSignal } = {}): Promise<boolean> {
    for await (const { state } of this.status(options)) {
      if (state === "connected") return true;
    }
    return false;
  }

  /**
   * Answers calls of a method from now on, also after a reconnect. Registering
   * a method again replaces its handler.
   *
   * @param method The method; upper and lower case differ.
   * @param handler What answers.
   * @param options Time limit and signal.
   * @returns When calls are routed here.
   * @throws {FrontierError} If the gateway did not confirm it.
   */
  async register(
    method: string,
    handler: Handler,
    options?: OperationOptions,
  ): Promise<void> {
    await this.core.endpoint.channel.register(method, handler, options);
  }

  /**
   * Stops answering a method; a register of it that is under way, or waits for
   * a connection, fails with the code `canceled`. The wire has no way to tell
   * the gateway: until the next reconnect it still routes calls here, which are
   * answered `no such rpc`.
   *
   * @param method The method.
   * @returns Whether it was registered.
   */
  unregister(method: string): boolean {
    return this.core.endpoint.channel.unregister(method);
  }

  /**
   * Waits for the next message.
   *
   * @param options A signal to give up.
   * @returns The message; its publisher waits until it is acknowledged.
   * @throws {FrontierError} With the code `eof` when the end is closed, or `canceled`.
   */
  receive(options: { signal?: AbortSignal } = {}): Promise<Message> {
    return this.core.endpoint.channel.inbox.next(options.signal);
  }

  /**
   * Receives messages.
   *
   * @param options A signal that ends the iteration.
   * @returns The messages until the end is closed. Each must be acknowledged
   * by `done` or `error`.
   */
  messages(
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<Message, void, undefined> {
    return this.core.endpoint.channel.inbox.items(options.signal);
  }

  /**
   * Waits for the next stream that the other side opens.
   *
   * @param options A signal to give up.
   * @returns The stream.
   * @throws {FrontierError} With the code `eof` when the end is closed, or `canceled`.
   */
  acceptStream(options: { signal?: AbortSignal } = {}): Promise<Stream> {
    return this.core.endpoint.streams.next(options.signal);
  }

  /**
   * Accepts streams.
   *
   * @param options A signal that ends the iteration.
   * @returns The streams that the other side opens, until the end is closed.
   */
  streams(
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<Stream, void, undefined> {
    return this.core.endpoint.streams.items(options.signal);
  }

  /**
   * Waits until no handler runs whose caller waits, no message that was received
   * is unanswered, and no operation of ours is under way, then closes. What
   * still arrives is served meanwhile.
   *
   * @param options How long to wait at most; 30 s unless given.
   * @returns When it is closed. Never rejects.
   */
  drain(options: CloseOptions = {}): Promise<void> {
    return this.core.drain(options.timeoutMs ?? 30_000);
  }

  /**
   * Closes for good. What waits for a connection fails with the code `eof`,
   * what is under way with `force-closed`. Closing twice does nothing.
   *
   * @param options How long to wait for the gateway.
   * @returns When the connection is gone. Never rejects.
   */
  close(options: CloseOptions = {}): Promise<void> {
    return this.core.close(options.timeoutMs ?? 2_000);
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

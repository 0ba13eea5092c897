/**
 * What services and edges offer alike.
 *
 * @module
 */

import type { CloseReason } from "@frontier/proto";
import type { PeerAddress } from "@frontier/platform";
import type { Connector } from "./connection/connector.ts";
import type {
  CloseOptions,
  Handler,
  Message,
  OperationOptions,
  Stream,
} from "@frontier/endpoint";
import type { Stats } from "./stats.ts";
import type { Status } from "./connection/status.ts";

/**
 * One endpoint: a service or an edge.
 *
 * Its life, as {@linkcode Endpoint.status} tells it: `connecting`, then `connected`
 * once the gateway routes to all of its methods; after a loss `disconnected`,
 * a pause that grows from attempt to attempt, and `connecting` again; in the
 * end `closed`. Operations that begin while there is no connection wait for it
 * until their time is over; those under way when it is lost fail with the code
 * `force-closed`. Streams end with their connection; `receive`, `messages`,
 * `acceptStream` and `streams` go on with the next one.
 *
 * When its gateway stops and says so, it looks for another one and stays
 * `connected` meanwhile: `connected` follows `connected`, with another address.
 * What is under way on the old connection finishes there.
 */
export abstract class Endpoint {
  readonly #connector: Connector;

  /** @ignore */
  protected constructor(connector: Connector) {
    this.#connector = connector;
  }

  /** Where its connection is now. */
  get state(): Status["state"] {
    return this.#connector.status.current.state;
  }

  /**
   * Resolved when it is over for good: closed by the application, by the
   * `signal` of its options, or by the loss of a connection where `reconnect` is
   * `false`. Never rejects.
   *
   * @example Restart what cannot go on
   * ```ts
   * import type { Service } from "@frontier/client";
   *
   * async function run(service: Service): Promise<void> {
   *   const { kind, text } = await service.closed;
   *   if (kind !== "closed") throw new Error(`Cannot go on: ${text}`);
   * }
   * ```
   */
  get closed(): Promise<CloseReason> {
    return this.#connector.closed;
  }

  /** Our address on the connection in use; `undefined` while there is none. */
  get localAddr(): PeerAddress | undefined {
    return this.#connector.connection?.localAddr;
  }

  /** The gateway's address on the connection in use; `undefined` while there is none. */
  get remoteAddr(): PeerAddress | undefined {
    return this.#connector.connection?.remoteAddr;
  }

  /**
   * Tells what has passed and what is going on. Counting costs next to nothing;
   * a call makes one object.
   *
   * @returns Numbers of now.
   *
   * @example How much is read per call
   * ```ts
   * import type { Edge } from "@frontier/client";
   *
   * function bytesPerCall(edge: Edge): number {
   *   const { bytesIn, callsOut } = edge.stats();
   *   return callsOut === 0 ? 0 : bytesIn / callsOut;
   * }
   * ```
   */
  stats(): Stats {
    return this.#connector.stats;
  }

  /**
   * Measures how long the gateway takes to answer a heartbeat. Requests that
   * wait to be written or read before it are part of that time.
   *
   * @param options Time limit and signal.
   * @returns Milliseconds.
   * @throws {FrontierError} `not-connected` while there is no connection,
   * `force-closed` when it is lost, `timeout` or `canceled`.
   */
  rtt(options?: OperationOptions): Promise<number> {
    return this.#connector.core.rtt(options);
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
    return this.#connector.status.changes(options.signal);
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
    await this.#connector.core.channel.register(method, handler, options);
  }

  /**
   * Stops answering a method; a register of it that is under way, or waits for
   * a connection, fails with the code `canceled`. The wire has no way to tell
   * the gateway: until the next reconnect it still routes calls here, which are
   * answered `no such rpc`.
   *
   * @param method Its name, as it was registered here.
   * @returns Whether it was registered.
   */
  unregister(method: string): boolean {
    return this.#connector.core.channel.unregister(method);
  }

  /**
   * Waits for the next message.
   *
   * @param options A signal to give up.
   * @returns The message; its publisher waits until it is acknowledged.
   * @throws {FrontierError} With the code `eof` when the endpoint is closed, or `canceled`.
   */
  receive(options: { signal?: AbortSignal } = {}): Promise<Message> {
    return this.#connector.core.channel.inbox.next(options.signal);
  }

  /**
   * Receives messages.
   *
   * @param options A signal that ends the iteration.
   * @returns The messages until the endpoint is closed. Each must be acknowledged
   * by `done` or `error`. Of several iterations at a time each message goes to
   * one, the one that has waited longest: together they are workers, not
   * listeners who all hear everything.
   */
  messages(
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<Message, void, undefined> {
    return this.#connector.core.channel.inbox.items(options.signal);
  }

  /**
   * Waits for the next stream that the other side opens.
   *
   * @param options A signal to give up.
   * @returns The stream.
   * @throws {FrontierError} With the code `eof` when the endpoint is closed, or `canceled`.
   */
  acceptStream(options: { signal?: AbortSignal } = {}): Promise<Stream> {
    return this.#connector.core.streams.next(
      options.signal,
      "accept a stream",
    );
  }

  /**
   * Accepts streams.
   *
   * @param options A signal that ends the iteration.
   * @returns The streams that the other side opens, until the endpoint is closed.
   */
  streams(
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<Stream, void, undefined> {
    return this.#connector.core.streams.items(options.signal);
  }

  /**
   * Lists the streams that were opened here or accepted, and are not over.
   *
   * @returns Them, the oldest first.
   */
  listStreams(): Stream[] {
    return this.#connector.core.listStreams();
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
    return this.#connector.drain(options.timeoutMs ?? 30_000);
  }

  /**
   * Closes for good. What waits for a connection fails with the code `eof`,
   * what is under way with `force-closed`. Closing twice does nothing.
   *
   * @param options How long to wait for the gateway.
   * @returns When the connection is gone. Never rejects.
   */
  close(options: CloseOptions = {}): Promise<void> {
    return this.#connector.close(options.timeoutMs ?? 2_000);
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

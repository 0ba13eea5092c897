/**
 * Services at all gateways of a cluster.
 *
 * @module
 */

import type {
  CallOptions,
  CloseOptions,
  Handler,
  Message,
  OpenStreamOptions,
  OperationOptions,
  Payload,
  PublishToOptions,
  Reply,
  Stream,
} from "@frontier/endpoint";
import {
  type Channel,
  checkPayload,
  traced,
} from "@frontier/endpoint/internal";
import { loadTracer } from "@frontier/platform/trace";
import type { CloseReason } from "@frontier/proto";
import type { Status } from "../connection/status.ts";
import type { EdgeEvent } from "../edge_event.ts";
import {
  EDGE_OFFLINE,
  EDGE_ONLINE,
  edgeEventHandler,
  edgeIdHandler,
  GET_EDGE_ID,
} from "../hooks.ts";
import type { ServiceLike } from "../service_like.ts";
import { serviceMeta } from "../service_meta.ts";
import type { Stats } from "../stats.ts";
import { ClusterConnector } from "./cluster_connector.ts";
import type { GatewayStatus } from "./cluster_status.ts";
import { checkClusterOptions, type ClusterServiceOptions } from "./options.ts";

/**
 * A service at all gateways of a cluster: it learns them from Frontlas, keeps a
 * connection to each, answers what comes through any of them, and sends what is
 * for an edge to the gateway where the edge is.
 *
 * It is used as a {@linkcode ServiceLike}. What differs from a service at one gateway:
 *
 * - An operation for an edge that has moved is sent once more, to where the
 *   edge is now, when its former gateway has surely not passed it on. Otherwise
 *   its error says by `retryable` whether it may be repeated. What was under way
 *   when a gateway died fails with `force-closed`.
 * - It is `connected` as long as it is connected to one gateway: `connected`
 *   follows `connected` whenever the gateways have changed. Its `address` names
 *   them all. {@linkcode ClusterService.gateways} tells more.
 * - It knows where an edge is as soon as the edge has called or sent something,
 *   or its online event has come. For others Frontlas is asked, once. While no
 *   Frontlas answers it goes on with what it knows.
 *
 * @example Call an edge, wherever it is
 * ```ts
 * import { ClusterService } from "@frontier/client/cluster";
 *
 * async function temperature(edgeId: bigint): Promise<string> {
 *   await using service = await ClusterService.connect({
 *     name: "thermostat",
 *     frontlas: ["frontlas-0.example:40011", "frontlas-1.example:40011"],
 *   });
 *   return (await service.call(edgeId, "temperature")).text();
 * }
 * ```
 */
export class ClusterService implements ServiceLike {
  readonly #connector: ClusterConnector;

  /** @ignore */
  private constructor(connector: ClusterConnector) {
    this.#connector = connector;
  }

  /**
   * Learns the gateways and connects to them.
   *
   * @param options Where Frontlas is, who we are, and how gateways are connected to.
   * @returns The service. Each gateway that Frontlas has named is connected or has
   * failed once; those that take more than a second longer than the first one follow.
   * @throws {FrontierError} If no Frontlas answers, it knows no gateway, or none
   * can be connected to: `not-connected`, `refused`, `timeout`; or `canceled`.
   * @throws {TypeError} If an option is unknown or makes no sense.
   */
  static async connect(
    options: ClusterServiceOptions = {},
  ): Promise<ClusterService> {
    checkClusterOptions(options);
    const meta = serviceMeta(options);
    const tracer = await loadTracer();
    const connector = new ClusterConnector(options, meta, tracer);
    await connector.start();
    return new ClusterService(connector);
  }

  /** The id that this service has asked all gateways for. */
  get serviceId(): bigint {
    return this.#connector.id;
  }

  /** Where its connections are now: `connected` while there is one. */
  get state(): Status["state"] {
    return this.#connector.status.feed.current.state;
  }

  /** Resolved when it is over for good. Never rejects. */
  get closed(): Promise<CloseReason> {
    return this.#connector.closed;
  }

  /**
   * Tells about the connection to each gateway.
   *
   * @returns Those that Frontlas names, and those whose connection holds although
   * it does not.
   *
   * @example
   * ```ts
   * import type { ClusterService } from "@frontier/client/cluster";
   *
   * function missing(service: ClusterService): string[] {
   *   return service.gateways()
   *     .filter(({ state }) => state !== "connected")
   *     .map(({ frontierId }) => frontierId);
   * }
   * ```
   */
  gateways(): GatewayStatus[] {
    return this.#connector.gatewayStatus;
  }

  /**
   * Tells what has passed at all gateways, those included that are gone since.
   *
   * @returns Numbers of now.
   */
  stats(): Stats {
    return this.#connector.stats;
  }

  /**
   * Follows the connections.
   *
   * @param options A signal that ends the iteration.
   * @returns The present status, then every change, until `closed`.
   */
  status(
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<Status, void, undefined> {
    return this.#connector.status.feed.changes(options.signal);
  }

  /**
   * Waits until it is connected to a gateway.
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
   * Calls a method of an edge.
   *
   * @param edgeId Which one: the id in its online event, or in what it sent.
   * @param method Its name, as the edge registered it.
   * @param data Bytes, or text that is sent as UTF-8: some 7.8 MB at most, for
   * they take a third more on the wire, and a frame has 10 MiB; nothing by default.
   * @param options Time limit, signal and custom bytes.
   * @returns The response.
   * @throws {FrontierError} `edge-not-online` when the edge is at no gateway,
   * `no-such-rpc` when it has not registered the method, `remote` with the text
   * of the handler's error, `timeout` and others.
   */
  call(
    edgeId: bigint,
    method: string,
    data: Payload = "",
    options?: CallOptions,
  ): Promise<Reply> {
    const what = `call "${method}" of edge ${edgeId}`;
    return traced(
      this.#send(
        edgeId,
        what,
        data,
        options,
        (channel, kept, carried) => channel.call(method, kept, edgeId, carried),
      ),
    );
  }

  /**
   * Publishes a message to an edge.
   *
   * @param edgeId Which one: the id in its online event, or in what it sent.
   * @param data Bytes, or text that is sent as UTF-8: some 7.8 MB at most, for
   * they take a third more on the wire, and a frame has 10 MiB.
   * @param options Topic, time limit, signal and custom bytes.
   * @returns When the edge has acknowledged it.
   * @throws {FrontierError} `edge-not-online` when the edge is at no gateway,
   * `remote` with the reason of the edge, `timeout` and others.
   */
  publish(
    edgeId: bigint,
    data: Payload,
    options?: PublishToOptions,
  ): Promise<void> {
    const topic = options?.topic ?? "";
    const what = `publish to edge ${edgeId}`;
    return traced(
      this.#send(
        edgeId,
        what,
        data,
        options,
        (channel, kept, carried) =>
          channel.publish(topic, kept, edgeId, carried),
      ),
    );
  }

  /**
   * Opens a stream to an edge. It ends with an error when the gateway that it
   * goes through is lost: another one is opened where the edge is then.
   *
   * @param edgeId Which one: the id in its online event, or in what it sent.
   * @param options Time limit, signal and meta.
   * @returns The stream.
   * @throws {FrontierError} `edge-not-online` when the edge is at no gateway. The
   * original gateway opens the stream and lets it end at once instead.
   */
  openStream(edgeId: bigint, options?: OpenStreamOptions): Promise<Stream> {
    const label = `edge ${edgeId}`;
    return traced(this.#connector.router.deliver({
      edgeId,
      what: `open a stream to ${label}`,
      bytes: 0,
      options,
      send: (core, timeoutMs) =>
        core.openStream(`${edgeId}`, { ...options, timeoutMs }, label),
    }));
  }

  /**
   * Answers calls of a method from now on, through all gateways, those included
   * that come later. Registering a method again replaces its handler.
   *
   * @param method The method; upper and lower case differ.
   * @param handler What answers.
   * @param options Time limit and signal.
   * @returns When calls are routed here by all gateways that are connected. One
   * that does not answer in time hears of it when it does, or is connected to again.
   * @throws {FrontierError} If a gateway refuses it, or none confirms it.
   */
  register(
    method: string,
    handler: Handler,
    options?: OperationOptions,
  ): Promise<void> {
    return traced(this.#connector.methods.register(method, handler, options));
  }

  /**
   * Stops answering a method; a register of it that is under way fails with the
   * code `canceled`. Gateways cannot be told: until they are connected to again
   * they still route calls here, which are answered `no such rpc`.
   *
   * @param method Its name, as it was registered here.
   * @returns Whether it was registered.
   */
  unregister(method: string): boolean {
    return this.#connector.methods.unregister(method);
  }

  /**
   * Chooses the ids of edges at all gateways. Let it give an edge the same id
   * wherever it is asked: the edge is found under it after it has moved. Of
   * several services that do, any one is asked for each edge.
   *
   * @param choose Gets the meta of an edge that connects and returns its id; 0
   * lets the gateway choose. What it throws refuses the edge, with the text.
   * @param options Time limit and signal.
   * @returns When the gateways that are connected ask here.
   * @throws {FrontierError} If a gateway refuses it, or none confirms it.
   * @throws {TypeError} If it is no function.
   */
  async registerGetEdgeId(
    choose: (meta: Uint8Array) => bigint | PromiseLike<bigint>,
    options?: OperationOptions,
  ): Promise<void> {
    await this.register(GET_EDGE_ID, edgeIdHandler(choose), options);
  }

  /**
   * Hears of edges that connect to any gateway, and may refuse them. All of this
   * must be over within 8 s, or the edge is refused. An edge that moves may come
   * at its new gateway before it has gone from the old one. Of several services
   * that do, one hears of each edge.
   *
   * @param onOnline Gets the edge. What it throws refuses the edge, with the text.
   * @param options Time limit and signal.
   * @returns When the gateways that are connected ask here.
   * @throws {FrontierError} If a gateway refuses it, or none confirms it.
   * @throws {TypeError} If it is no function.
   */
  async registerEdgeOnline(
    onOnline: (event: EdgeEvent) => void | PromiseLike<void>,
    options?: OperationOptions,
  ): Promise<void> {
    await this.register(EDGE_ONLINE, edgeEventHandler(onOnline), options);
  }

  /**
   * Hears of edges that are gone from a gateway. A gateway that dies tells
   * nobody of its edges. Of several services that do, one hears of each edge.
   *
   * @param onOffline Gets the edge.
   * @param options Time limit and signal.
   * @returns When the gateways that are connected ask here.
   * @throws {FrontierError} If a gateway refuses it, or none confirms it.
   * @throws {TypeError} If it is no function.
   */
  async registerEdgeOffline(
    onOffline: (event: EdgeEvent) => void | PromiseLike<void>,
    options?: OperationOptions,
  ): Promise<void> {
    await this.register(EDGE_OFFLINE, edgeEventHandler(onOffline), options);
  }

  /**
   * Waits for the next message from any gateway; gateways take turns.
   *
   * @param options A signal to give up.
   * @returns The message; its publisher waits until it is acknowledged.
   * @throws {FrontierError} With the code `eof` when the service is closed, or `canceled`.
   */
  receive(options: { signal?: AbortSignal } = {}): Promise<Message> {
    return this.#connector.messages.next(options.signal);
  }

  /**
   * Receives messages from all gateways.
   *
   * @param options A signal that ends the iteration.
   * @returns The messages until the service is closed. Each must be acknowledged
   * by `done` or `error`. Of several iterations at a time each message goes to one.
   */
  messages(
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<Message, void, undefined> {
    return this.#connector.messages.items(options.signal);
  }

  /**
   * Waits for the next stream that an edge opens through any gateway.
   *
   * @param options A signal to give up.
   * @returns The stream.
   * @throws {FrontierError} With the code `eof` when the service is closed, or `canceled`.
   */
  acceptStream(options: { signal?: AbortSignal } = {}): Promise<Stream> {
    return this.#connector.streams.next(
      options.signal,
      "accept a stream",
    );
  }

  /**
   * Accepts streams from all gateways.
   *
   * @param options A signal that ends the iteration.
   * @returns The streams that edges open, until the service is closed.
   */
  streams(
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<Stream, void, undefined> {
    return this.#connector.streams.items(options.signal);
  }

  /**
   * Lists the streams that were opened here or accepted, and are not over.
   *
   * @returns Them, gateway by gateway, the oldest of each first.
   */
  listStreams(): Stream[] {
    return this.#connector.listStreams();
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
   * Closes for good. What waits to be sent fails with the code `eof`, what is
   * under way with `force-closed`. Closing twice does nothing.
   *
   * @param options How long to wait for each gateway.
   * @returns When all connections are gone. Never rejects.
   */
  close(options: CloseOptions = {}): Promise<void> {
    return this.#connector.close(options.timeoutMs ?? 2_000);
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #send<T>(
    edgeId: bigint,
    what: string,
    data: Payload,
    options: CallOptions = {},
    send: (channel: Channel, data: Payload, options: CallOptions) => Promise<T>,
  ): Promise<T> {
    let kept: Payload;
    let carried = options;
    try {
      kept = keep(data);
      const { custom } = options;
      if (custom !== undefined) carried = { ...options, custom: keep(custom) };
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#connector.router.deliver({
      edgeId,
      what,
      bytes: kept.length,
      options,
      send: ({ channel }, timeoutMs) =>
        send(channel, kept, { ...carried, timeoutMs }),
    });
  }
}

/** The caller may change bytes while an operation waits, or before it is sent once more. */
function keep(data: Payload): Payload {
  return typeof data === "string" ? data : checkPayload(data).slice();
}

/**
 * Services.
 *
 * @module
 */

import type {
  CallOptions,
  OpenStreamOptions,
  OperationOptions,
  Payload,
  PublishToOptions,
  Reply,
  Stream,
} from "@frontier/endpoint";
import { checkId } from "@frontier/endpoint/internal";
import { loadTracer } from "@frontier/platform/trace";
import { Connector } from "./connection/connector.ts";
import type { EdgeEvent } from "./edge_event.ts";
import { Endpoint } from "./endpoint.ts";
import {
  EDGE_OFFLINE,
  EDGE_ONLINE,
  edgeEventHandler,
  edgeIdHandler,
  GET_EDGE_ID,
  HOOKS,
} from "./hooks.ts";
import type { ServiceOptions } from "./options.ts";
import { serviceMeta } from "./service_meta.ts";

/** Where gateways listen for services. */
const SERVICE_PORT = 30_011;

/**
 * A service: it takes the messages of its topics, answers the methods it
 * registered, and calls, messages and opens streams to edges by their ids.
 *
 * @example Answer edges and call one
 * ```ts
 * import { Service } from "@frontier/client";
 *
 * async function run(): Promise<void> {
 *   await using service = await Service.connect({
 *     name: "greeter",
 *     topics: ["started"],
 *   });
 *   await service.register("config", (request) => `hello ${request.text()}`);
 *   for await (const message of service.messages()) {
 *     message.done();
 *     const reply = await service.call(message.edgeId, "temperature");
 *     if (reply.text() === "stop") break;
 *   }
 * }
 * ```
 */
export class Service extends Endpoint {
  readonly #connector: Connector;

  /** @ignore */
  private constructor(connector: Connector) {
    super(connector);
    this.#connector = connector;
  }

  /**
   * Connects to a gateway.
   *
   * @param options Where to, who we are, and what happens when the connection is lost.
   * @returns The service; its topics, name and methods are routable.
   * @throws {FrontierError} If the first connect fails: `not-connected`,
   * `refused` with the gateway's reason, `timeout`, or `canceled`; `protocol` or
   * `force-closed` where no gateway answers at that port.
   * @throws {TypeError} If an option is unknown or has no such type.
   * @throws {RangeError} If a number makes no sense.
   */
  static async connect(options: ServiceOptions = {}): Promise<Service> {
    const meta = serviceMeta(options);
    const connector = new Connector(
      { name: "service", port: SERVICE_PORT, meta, tailed: true, hooks: HOOKS },
      options,
      await loadTracer(),
    );
    const service = new Service(connector);
    await connector.start();
    return service;
  }

  /** The id the gateway gave this service; it may change with a reconnect. */
  get serviceId(): bigint {
    return this.#connector.id;
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
   * @throws {FrontierError} `edge-not-online`, `no-such-rpc` when the edge has
   * not registered the method, `remote` with the text of the handler's error,
   * `timeout` and others.
   */
  call(
    edgeId: bigint,
    method: string,
    data: Payload = "",
    options?: CallOptions,
  ): Promise<Reply> {
    return this.#connector.core.channel.call(method, data, edgeId, options);
  }

  /**
   * Publishes a message to an edge.
   *
   * @param edgeId Which one: the id in its online event, or in what it sent.
   * @param data Bytes, or text that is sent as UTF-8: some 7.8 MB at most, for
   * they take a third more on the wire, and a frame has 10 MiB.
   * @param options Topic, time limit, signal and custom bytes.
   * @returns When the edge has acknowledged it.
   * @throws {FrontierError} `edge-not-online`, `remote` with the reason of the
   * edge, `timeout` and others.
   */
  publish(
    edgeId: bigint,
    data: Payload,
    options?: PublishToOptions,
  ): Promise<void> {
    const topic = options?.topic ?? "";
    return this.#connector.core.channel.publish(topic, data, edgeId, options);
  }

  /**
   * Opens a stream to an edge.
   *
   * @param edgeId Which one: the id in its online event, or in what it sent.
   * @param options Time limit, signal and meta.
   * @returns The stream.
   * @throws {FrontierError} `edge-not-online`. The original gateway opens the
   * stream and lets it end at once instead.
   */
  async openStream(
    edgeId: bigint,
    options?: OpenStreamOptions,
  ): Promise<Stream> {
    const id = `${checkId(edgeId)}`;
    const label = `edge ${id}`;
    return await this.#connector.core.openStream(id, options, label);
  }

  /**
   * Chooses the ids of edges. Of several services that do, any one is asked for
   * each edge. While no service does, the gateway allocates ids or refuses edges,
   * as it is configured.
   *
   * @param choose Gets the meta of an edge that connects and returns its id; 0
   * lets the gateway choose. What it throws refuses the edge, with the text.
   * @param options Time limit and signal.
   * @returns When the gateway asks here.
   * @throws {FrontierError} If the gateway did not confirm it.
   * @throws {TypeError} If it is no function.
   */
  async registerGetEdgeId(
    choose: (meta: Uint8Array) => bigint | PromiseLike<bigint>,
    options?: OperationOptions,
  ): Promise<void> {
    await this.register(GET_EDGE_ID, edgeIdHandler(choose), options);
  }

  /**
   * Hears of edges that connect, and may refuse them. All of this must be over
   * within 8 s, or the edge is refused. Of several services that do, one hears of
   * each edge, chosen as for a call of that edge.
   *
   * @param onOnline Gets the edge. What it throws refuses the edge, with the text.
   * @param options Time limit and signal.
   * @returns When the gateway asks here.
   * @throws {FrontierError} If the gateway did not confirm it.
   * @throws {TypeError} If it is no function.
   */
  async registerEdgeOnline(
    onOnline: (event: EdgeEvent) => void | PromiseLike<void>,
    options?: OperationOptions,
  ): Promise<void> {
    await this.register(EDGE_ONLINE, edgeEventHandler(onOnline), options);
  }

  /**
   * Hears of edges that are gone. Of several services that do, one hears of each
   * edge, perhaps another one than heard that it was online.
   *
   * @param onOffline Gets the edge.
   * @param options Time limit and signal.
   * @returns When the gateway asks here.
   * @throws {FrontierError} If the gateway did not confirm it.
   * @throws {TypeError} If it is no function.
   */
  async registerEdgeOffline(
    onOffline: (event: EdgeEvent) => void | PromiseLike<void>,
    options?: OperationOptions,
  ): Promise<void> {
    await this.register(EDGE_OFFLINE, edgeEventHandler(onOffline), options);
  }
}

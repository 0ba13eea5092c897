/**
 * Edges.
 *
 * @module
 */

import type {
  CallOptions,
  OpenStreamOptions,
  Payload,
  PublishOptions,
  Reply,
  Stream,
} from "@frontier/endpoint";
import { payloadBytes } from "@frontier/endpoint/internal";
import { loadTracer } from "@frontier/platform/trace";
import { Connector } from "./connection/connector.ts";
import { Endpoint } from "./endpoint.ts";
import type { EdgeOptions } from "./options.ts";

/** Where gateways listen for edges. */
const EDGE_PORT = 30_012;

/**
 * An edge: a device or an agent. It calls methods and publishes to
 * topics of services, opens streams to services by name, and answers what
 * services ask of it.
 *
 * @example Call a service and answer one
 * ```ts
 * import { Edge } from "@frontier/client";
 *
 * async function run(): Promise<string> {
 *   await using edge = await Edge.connect({ meta: "sensor-7" });
 *   await edge.register("temperature", () => "21.5");
 *   await edge.publish("started", "sensor-7 is up");
 *   const reply = await edge.call("config", "sensor-7", { timeoutMs: 5_000 });
 *   return reply.text();
 * }
 * ```
 *
 * @example What fails says why
 * ```ts
 * import { Edge, FrontierError } from "@frontier/client";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const unreachable = () => {
 *   throw new Error("Cannot connect: the cable is pulled");
 * };
 * try {
 *   await Edge.connect({ dial: unreachable });
 *   throw new Error("Connected without a gateway");
 * } catch (error) {
 *   assert(error instanceof FrontierError);
 *   assertEquals(error.code, "not-connected");
 *   assertEquals(error.retryable, true);
 * }
 * ```
 */
export class Edge extends Endpoint {
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
   * @returns The edge; its methods are routable and it can be called.
   * @throws {FrontierError} If the first connect fails: `not-connected`,
   * `refused` with the gateway's reason, `timeout`, or `canceled`; `protocol` or
   * `force-closed` where no gateway answers at that port.
   * @throws {TypeError} If an option is unknown or has no such type.
   * @throws {RangeError} If a number makes no sense.
   */
  static async connect(options: EdgeOptions = {}): Promise<Edge> {
    const meta = options.meta === undefined
      ? undefined
      : payloadBytes(options.meta);
    const connector = new Connector(
      { name: "edge", port: EDGE_PORT, meta, tailed: false, hooks: [] },
      options,
      await loadTracer(),
    );
    const edge = new Edge(connector);
    await connector.start();
    return edge;
  }

  /**
   * The id the gateway gave this edge. It changes with a reconnect unless a
   * service maps the meta of the edge to a stable id.
   */
  get edgeId(): bigint {
    return this.#connector.id;
  }

  /**
   * Calls a method of the service that the gateway chooses among those that
   * registered it.
   *
   * @param method Its name, as services registered it.
   * @param data Bytes, or text that is sent as UTF-8: some 7.8 MB at most, for
   * they take a third more on the wire, and a frame has 10 MiB; nothing by default.
   * @param options Time limit, signal and custom bytes.
   * @returns The response.
   * @throws {FrontierError} `rpc-not-online` when no service registered the
   * method, `remote` with the text of the handler's error, `timeout` and others.
   */
  call(
    method: string,
    data: Payload = "",
    options?: CallOptions,
  ): Promise<Reply> {
    return this.#connector.core.channel.call(method, data, undefined, options);
  }

  /**
   * Publishes a message to the one service or message queue that the gateway
   * chooses among those that took the topic.
   *
   * @param topic What the message is about; services and brokers say which
   * topics they take.
   * @param data Bytes, or text that is sent as UTF-8: some 7.8 MB at most, for
   * they take a third more on the wire, and a frame has 10 MiB.
   * @param options Time limit, signal and custom bytes.
   * @returns When the receiver has acknowledged it.
   * @throws {FrontierError} `topic-not-online` when nobody takes the topic,
   * `remote` with the receiver's reason, `timeout` and others.
   */
  publish(
    topic: string,
    data: Payload,
    options?: PublishOptions,
  ): Promise<void> {
    return this.#connector.core.channel.publish(
      topic,
      data,
      undefined,
      options,
    );
  }

  /**
   * Opens a stream to a service.
   *
   * @param service The name of the service.
   * @param options Time limit, signal and meta.
   * @returns The stream.
   * @throws {FrontierError} `service-not-online` when there is none of that
   * name. The original gateway opens the stream and lets it end at once, or
   * never, instead.
   */
  openStream(service: string, options?: OpenStreamOptions): Promise<Stream> {
    return this.#connector.core.openStream(service, options);
  }
}

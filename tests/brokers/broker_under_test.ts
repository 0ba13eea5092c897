/**
 * What the compliance suite has to know of a broker.
 *
 * @module
 */

import type { DeepPartial, MqmConfig } from "@frontier/server";
import type { Broker } from "./provision.ts";
import type { RealBroker } from "./real_broker.ts";

/** A message as an independent client finds it at the broker. */
export interface Stored {
  /** Its data. */
  readonly data: Uint8Array;
  /** Its id, from the header; empty where the broker has no headers. */
  readonly id: string;
}

/** How a broker is set up for a test. */
export interface StartOptions {
  /** TLS: `server` shows a certificate, `mutual` asks for one, too. */
  readonly tls?: "server" | "mutual";
  /** User and password that a client needs. */
  readonly auth?: readonly [user: string, password: string];
}

/** How a gateway is configured for it. */
export interface ConfigOptions {
  /** Topics it takes; the first of {@linkcode BrokerUnderTest.topics} by default. */
  readonly topics?: readonly string[];
  /** User and password the gateway has. */
  readonly auth?: readonly [user: string, password: string];
  /** Whose authority the gateway trusts. */
  readonly ca?: "right" | "wrong";
  /** Whether the gateway has a certificate to show. */
  readonly client?: boolean;
}

/** A broker that is running for a test. */
export interface Running extends AsyncDisposable {
  /** The process, to be killed and frozen. */
  readonly process: RealBroker;
}

/** One way to publish to one kind of broker. */
export interface BrokerUnderTest<Server extends Running = Running> {
  /** What to call it. */
  readonly name: string;
  /** What has to be installed. */
  readonly program: Broker;
  /** Whether an acknowledged message outlives a SIGKILL of the broker. */
  readonly durable: boolean;
  /** Whether the messages of an edge to a topic keep their order. */
  readonly ordered: boolean;
  /** Whether it takes messages of 0 bytes. */
  readonly empty: boolean;
  /** Topics that work, the ordinary one first. */
  readonly topics: readonly string[];
  /** Topics that a configuration is refused for. */
  readonly refusedTopics: readonly string[];
  /** Bytes of data that surely are too many with one more. */
  readonly maxBytes: number;
  /** Starts it. */
  start(options?: StartOptions): Promise<Server>;
  /** The part of a gateway's configuration. */
  config(server: Server, options?: ConfigOptions): DeepPartial<MqmConfig>;
  /** Makes a topic ready where somebody has to before anything is published. */
  prepare?(server: Server, topics: readonly string[]): Promise<void>;
  /** Reads everything that was stored under a topic, with a client that nobody here wrote. */
  readonly readBack:
    | ((server: Server, topic: string) => Promise<Stored[]>)
    | undefined;
  /** Hears what is published from now on, where the broker keeps nothing. */
  listen?(
    server: Server,
    topic: string,
  ): Promise<AsyncDisposable & { readonly stored: readonly Stored[] }>;
  /** Fills the broker: from now on it refuses messages to the topic; `undefined` where a broker cannot be full. */
  readonly fill:
    | ((server: Server, topic: string) => Promise<void>)
    | undefined;
}

/**
 * The connection to a directory, on an endpoint of our own.
 *
 * @module
 */

import {
  CLUSTER_FEATURES,
  METHOD_EVICT,
  METHOD_RESYNC,
  REPORT_METHODS,
} from "@frontier/proto/cluster";
import {
  FrontierError,
  LINK_SETTINGS,
  type LinkSettings,
  Timer,
  type Timers,
} from "@frontier/proto/internal";
import type { PeerAddress, Transport } from "@frontier/platform";
import { Connection, EndpointCore } from "@frontier/endpoint/internal";
import type { ClusterLink, ClusterRequests } from "./cluster_link.ts";

/** Milliseconds that the directory has for an answer: it asks a store, which may be slow. */
const ANSWER_MS = 20_000;
/** Milliseconds that a directory of the original's has to register its methods. */
const REGISTER_MS = 5_000;
/** Milliseconds that the end of a connection may take. */
const CLOSE_MS = 1_000;

const SETTINGS: LinkSettings = {
  ...LINK_SETTINGS,
  features: CLUSTER_FEATURES,
  // A gateway that is dead is to be known as dead before its edges are missed.
  heartbeatSeconds: 5,
};

/** What {@linkcode openEndpointLink} needs. */
export interface EndpointLinkOptions {
  /** The bytes; the link closes it. */
  readonly transport: Transport;
  /** Returns what we say about ourselves, once our end of the connection is known. */
  readonly introduce: (local: PeerAddress) => Uint8Array;
  /** Hears what the directory asks. */
  readonly requests: ClusterRequests;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Gives up when aborted. */
  readonly signal: AbortSignal;
}

/**
 * Introduces the gateway to a directory, and waits until that can be reported
 * to: a directory of the original's registers its methods after the handshake.
 *
 * @param options What is needed.
 * @returns The link.
 * @throws {Error} If the directory refuses, or does not answer in time.
 */
export async function openEndpointLink(
  options: EndpointLinkOptions,
): Promise<ClusterLink> {
  const link = new EndpointLink(options);
  try {
    await link.open(options.signal);
    return link;
  } catch (error) {
    await link.close(false);
    throw error;
  }
}

class EndpointLink implements ClusterLink {
  readonly closed: Promise<string>;
  readonly goingAway: Promise<void>;
  readonly #core: EndpointCore;
  readonly #connection: Connection;
  readonly #timers: Timers;
  readonly #cut = Promise.withResolvers<string>();
  readonly #registered = new Set<string>();
  #onRegistered = () => {};
  #over = false;

  constructor(options: EndpointLinkOptions) {
    const { transport, introduce, requests } = options;
    this.#timers = options.timers;
    this.#core = new EndpointCore({
      timeoutMs: ANSWER_MS,
      methods: {
        [METHOD_EVICT]: ({ data }) => {
          requests.evict(data);
          return "";
        },
        [METHOD_RESYNC]: () => {
          requests.resync();
          return "";
        },
      },
      onRegister: (method) => {
        this.#registered.add(method);
        this.#onRegistered();
      },
    });
    const meta = introduce(transport.localAddr);
    this.#connection = Connection.connect(transport, SETTINGS, this.#core, {
      meta,
      wantedId: 0n,
    });
    this.goingAway = this.#connection.goingAway;
    this.closed = Promise.race([
      this.#cut.promise,
      this.#connection.closed.then(({ message }) => message),
    ]);
  }

  get ours(): boolean {
    return this.#connection.link.cluster;
  }

  get over(): boolean {
    return this.#over || this.#connection.closeReason !== undefined;
  }

  async open(signal: AbortSignal): Promise<void> {
    const stopped = Promise.withResolvers<never>();
    stopped.promise.catch(() => {});
    const onAbort = () => stopped.reject(signal.reason);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    try {
      await Promise.race([this.#connection.opened, stopped.promise]);
      this.#core.use(this.#connection);
      if (!this.ours) await Promise.race([this.#methods(), stopped.promise]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  async call(method: string, data: Uint8Array): Promise<Uint8Array> {
    try {
      const reply = await this.#core.channel.call(
        method,
        data,
        undefined,
        undefined,
      );
      return reply.data;
    } catch (error) {
      if (error instanceof FrontierError && error.code === "timeout") {
        this.cut(`no answer to ${method} within ${ANSWER_MS / 1_000} s`);
      }
      throw error;
    }
  }

  async close(farewell: boolean): Promise<void> {
    const { link } = this.#connection;
    if (farewell && link.farewell && link.usable) {
      link.sendFarewell("going-away");
    }
    this.#over = true;
    await this.#connection.close(CLOSE_MS);
    this.#core.close();
  }

  cut(reason: string): void {
    this.#over = true;
    this.#cut.resolve(reason);
  }

  /** Waits until all methods are there: of some of its links the original installs the first one only. */
  async #methods(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = new Timer(() => {
      const missing = REPORT_METHODS.filter((name) =>
        !this.#registered.has(name)
      );
      reject(
        new Error(
          `Cannot report to the directory: it has not registered ${
            missing.join(", ")
          } within ${REGISTER_MS / 1_000} s`,
        ),
      );
    });
    this.#onRegistered = () => {
      if (REPORT_METHODS.every((name) => this.#registered.has(name))) resolve();
    };
    this.#onRegistered();
    this.#timers.set(timer, this.#timers.now() + REGISTER_MS);
    try {
      await Promise.race([
        promise,
        this.#connection.closed.then((reason) => Promise.reject(reason)),
      ]);
    } finally {
      this.#timers.clear(timer);
    }
  }
}

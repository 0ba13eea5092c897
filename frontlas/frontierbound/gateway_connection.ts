/**
 * The connection of one gateway.
 *
 * @module
 */

import type { Timers } from "@frontier/proto";
import {
  CLUSTER_FEATURES,
  decodeFrontierMeta,
  decodeReport,
  encodeEvictions,
  type Eviction,
  METHOD_EVICT,
  METHOD_HELLO,
  METHOD_PRESENCE,
  METHOD_RESYNC,
  REPORT_METHODS,
} from "@frontier/proto/cluster";
import {
  type CloseReason,
  FAREWELL_REASONS,
  FrontierError,
  LINK_SETTINGS,
  type LinkSettings,
} from "@frontier/proto/internal";
import { formatAddress, type PeerAddress } from "@frontier/platform";
import type { EndpointLimits, Handler } from "@frontier/endpoint";
import {
  Connection,
  EndpointCore,
  type Transport,
} from "@frontier/endpoint/internal";
import type { GatewayLink } from "../presence/gateway_link.ts";
import { GoSession } from "../presence/go_session.ts";
import { OurSession } from "../presence/our_session.ts";
import type { Presence } from "../presence/presence.ts";

/** Milliseconds that a gateway has to answer. */
const ANSWER_MS = 10_000;
/** Milliseconds that a Go gateway has to confirm our methods. */
const REGISTER_MS = 20_000;
/** Milliseconds that the end of a connection may take. */
const CLOSE_MS = 2_000;

/** Bytes of answers that a gateway may leave unread while it reports more. */
const MAX_UNREAD = 1_048_576;

/** Reports are small; a reader who is slower than the store is paused long before these. */
const LIMITS: Partial<EndpointLimits> = {
  handlers: 1_024,
  requests: 1_024,
  requestBytes: 4_194_304,
  messages: 1,
  messageBytes: 1_024,
  outboxBytes: 4_194_304,
  unacceptedStreams: 1,
};

/** How connections of gateways are set up, of all of one port. */
export interface GatewaySettings {
  /** Milliseconds a handshake may take, at most. */
  readonly handshakeTimeoutMs: number;
  /** Payload bytes of one frame, at most. */
  readonly maxFrameBytes: number;
}

/**
 * Makes the settings of the connections with gateways.
 *
 * @param settings What is configured.
 * @returns All that a link needs to know.
 */
export function gatewayLinkSettings(settings: GatewaySettings): LinkSettings {
  return {
    ...LINK_SETTINGS,
    features: CLUSTER_FEATURES,
    handshakeTimeoutMs: settings.handshakeTimeoutMs,
    maxPayload: settings.maxFrameBytes,
    // There is nothing to open a stream for.
    maxSessions: 2,
    writeStallMs: 30_000,
  };
}

/** What a {@linkcode GatewayConnection} needs. */
export interface GatewayConnectionOptions {
  /** Its bytes. */
  readonly transport: Transport;
  /** Where it comes from. */
  readonly address: PeerAddress;
  /** What was read of it already; it is valid during the call only. */
  readonly first: Uint8Array | undefined;
  /** When its handshake must be complete, in milliseconds of the clock. */
  readonly deadlineAt: number | undefined;
  /** Sizes and times. */
  readonly settings: LinkSettings;
  /** Decides about it. */
  readonly presence: Presence;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Gives the id of the connection. */
  readonly nextId: () => bigint;
  /** Called when its bytes have stopped. */
  readonly onReleased: () => void;
}

/**
 * A connection from its first byte to its last: an endpoint with the methods
 * that gateways call, and the link that {@linkcode Presence} sees.
 */
export class GatewayConnection implements GatewayLink {
  /** @inheritdoc */
  readonly address: string;
  readonly #presence: Presence;
  readonly #core: EndpointCore;
  readonly #connection: Connection;
  #session: OurSession | GoSession | undefined = undefined;

  /**
   * Begins with a connection that has said nothing, or little.
   *
   * @param options What it needs.
   */
  constructor(options: GatewayConnectionOptions) {
    const { presence, transport, settings, timers } = options;
    this.address = formatAddress(options.address);
    this.#presence = presence;
    // Installed before the handshake is answered: a gateway may call at once.
    this.#core = new EndpointCore({
      limits: LIMITS,
      timeoutMs: ANSWER_MS,
      methods: this.#methods(),
    });
    this.#connection = Connection.accept(
      transport,
      settings,
      this.#core,
      (meta) => this.#admit(meta, options.nextId),
      {
        timers,
        first: options.first,
        deadlineAt: options.deadlineAt,
        maxUnread: MAX_UNREAD,
        onReleased: options.onReleased,
        onHeartbeat: () => this.#session?.alive(),
      },
    );
    this.#connection.opened.then(() => this.#onOpened(), () => {});
    void this.#connection.closed.then(() => this.#onClosed());
  }

  /** @inheritdoc */
  get ours(): boolean {
    return this.#connection.link.cluster;
  }

  /** @inheritdoc */
  get over(): boolean {
    const { state } = this.#connection.link;
    return state === "closing" || state === "closed";
  }

  /** Whether it was let in. */
  get admitted(): boolean {
    return this.#session !== undefined && !this.over;
  }

  /** Resolved when it is over. */
  get closed(): Promise<unknown> {
    return this.#connection.closed;
  }

  /** @inheritdoc */
  async evict(evictions: readonly Eviction[]): Promise<void> {
    await this.#call(METHOD_EVICT, encodeEvictions(evictions));
  }

  /** @inheritdoc */
  async resync(): Promise<void> {
    await this.#call(METHOD_RESYNC, new Uint8Array(0));
  }

  /** @inheritdoc */
  pause(): void {
    this.#connection.link.pause();
  }

  /** @inheritdoc */
  resume(): void {
    this.#connection.link.resume();
  }

  /** Tells a gateway of ours to go elsewhere; it is served as before. */
  tellGoingAway(): void {
    this.#connection.link.sendFarewell("going-away");
  }

  /** @inheritdoc */
  end(reason: CloseReason): void {
    const { link } = this.#connection;
    const farewell = FAREWELL_REASONS.find((known) => known === reason.kind);
    if (farewell !== undefined) link.sendFarewell(farewell);
    link.close(reason);
  }

  /**
   * Ends it at once.
   *
   * @param reason Why.
   */
  cut(reason: CloseReason): void {
    this.#connection.link.fail(reason);
    void this.#connection.close(CLOSE_MS);
  }

  async #call(method: string, data: Uint8Array): Promise<void> {
    await this.#core.channel.call(method, data, undefined, undefined);
  }

  #methods(): Record<string, Handler> {
    const methods: Record<string, Handler> = {};
    for (const method of REPORT_METHODS) {
      methods[method] = ({ data }) => {
        const session = this.#admitted();
        const report = this.#read(() => decodeReport(method, data));
        if (session instanceof GoSession) return session.report(report);
        throw this.#rejected(`Cannot take ${method}: this link takes batches`);
      };
    }
    return methods;
  }

  #admitted(): OurSession | GoSession {
    if (this.#session !== undefined) return this.#session;
    throw this.#rejected("Cannot take a call: the gateway is not admitted yet");
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      this.#presence.tally.rejected++;
      throw error;
    }
  }

  #rejected(text: string): FrontierError {
    this.#presence.tally.rejected++;
    return new FrontierError("refused", text);
  }

  async #admit(meta: Uint8Array, nextId: () => bigint): Promise<bigint> {
    let introduction;
    try {
      introduction = decodeFrontierMeta(meta);
    } catch (error) {
      this.#presence.malformed(this.address, error);
      throw error;
    }
    // What came first is taken while the connection is being made.
    await Promise.resolve();
    const session = await this.#presence.admit(introduction, this);
    this.#session = session;
    if (session instanceof OurSession) {
      const { methods } = this.#core.channel;
      methods.set(
        METHOD_HELLO,
        ({ data }) => this.#read(() => session.hello(data)),
      );
      methods.set(METHOD_PRESENCE, ({ data }) => session.batch(data));
    }
    return nextId();
  }

  #onOpened(): void {
    this.#core.use(this.#connection);
    // A Go gateway need not know them, but a Go directory tells it.
    if (this.ours) return;
    this.#core.announce(this.#connection, REGISTER_MS).catch((error) => {
      this.end({
        kind: "timeout",
        text: `our methods were not confirmed: ${error.message}`,
      });
    });
  }

  #onClosed(): void {
    this.#core.forget(this.#connection);
    this.#core.close();
    const session = this.#session;
    if (session === undefined) return;
    this.#presence.ended(session, this.#endReason());
  }

  /** A gateway of ours that leaves says so; any other end of its link is one that it did not mean. */
  #endReason(): CloseReason {
    const { closeReason, farewell } = this.#connection;
    if (farewell === "going-away") {
      return { kind: "peer-closed", text: "the gateway leaves" };
    }
    const reason = closeReason ?? { kind: "lost", text: "connection lost" };
    return this.ours && reason.kind === "peer-closed"
      ? { kind: "lost", text: reason.text }
      : reason;
  }
}

/**
 * Asks services about edges.
 *
 * @module
 */

import {
  DataBody,
  emptyDataFields,
  encodeBase64,
  encodeDataBody,
  FORCE_CLOSED,
  type FrameReader,
  type Link,
  PAYLOAD_TOO_LARGE,
  Pending,
  ProtocolError,
  SHORT_BUFFER,
  Timer,
  type Timers,
  TYPE_REQUEST,
} from "@frontier/proto";
import { formatAddress } from "@frontier/platform";
import { chooseIndex, type HashBy } from "../exchange/choose.ts";
import type { EdgePeer, ServicePeer } from "../directory/peer.ts";
import type { Directory, Hook } from "../directory/directory.ts";

/** What a hook came to: the service's answer, or why there is none. */
export type HookResult =
  | { readonly value: Uint8Array; readonly error?: undefined }
  | { readonly error: string };

/** What {@linkcode Hooks} needs from outside. */
export interface HooksContext {
  /** Who is there. */
  readonly directory: Directory;
  /** How one of several services is chosen. */
  readonly hashBy: HashBy;
  /** Source of randomness, from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Milliseconds a hook may take. */
  readonly timeoutMs: number;
  /** Bytes waiting for a service above which it is asked nothing more. */
  readonly maxOutboxBytes: number;
  /** Requests to one service that may be unanswered at a time. */
  readonly maxInflightRequests: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const body = new DataBody();

class HookCall extends Pending {
  readonly #done: (result: HookResult) => void;

  constructor(done: (result: HookResult) => void) {
    super();
    this.#done = done;
  }

  override onAnswer(link: Link, frame: FrameReader): void {
    if (!body.read(frame.buf, frame.bodyStart, frame.bodyEnd)) {
      this.#done({ error: FORCE_CLOSED });
      throw new ProtocolError(
        `Cannot accept answer of service ${link.clientId}: its body is malformed`,
      );
    }
    const error = body.errorText();
    this.#done(error === "" ? { value: body.valueBytes() } : { error });
  }

  override onFail(_link: Link, reason: string): void {
    this.#done({ error: reason });
  }
}

/**
 * The three questions the gateway asks services: which id an edge gets, whether
 * it may come online, and, without waiting for consent, that it went offline.
 * Source: docs/spec/wire.md §9.4.
 */
export class Hooks {
  readonly #context: HooksContext;
  /** Offline events on their way, by edge id, with those who wait for them. */
  readonly #leaving: Map<bigint, (() => void)[]> = new Map();

  /**
   * @param context What it needs from outside.
   */
  constructor(context: HooksContext) {
    this.#context = context;
  }

  /** Offline events that no service has confirmed yet. */
  get leaving(): number {
    return this.#leaving.size;
  }

  /**
   * Asks for an edge's id.
   *
   * @param meta What the edge said of itself.
   * @param timeoutMs Milliseconds the answer may take.
   * @param done Gets the answer: 8 bytes.
   * @returns `false` when no service answers that question.
   */
  getEdgeId(
    meta: Uint8Array | undefined,
    timeoutMs: number,
    done: (result: HookResult) => void,
  ): boolean {
    const services = this.#context.directory.byHook("get_edge_id");
    if (services.length === 0) return false;
    const index = Math.floor(this.#context.random() * services.length);
    this.#call(services[index]!, "get_edge_id", meta, timeoutMs, done);
    return true;
  }

  /**
   * Announces an edge.
   *
   * @param edge The edge, with its id.
   * @param done Gets the verdict, and the service that gave it.
   * @returns `false` when nobody asks to be told.
   */
  edgeOnline(
    edge: EdgePeer,
    done: (result: HookResult, service: ServicePeer) => void,
  ): boolean {
    const service = this.#choose("edge_online", edge);
    if (service === undefined) return false;
    this.#call(
      service,
      "edge_online",
      event(edge),
      this.#context.timeoutMs,
      (result) => done(result, service),
    );
    return true;
  }

  /**
   * Tells that an edge has gone.
   *
   * @param edge The edge.
   * @param onFailed Hears why the service could not be told, or what it answered instead of consent.
   * @param to The service to tell if it still answers the hook; else one is chosen.
   */
  edgeOffline(
    edge: EdgePeer,
    onFailed: (reason: string) => void,
    to?: ServicePeer,
  ): void {
    const services = this.#context.directory.byHook("edge_offline");
    const service = to !== undefined && services.includes(to)
      ? to
      : this.#choose("edge_offline", edge);
    if (service === undefined) return;
    const { id } = edge;
    const waiting: (() => void)[] = [];
    this.#leaving.set(id, waiting);
    this.#call(
      service,
      "edge_offline",
      event(edge),
      this.#context.timeoutMs,
      ({ error }) => {
        if (error !== undefined) onFailed(error);
        if (this.#leaving.get(id) === waiting) this.#leaving.delete(id);
        for (const go of waiting) go();
      },
    );
  }

  /**
   * Runs an action when the offline event of an id has been dealt with, so that
   * it cannot overtake the next online event.
   *
   * @param id The edge id.
   * @param maxMs Longest wait in milliseconds.
   * @param action What to do.
   */
  afterOffline(id: bigint, maxMs: number, action: () => void): void {
    const waiting = this.#leaving.get(id);
    if (waiting === undefined) {
      action();
      return;
    }
    let done = false;
    const once = () => {
      if (done) return;
      done = true;
      this.#context.timers.clear(timer);
      action();
    };
    const timer = new Timer(once);
    this.#context.timers.set(timer, this.#context.timers.now() + maxMs);
    waiting.push(once);
  }

  #choose(hook: Hook, edge: EdgePeer): ServicePeer | undefined {
    const { directory, hashBy, random } = this.#context;
    const services = directory.byHook(hook);
    if (services.length === 0) return undefined;
    return services[chooseIndex(services.length, hashBy, edge, random)];
  }

  #call(
    service: ServicePeer,
    hook: Hook,
    value: Uint8Array | undefined,
    timeoutMs: number,
    done: (result: HookResult) => void,
  ): void {
    const { link } = service;
    const session = link.defaultSession;
    const request = encodeDataBody({
      ...emptyDataFields(),
      key: encoder.encode(hook),
      value,
      timeoutNs: BigInt(Math.round(timeoutMs * 1e6)),
    });
    // Edges choose the size of their meta and the moment they come: a service
    // must survive that.
    if (request.length + 8 > link.settings.maxPayload) {
      done({ error: PAYLOAD_TOO_LARGE });
      return;
    }
    if (
      link.outbox.pending >= this.#context.maxOutboxBytes ||
      link.pendingCount >= this.#context.maxInflightRequests
    ) {
      done({ error: SHORT_BUFFER });
      return;
    }
    const call = new HookCall(done);
    const endsAt = this.#context.timers.now() + timeoutMs;
    if (!link.expect(call, session, endsAt)) {
      done({ error: SHORT_BUFFER });
      return;
    }
    link.writeBody(session, TYPE_REQUEST, call.idHi, call.idLo, request);
  }
}

/** The event as Go peers expect it; the id is a bare number of up to 20 digits. */
function event(edge: EdgePeer): Uint8Array {
  const { address, meta } = edge;
  return encoder.encode(
    `{"EdgeID":${edge.id},"Meta":${
      meta === undefined ? "null" : `"${decoder.decode(encodeBase64(meta))}"`
    },"Net":${JSON.stringify(address.network)},"Str":${
      JSON.stringify(formatAddress(address))
    }}`,
  );
}

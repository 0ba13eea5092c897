/**
 * Who is connected.
 *
 * @module
 */

import type { Link, Timer } from "@frontier/proto/internal";
import {
  formatAddress,
  type Identity,
  type PeerAddress,
} from "@frontier/platform";
import type { Call, Party } from "../exchange/call.ts";
import { PeerCalls } from "../exchange/peer_calls.ts";
import type { OpeningQueue } from "../exchange/opening_queue.ts";
import type { Target } from "../exchange/target.ts";
import type { Share } from "../quota/account.ts";
import type { OutboxShares } from "../quota/outbox_shares.ts";
import type { EdgeMethods } from "./edge_methods.ts";
import type { PeerCounters } from "./peer_counters.ts";
import { PeerHolder } from "./peer_holder.ts";
import type { PeerRecord } from "./peer_record.ts";
import { methodName } from "./method_name.ts";

const NONE: readonly string[] = [];
const NOTHING = new PeerCalls();

/** An admission that is under way; `admission/edge_admission.ts` is the one there is. */
export interface Admission {
  /** The edge has gone, or is in. */
  end(): void;
}

/** A peer's connection as a target. */
export interface PeerTarget extends Target {
  /**
   * It takes nothing more; what waits is answered.
   *
   * @param reason Told to those who sent it.
   */
  close(reason: string): void;
}

/** What edges and services have in common: a connection that is asked and asks. */
export abstract class Peer implements PeerRecord, Party {
  /** @inheritdoc */
  abstract readonly kind: "edge" | "service";
  /** Its connection. */
  readonly link: Link;
  /** @inheritdoc */
  readonly address: PeerAddress;
  /** @inheritdoc */
  identity: Identity | undefined = undefined;
  /** @inheritdoc */
  readonly created: number;
  /** High half of its id. */
  idHi = 0;
  /** Low half of its id. */
  idLo = 0;
  /** Its place in the order in which its kind arrived; the newest of one id wins. */
  arrival = 0;
  /** @inheritdoc */
  meta: Uint8Array | undefined = undefined;
  /** Whether it can be routed to; false before it is admitted and once it leaves. */
  online = false;
  /** Closes the connection once the peer is old enough. */
  farewell: Timer | undefined = undefined;
  /** Its default session as a target; an edge's is made at the first call. */
  target: PeerTarget | undefined = undefined;
  /** When a stream that it sent on was given up last, in milliseconds of the clock; 0 for never. */
  gaveUpAt = 0;
  /** Bytes of the buffer its bytes are read into, beyond what an idle one has. */
  readBytes = 0;
  /** Who filled its outbox; made while much is in it. */
  trail: OutboxShares | undefined = undefined;
  /** Streams that it was asked for and has not answered; made while there are some. */
  openings: OpeningQueue<Peer> | undefined = undefined;
  #holder: PeerHolder<Peer> | undefined = undefined;
  #calls: PeerCalls | undefined = undefined;

  /**
   * @param link Its connection.
   * @param address Where it connected from.
   * @param created When, in Unix milliseconds.
   */
  constructor(link: Link, address: PeerAddress, created: number) {
    this.link = link;
    this.address = address;
    this.created = created;
  }

  /** @inheritdoc */
  get id(): bigint {
    return (BigInt(this.idHi) << 32n) | BigInt(this.idLo);
  }

  /** What stands for it in the ledger; made when it first holds something. */
  get holder(): PeerHolder<Peer> {
    return this.#holder ??= new PeerHolder(this);
  }

  /** What it asked and was asked; made at the first. */
  get calls(): PeerCalls {
    return this.#calls ??= new PeerCalls();
  }

  /** What it asked and has no answer to, as a list of its own. */
  get unanswered(): Call[] {
    return this.#calls?.all() ?? [];
  }

  /** It has gone: what is still held of it must not keep it. */
  forget(): void {
    if (this.#holder !== undefined) this.#holder.peer = undefined;
  }

  /** @inheritdoc */
  abstract readonly name: string;
  /** @inheritdoc */
  abstract readonly methods: readonly string[];
  /** @inheritdoc */
  abstract readonly topics: readonly string[];

  /** @inheritdoc */
  get features(): readonly string[] {
    return this.link.features;
  }

  /**
   * @param nowMs The wall clock in Unix milliseconds.
   * @returns What has passed over its connection.
   */
  counters(nowMs: number): PeerCounters {
    const { link } = this;
    const { callsIn, callsOut, messagesIn, messagesOut } = this.#calls ??
      NOTHING;
    const began = nowMs - link.timers.now();
    return {
      bytesIn: link.received,
      bytesOut: link.outbox.written,
      callsIn,
      callsOut,
      messagesIn,
      messagesOut,
      streams: link.sessionCount,
      lastActivityMs: began + link.activeAt,
      lastHeardMs: began + link.seenAt,
    };
  }

  /** @returns What to call it in the log. */
  describe(): string {
    return `${this.kind} ${this.id} (${formatAddress(this.address)})`;
  }
}

/** A connected edge. */
export class EdgePeer extends Peer {
  /** @inheritdoc */
  get kind(): "edge" {
    return "edge";
  }
  /** Its source address as a number, for routing by address. */
  source = 0;
  /** Its admission while that is under way. */
  admission: Admission | undefined = undefined;
  /** What is counted of its meta, if that is large. */
  metaShare: Share | undefined = undefined;
  /** The methods it has registered; made with the first, where somebody wants to know them. */
  registered: EdgeMethods | undefined = undefined;
  /** What is still to be asked about it: bits of `edgebound/standing.ts`. */
  standing = 0;

  /** @inheritdoc */
  get name(): string {
    return "";
  }

  /** @inheritdoc */
  get methods(): readonly string[] {
    return this.registered === undefined ? NONE : [...this.registered.names];
  }

  /** @inheritdoc */
  get topics(): readonly string[] {
    return NONE;
  }
}

/** A connected service. */
export class ServicePeer extends Peer {
  /** @inheritdoc */
  get kind(): "service" {
    return "service";
  }
  /** @inheritdoc */
  name = "";
  /** @inheritdoc */
  topics: readonly string[] = NONE;
  /** The methods it answers: names in base64, as text and as bytes. */
  readonly methodKeys: Map<string, Uint8Array> = new Map();
  /** Bytes of their names in base64. */
  methodBytes = 0;
  /** Its id in decimal; methods are ordered by it. */
  idText = "";
  /** Bytes counted for its names and routes. */
  namesBytes = 0;
  /** Where those are counted. */
  namesShare: Share | undefined = undefined;

  /** @inheritdoc */
  get methods(): readonly string[] {
    return [...this.methodKeys.values()].map(methodName);
  }
}

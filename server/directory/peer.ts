/**
 * Who is connected.
 *
 * @module
 */

import type { Link, Timer } from "@frontier/proto";
import { formatAddress, type PeerAddress } from "@frontier/platform";
import type { MessageLane } from "../exchange/message_lane.ts";
import type { RelayTable } from "../exchange/relay_table.ts";

/** What edges and services have in common: a connection that is asked and asks. */
export abstract class Peer {
  /** Its connection. */
  readonly link: Link;
  /** Where it connected from. */
  readonly addr: PeerAddress;
  /** High half of its id. */
  idHi = 0;
  /** Low half of its id. */
  idLo = 0;
  /** Whether it can be routed to; false before it is admitted and once it leaves. */
  online = false;
  /** Requests of this peer that wait for their answer; made at the first. */
  relays: RelayTable | undefined = undefined;
  /** Bytes it sent on streams that their receivers could not take yet. */
  heldBytes = 0;
  /** Bytes of its messages on streams that wait for a window. */
  queuedBytes = 0;
  /** Closes the connection once the peer is old enough. */
  farewell: Timer | undefined = undefined;
  /** Messages to this peer on its default session. */
  lane: MessageLane | undefined = undefined;

  /**
   * @param link Its connection.
   * @param addr Where it connected from.
   */
  constructor(link: Link, addr: PeerAddress) {
    this.link = link;
    this.addr = addr;
  }

  /** Its id. */
  get id(): bigint {
    return (BigInt(this.idHi) << 32n) | BigInt(this.idLo);
  }

  /** Messages it may have unacknowledged at a time when it has no flow control. */
  abstract readonly messageWindow: "edge" | "service";

  /** @returns What to call it in the log. */
  describe(): string {
    return `${this.messageWindow} ${this.id} (${formatAddress(this.addr)})`;
  }
}

/** A connected edge. */
export class EdgePeer extends Peer {
  /** @inheritdoc */
  readonly messageWindow = "edge";
  /** What it said of itself; `undefined` when it said nothing. */
  meta: Uint8Array | undefined = undefined;
  /** Its source address as a number, for routing by address. */
  source = 0;
  /** Ends an admission that takes too long. */
  admission: Timer | undefined = undefined;
}

/** A connected service. */
export class ServicePeer extends Peer {
  /** @inheritdoc */
  readonly messageWindow = "service";
  /** Its name. */
  name = "";
  /** The topics it takes. */
  topics: readonly string[] = [];
  /** The methods it answers: names in base64, as text and as bytes. */
  readonly methods: Map<string, Uint8Array> = new Map();
  /** Bytes of their names in base64. */
  methodBytes = 0;
  /** Its id in decimal; methods are ordered by it. */
  idText = "";
}

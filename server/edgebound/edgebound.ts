/**
 * The side of the gateway that edges connect to.
 *
 * @module
 */

import {
  type CloseReason,
  type ConnRequest,
  type FrameReader,
  type Link,
  SAYS_SERVICE,
  type Session,
  SHORT_BUFFER,
  Timer,
  type Timers,
  WRONG_PORT_PREFIX,
} from "@frontier/proto/internal";
import { addressGroup, type PeerAddress } from "@frontier/platform/internal";
import {
  EdgeAdmission,
  type EdgeAdmissionContext,
} from "../admission/edge_admission.ts";
import type { CallKind } from "../exchange/call.ts";
import type { Policies } from "../admission/policies.ts";
import { sourceNumber } from "../exchange/choose.ts";
import { RECONNECT, REPLACED } from "../exchange/ends.ts";
import {
  PeerHandler,
  type PeerHandlerContext,
} from "../exchange/peer_handler.ts";
import type { IdAllocator } from "../directory/id_allocator.ts";
import type { ReaskIds } from "../config/mod.ts";
import { EdgePeer } from "../directory/peer.ts";
import { METAS } from "../quota/kinds.ts";
import type { Ledger } from "../quota/ledger.ts";
import { CatchUp } from "./catch_up.ts";
import type { Hooks } from "./hooks.ts";
import { Presence } from "./presence.ts";
import { TOLD } from "./standing.ts";
import { isServiceMeta } from "./stray_services.ts";

const decoder = new TextDecoder();

/** What a service of ours is told; one that does not say what it is is let in. */
const FOR_EDGES =
  `${WRONG_PORT_PREFIX}this one is for edges, services connect to the servicebound port (30011 by default)`;

/** Bytes an edge may say of itself; they are kept as long as it is connected. */
const MAX_META = 1_048_576;
/** Bytes of a meta that are counted with the connection; those of larger ones are counted of their own. */
const SMALL_META = 4_096;
/** Bytes that a method of an edge costs beside its name, where methods are listed. */
const METHOD_BYTES = 512;
/** Milliseconds a service has to register its other hooks, so that ids come before announcements. */
const SETTLE_MS = 200;

/** What an {@linkcode Edgebound} needs from outside. */
export interface EdgeboundContext extends PeerHandlerContext {
  /** Asks services about edges. */
  readonly hooks: Hooks;
  /** Counts what waits. */
  readonly ledger: Ledger;
  /** Makes ids. */
  readonly ids: IdAllocator;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** The embedder's rules; `undefined` when there are none. */
  readonly policies: Policies | undefined;
  /** Whether ids are made while no service assigns them. */
  readonly allocateEdgeIds: boolean;
  /** Whether edges are refused while no service answers `edge_online`. */
  readonly requireEdgeOnline: boolean;
  /** Whose made-up ids are asked for when a service answers `get_edge_id` again. */
  readonly reaskIds: ReaskIds;
  /** Methods of an edge that are listed. */
  readonly maxMethods: number;
}

/**
 * Admits edges and handles what they send.
 *
 * An edge is entered in the directory before its ack goes out, so that it is
 * usable the moment its constructor returns. A newer connection takes over the
 * id of an older one, whose offline event is not sent then, for the edge is
 * online. Source: docs/spec/gateway.md §3.
 */
export class Edgebound extends PeerHandler<EdgePeer> {
  readonly #hooks: Hooks;
  readonly #presence: Presence;
  readonly #catchUp: CatchUp;
  readonly #admissions: EdgeAdmissionContext;
  readonly #timers: Timers;
  readonly #ledger: Ledger;
  readonly #maxMethods: number;
  readonly #settled: Timer = new Timer(() => this.#wake());
  #arrivals = 0;
  #closed = false;

  /**
   * @param context What it needs from outside.
   */
  constructor(context: EdgeboundContext) {
    super(context);
    const { directory, hooks, timers, log, reaskIds } = context;
    this.#hooks = hooks;
    this.#timers = timers;
    this.#ledger = context.ledger;
    this.#presence = new Presence({
      directory,
      hooks,
      timers,
      tally: context.tally,
      log,
    });
    this.#maxMethods = context.maxMethods;
    this.#catchUp = new CatchUp({
      directory,
      hooks,
      presence: this.#presence,
      timers,
      reaskIds,
      log,
      reconnect: (edge) => this.#reconnect(edge),
      expel: (edge, reason) => this.#expel(edge, reason),
    });
    this.#admissions = {
      directory,
      hooks,
      presence: this.#presence,
      ledger: context.ledger,
      ids: context.ids,
      policies: context.policies,
      tally: context.tally,
      allocateEdgeIds: context.allocateEdgeIds,
      requireEdgeOnline: context.requireEdgeOnline,
      log,
      admit: (edge) => this.#admit(edge),
    };
  }

  /** Offline events that services are to confirm yet, sent or not. */
  get leaving(): number {
    return this.#presence.leaving;
  }

  /** Events that services are to answer yet: while there are some, they may not know who is online. */
  get unsettled(): number {
    return this.#presence.unsettled;
  }

  /** Edges about which something is asked as soon as a service answers it. */
  get due(): number {
    return this.#catchUp.due;
  }

  /**
   * Takes a new connection.
   *
   * @param link The connection.
   * @param address Where it comes from.
   * @param created When it came, in Unix milliseconds.
   */
  attach(link: Link, address: PeerAddress, created: number): void {
    const edge = new EdgePeer(link, address, created);
    edge.source = sourceNumber(address);
    link.user = edge;
  }

  /** Services, or their hooks, have come or gone. */
  servicesChanged(): void {
    this.#hooks.servicesChanged();
    if (
      this.#closed || (this.#presence.kept === 0 && this.#catchUp.due === 0)
    ) {
      return;
    }
    this.#timers.set(this.#settled, this.#timers.now() + SETTLE_MS);
  }

  #wake(): void {
    this.#presence.wake();
    this.#catchUp.wake();
  }

  /** The gateway closes: offline events go out as fast as services read. */
  hurry(): void {
    this.#presence.wake();
    this.#hooks.hurry();
  }

  /** The last services are about to be closed: reports what they were not told, and asks nothing more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#presence.report();
    this.#catchUp.close();
    this.#timers.clear(this.#settled);
    this.strangers[Symbol.dispose]();
  }

  /** @inheritdoc */
  override onConn(link: Link, request: ConnRequest): void {
    const edge = link.user as EdgePeer;
    edge.meta = request.meta;
    edge.arrival = ++this.#arrivals;
    if (request.offered.includes(SAYS_SERVICE)) {
      this.strangers.report(
        addressGroup(edge.address),
        "Edge refused: services connect to the servicebound port",
        { peer: edge.describe() },
      );
      link.refuse(FOR_EDGES);
      return;
    }
    if (edge.meta !== undefined && edge.meta.length > MAX_META) {
      this.strangers.report(addressGroup(edge.address), "Edge refused", {
        peer: edge.describe(),
        reason: `meta of ${edge.meta.length} bytes`,
      });
      link.refuse(
        `illegal meta: ${edge.meta.length} bytes exceed ${MAX_META}`,
      );
      return;
    }
    if (!this.#countMeta(edge)) {
      edge.meta = undefined;
      link.refuse(SHORT_BUFFER);
      return;
    }
    if (edge.meta !== undefined && isServiceMeta(edge.meta)) {
      this.strangers.report(
        addressGroup(edge.address),
        "An edge introduces itself as a service does: services connect to the servicebound port",
        { peer: edge.describe() },
      );
    }
    const admission = new EdgeAdmission(this.#admissions, edge);
    edge.admission = admission;
    admission.start();
  }

  /** @inheritdoc */
  override onRegister(session: Session, frame: FrameReader): void {
    // A service may call any method of an edge; the edge itself says whether it has it.
    const { link } = session;
    if (session.isDefault && this.directory.hearsEdgeMethods) {
      this.#noteMethod(link.user as EdgePeer, frame);
    }
    link.ackRegister(session, frame.idHi, frame.idLo);
  }

  /** @inheritdoc */
  override onSession(session: Session): void {
    this.streams.openToService(session.link.user as EdgePeer, session);
  }

  /** @inheritdoc */
  protected override onCall(
    kind: CallKind,
    edge: EdgePeer,
    frame: FrameReader,
  ): void {
    this.exchange.fromEdge(kind, edge, frame);
  }

  /** @inheritdoc */
  protected override onGone(edge: EdgePeer, reason: CloseReason): void {
    this.#endAdmission(edge);
    if (edge.metaShare !== undefined) {
      this.#ledger.give(edge.metaShare, METAS, edge.meta!.length);
      edge.metaShare = undefined;
    }
    this.#forgetMethods(edge);
    // An edge whose id was taken over is online still: no offline event.
    if (!this.#remove(edge, reason)) return;
    this.log.debug("Edge offline", {
      peer: edge.describe(),
      reason: reason.text,
    });
    this.#presence.gone(edge);
  }

  /** Counts a large meta, which stays as long as the edge is connected. */
  #countMeta(edge: EdgePeer): boolean {
    const bytes = edge.meta?.length ?? 0;
    if (bytes <= SMALL_META) return true;
    const { process } = this.#ledger;
    edge.metaShare = this.#ledger.take(METAS, edge.holder, process, bytes);
    return edge.metaShare !== undefined;
  }

  /** Notes a method for those who list them, as far as there is room. */
  #noteMethod(edge: EdgePeer, frame: FrameReader): void {
    const known = edge.registered?.names;
    if (!edge.online || (known?.size ?? 0) >= this.#maxMethods) return;
    const name = decoder.decode(
      frame.buf.subarray(frame.bodyStart, frame.bodyEnd),
    );
    if (known?.has(name)) return;
    const { process } = this.#ledger;
    const bytes = METHOD_BYTES + name.length * 2;
    const share = this.#ledger.take(METAS, edge.holder, process, bytes);
    if (share === undefined) return;
    this.directory.addEdgeMethod(edge, name);
    edge.registered!.bytes += bytes;
    edge.registered!.share = share;
  }

  #forgetMethods({ registered }: EdgePeer): void {
    if (registered?.share === undefined) return;
    this.#ledger.give(registered.share, METAS, registered.bytes);
    registered.share = undefined;
    registered.bytes = 0;
  }

  #endAdmission(edge: EdgePeer): void {
    edge.admission?.end();
    edge.admission = undefined;
  }

  #admit(edge: EdgePeer): void {
    this.#endAdmission(edge);
    const older = this.directory.edge(edge.idHi, edge.idLo);
    if (older !== undefined) {
      this.#remove(older, REPLACED);
      edge.standing |= older.standing & TOLD;
      this.log.info("Edge id taken over by a newer connection", {
        peer: edge.describe(),
        older: older.describe(),
      });
    }
    this.directory.addEdge(edge);
    this.#presence.online(edge);
    this.#catchUp.admitted(edge);
    edge.link.accept(edge.idHi, edge.idLo);
    this.tally?.admitted("edge");
    this.log.debug("Edge online", { peer: edge.describe() });
    if (older !== undefined) {
      this.kick(older, REPLACED);
    }
  }

  #remove(edge: EdgePeer, reason: CloseReason): boolean {
    if (!this.directory.removeEdge(edge, reason)) return false;
    this.#catchUp.gone(edge);
    return true;
  }

  /** The edge should have another id, which it gets when it connects anew. */
  #reconnect(edge: EdgePeer): void {
    this.log.info("Edge is to reconnect, for a service gives it another id", {
      peer: edge.describe(),
    });
    this.kick(edge, RECONNECT);
  }

  /** A service refuses an edge that was let in while nobody could be asked. */
  #expel(edge: EdgePeer, reason: string): void {
    const end: CloseReason = { kind: "refused", text: `refused: ${reason}` };
    this.#remove(edge, end);
    this.log.info("Edge refused by a service that came later", {
      peer: edge.describe(),
      reason,
    });
    this.kick(edge, end);
  }
}

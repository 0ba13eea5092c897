/**
 * The side of the gateway that edges connect to.
 *
 * @module
 */

import {
  type ConnRequest,
  type FrameReader,
  ILLEGAL_EDGE_ID,
  type Link,
  SERVICE_NOT_ONLINE,
  type Session,
  TIMEOUT,
  Timer,
} from "@frontier/proto";
import type { PeerAddress } from "@frontier/platform";
import { sourceNumber } from "../exchange/choose.ts";
import {
  PeerHandler,
  type PeerHandlerContext,
} from "../exchange/peer_handler.ts";
import type { IdAllocator } from "../directory/id_allocator.ts";
import { EdgePeer, type ServicePeer } from "../directory/peer.ts";
import type { Directory } from "../directory/directory.ts";
import { Announcements } from "./announcements.ts";
import type { HookResult, Hooks } from "./hooks.ts";

/** Milliseconds both hooks of an admission may take together; the edge waits 10 s. */
const ADMISSION_MS = 8_000;
/** Bytes an edge may say of itself; they are kept as long as it is connected. */
const MAX_META = 1_048_576;
/** Milliseconds an admission waits for the offline event of the same id. */
const OFFLINE_FIRST_MS = 3_000;

/** What an {@linkcode Edgebound} needs from outside. */
export interface EdgeboundContext extends PeerHandlerContext {
  /** Who is there. */
  readonly directory: Directory;
  /** Asks services about edges. */
  readonly hooks: Hooks;
  /** Makes ids. */
  readonly ids: IdAllocator;
  /** Whether ids are made while no service assigns them. */
  readonly allocateEdgeIds: boolean;
}

/**
 * Admits edges and handles what they send.
 *
 * Admission: an id from a service that answers `get_edge_id`, else one of our
 * own; then the consent of a service that answers `edge_online`. An edge is
 * entered in the directory before its ack goes out, so that it is usable the
 * moment its constructor returns. A newer connection takes over the id of an
 * older one; the older one's offline event is dropped then, for the edge is
 * online. Source: docs/spec/gateway.md §3.
 */
export class Edgebound extends PeerHandler<EdgePeer> {
  readonly #context: EdgeboundContext;
  readonly #announcements = new Announcements();

  /**
   * @param context What it needs from outside.
   */
  constructor(context: EdgeboundContext) {
    super(context);
    this.#context = context;
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

  /** @inheritdoc */
  override onConn(link: Link, request: ConnRequest): void {
    const edge = link.user as EdgePeer;
    const { hooks, ids } = this.#context;
    edge.meta = request.meta;
    if (edge.meta !== undefined && edge.meta.length > MAX_META) {
      this.log.warn("Edge refused", {
        peer: edge.describe(),
        reason: `meta of ${edge.meta.length} bytes`,
      });
      link.refuse(
        `illegal meta: ${edge.meta.length} bytes exceed ${MAX_META}`,
      );
      return;
    }
    const until = link.timers.now() + ADMISSION_MS;
    // The id an edge claims is not looked at: it could be somebody else's.
    const asked = hooks.getEdgeId(edge.meta, ADMISSION_MS, (result) => {
      if (result.error !== undefined) link.refuse(result.error);
      else if (result.value.length !== 8) link.refuse(ILLEGAL_EDGE_ID);
      else {
        const view = new DataView(result.value.buffer, result.value.byteOffset);
        edge.idHi = view.getUint32(0);
        edge.idLo = view.getUint32(4);
        this.#announce(edge, until);
      }
    });
    if (asked) return;
    if (!this.#context.allocateEdgeIds) {
      link.refuse(SERVICE_NOT_ONLINE);
      return;
    }
    ids.next();
    edge.idHi = ids.hi;
    edge.idLo = ids.lo;
    this.#announce(edge, until);
  }

  /** @inheritdoc */
  override onRegister(link: Link, session: Session, frame: FrameReader): void {
    // A service may call any method of an edge; the edge itself says whether it has it.
    link.ackRegister(session, frame.idHi, frame.idLo);
  }

  /** @inheritdoc */
  override onSession(link: Link, session: Session): void {
    this.streams.openToService(link.user as EdgePeer, session);
  }

  /** @inheritdoc */
  protected override onOwnRequest(edge: EdgePeer, frame: FrameReader): void {
    this.exchange.edgeRequest(edge, frame);
  }

  /** @inheritdoc */
  protected override onOwnMessage(edge: EdgePeer, frame: FrameReader): void {
    this.exchange.edgeMessage(edge, frame);
  }

  /** @inheritdoc */
  protected override onGone(edge: EdgePeer, reason: string): void {
    this.#stopAdmission(edge);
    // An edge whose id was taken over is online still: no offline event.
    if (!this.#context.directory.removeEdge(edge, reason)) return;
    this.log.debug("Edge offline", { peer: edge.describe(), reason });
    this.#offline(edge);
  }

  /** Tells that an edge has gone, unless a newer connection may have its id. */
  #offline(edge: EdgePeer, to?: ServicePeer): void {
    if (this.#announcements.defer(edge, to)) return;
    this.#tellOffline(edge, to);
  }

  #tellOffline(edge: EdgePeer, to: ServicePeer | undefined): void {
    this.#context.hooks.edgeOffline(edge, (reason) => {
      this.log.warn("Service did not take an edge's offline event", {
        peer: edge.describe(),
        reason,
      });
    }, to);
  }

  /** Asks for the edge's admission, then admits it. */
  #announce(edge: EdgePeer, until: number): void {
    const { hooks, ids } = this.#context;
    const { link } = edge;
    if (edge.idHi === 0 && edge.idLo === 0) {
      ids.next();
      edge.idHi = ids.hi;
      edge.idLo = ids.lo;
    }
    hooks.afterOffline(edge.id, OFFLINE_FIRST_MS, () => {
      if (link.state !== "handshake") return;
      this.#announcements.begin(edge.id);
      const asked = hooks.edgeOnline(edge, (result, service) => {
        this.#stopAdmission(edge);
        this.#onVerdict(edge, result, service);
      });
      if (!asked) {
        this.#announcements.end(edge.id);
        this.#admit(edge);
        return;
      }
      // The verdict may be there already.
      if (link.state !== "handshake") return;
      edge.admission = new Timer(() => {
        link.refuse(TIMEOUT, edge.idHi, edge.idLo);
      });
      link.timers.set(edge.admission, until);
    });
  }

  #stopAdmission(edge: EdgePeer): void {
    if (edge.admission === undefined) return;
    edge.link.timers.clear(edge.admission);
    edge.admission = undefined;
  }

  #onVerdict(
    edge: EdgePeer,
    result: HookResult,
    service: ServicePeer | undefined,
  ): void {
    const { link } = edge;
    const { directory } = this.#context;
    const owed = this.#announcements.end(edge.id);
    if (result.error === undefined && link.state === "handshake") {
      this.#admit(edge);
      return;
    }
    if (result.error !== undefined) {
      link.refuse(result.error, edge.idHi, edge.idLo);
    }
    if (directory.edge(edge.idHi, edge.idLo) !== undefined) return;
    if (result.error === undefined) {
      // The service believes it online, but it has gone or was refused.
      this.#offline(edge, service);
    } else if (owed !== undefined) this.#tellOffline(owed.edge, owed.to);
  }

  #admit(edge: EdgePeer): void {
    const { directory } = this.#context;
    const older = directory.edge(edge.idHi, edge.idLo);
    if (older !== undefined) {
      directory.removeEdge(older, "replaced");
      this.log.info("Edge id taken over by a newer connection", {
        older: older.describe(),
        newer: edge.describe(),
      });
    }
    directory.addEdge(edge);
    this.#announcements.settle(edge.id);
    edge.link.accept(edge.idHi, edge.idLo);
    this.log.debug("Edge online", { peer: edge.describe() });
    if (older !== undefined) this.kick(older, "replaced by a newer connection");
  }
}

/**
 * The side of the gateway that services connect to.
 *
 * @module
 */

import {
  type CloseReason,
  type ConnRequest,
  type FrameReader,
  type Link,
  ProtocolError,
  SAYS_EDGE,
  type Session,
  SHORT_BUFFER,
  WRONG_PORT_PREFIX,
} from "@frontier/proto/internal";
import { addressGroup, type PeerAddress } from "@frontier/platform/internal";
import type { CallKind } from "../exchange/call.ts";
import type { Policies } from "../admission/policies.ts";
import { REPLACED } from "../exchange/ends.ts";
import {
  PeerHandler,
  type PeerHandlerContext,
} from "../exchange/peer_handler.ts";
import type { IdAllocator } from "../directory/id_allocator.ts";
import { ServicePeer } from "../directory/peer.ts";
import { METAS } from "../quota/kinds.ts";
import type { Ledger } from "../quota/ledger.ts";
import type { Directory } from "../directory/directory.ts";
import { parseServiceMeta } from "./service_meta.ts";

/** What an edge of ours is told, whatever its meta. */
const FOR_SERVICES =
  `${WRONG_PORT_PREFIX}this one is for services, edges connect to the edgebound port (30012 by default)`;

/** Bytes of all method names of one connection together, in base64. */
const MAX_METHOD_BYTES = 1_048_576;
/** Bytes that a route takes beside its name. */
const ROUTE_BYTES = 512;
/** Copies of a name in routes and tables. */
const COPIES = 4;

const decoder = new TextDecoder();

/** What a {@linkcode Servicebound} needs from outside. */
export interface ServiceboundContext extends PeerHandlerContext {
  /** Who is there. */
  readonly directory: Directory;
  /** Makes ids. */
  readonly ids: IdAllocator;
  /** The embedder's rules; `undefined` when there are none. */
  readonly policies: Policies | undefined;
  /** Methods one connection may register. */
  readonly maxMethods: number;
  /** Counts what every peer has. */
  readonly ledger: Ledger;
}

/**
 * Admits services and handles what they send. A service is routable by name and
 * topic before its ack goes out, by method before the register is confirmed. A
 * newer connection with the same id replaces the older one at once. Source: the
 * docs/spec/gateway.md §4.
 */
export class Servicebound extends PeerHandler<ServicePeer> {
  readonly #context: ServiceboundContext;
  #arrivals = 0;

  /**
   * @param context What it needs from outside.
   */
  constructor(context: ServiceboundContext) {
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
    link.user = new ServicePeer(link, address, created);
  }

  /** @inheritdoc */
  override onConn(link: Link, request: ConnRequest): void {
    const service = link.user as ServicePeer;
    service.arrival = ++this.#arrivals;
    if (request.offered.includes(SAYS_EDGE)) {
      this.#refuseEdge(service, FOR_SERVICES);
      return;
    }
    try {
      const meta = parseServiceMeta(request.meta);
      service.name = meta.service;
      service.topics = meta.topics;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#refuseEdge(service, error.message);
      return;
    }
    const { policies } = this.#context;
    if (policies === undefined) {
      this.#admit(service, request);
      return;
    }
    policies.connect(service, (refusal) => {
      // It may have gone meanwhile.
      if (link.state !== "handshake") return;
      for (const topic of service.topics) {
        refusal ??= policies.topic(service, topic);
      }
      if (refusal === undefined) this.#admit(service, request);
      else link.refuse(refusal);
    });
  }

  #refuseEdge(service: ServicePeer, reason: string): void {
    this.strangers.report(
      addressGroup(service.address),
      "Service refused: edges connect to the edgebound port",
      { peer: service.describe(), reason },
    );
    service.link.refuse(reason);
  }

  #admit(service: ServicePeer, request: ConnRequest): void {
    const { link } = service;
    const { directory, ids } = this.#context;
    const names = [service.name, ...service.topics];
    if (!this.#countNames(service, names.join("").length, names.length)) {
      link.refuse(SHORT_BUFFER);
      return;
    }
    if (request.wantedHi === 0 && request.wantedLo === 0) {
      ids.next();
      service.idHi = ids.hi;
      service.idLo = ids.lo;
    } else {
      service.idHi = request.wantedHi;
      service.idLo = request.wantedLo;
    }
    const older = directory.service(service.id);
    if (older !== undefined) {
      directory.removeService(older, REPLACED);
      this.log.info("Service id taken over by a newer connection", {
        peer: service.describe(),
        older: older.describe(),
      });
    }
    service.target = this.exchange.target(service, link.defaultSession);
    directory.addService(service);
    link.accept(service.idHi, service.idLo);
    this.tally?.admitted("service");
    this.log.debug("Service online", {
      peer: service.describe(),
      name: service.name,
      topics: service.topics,
    });
    if (older !== undefined) {
      this.kick(older, REPLACED);
    }
  }

  /** @inheritdoc */
  override onRegister(session: Session, frame: FrameReader): void {
    const { link } = session;
    const service = link.user as ServicePeer;
    // What is registered on a stream is only for that stream.
    if (session.isDefault && service.online) {
      const { directory, maxMethods } = this.#context;
      const name = frame.buf.slice(frame.bodyStart, frame.bodyEnd);
      const refusal = this.#context.policies?.register(
        service,
        decoder.decode(name),
      );
      if (refusal !== undefined) {
        link.ackRegister(session, frame.idHi, frame.idLo, refusal);
        return;
      }
      const known = service.methodKeys.has(name.toBase64());
      if (!known && !this.#countNames(service, name.length, 1)) {
        link.ackRegister(session, frame.idHi, frame.idLo, SHORT_BUFFER);
        return;
      }
      directory.addMethod(service, name);
      // Too many end the connection, and the directory forgets them all.
      if (service.methodKeys.size > maxMethods) {
        throw new ProtocolError(
          `Cannot register more than ${maxMethods} methods on one connection`,
        );
      }
      if (service.methodBytes > MAX_METHOD_BYTES) {
        throw new ProtocolError(
          `Cannot register method names of more than ${MAX_METHOD_BYTES} bytes together on one connection`,
        );
      }
    }
    link.ackRegister(session, frame.idHi, frame.idLo);
  }

  /** @inheritdoc */
  override onSession(session: Session): void {
    this.streams.openToEdge(session.link.user as ServicePeer, session);
  }

  /** @inheritdoc */
  protected override onCall(
    kind: CallKind,
    service: ServicePeer,
    frame: FrameReader,
  ): void {
    this.exchange.fromService(kind, service, frame);
  }

  /** Counts names, which stay as long as the service is connected. */
  #countNames(service: ServicePeer, bytes: number, count: number): boolean {
    const { ledger } = this.#context;
    const most = bytes * COPIES + count * ROUTE_BYTES;
    const { holder } = service;
    const share = ledger.take(METAS, holder, ledger.process, most);
    if (share === undefined) return false;
    service.namesShare = share;
    service.namesBytes += most;
    return true;
  }

  #forgetNames(service: ServicePeer): void {
    const { namesShare, namesBytes } = service;
    if (namesShare === undefined) return;
    this.#context.ledger.give(namesShare, METAS, namesBytes);
    service.namesShare = undefined;
    service.namesBytes = 0;
  }

  /** @inheritdoc */
  protected override onGone(service: ServicePeer, reason: CloseReason): void {
    this.#forgetNames(service);
    if (!this.#context.directory.removeService(service, reason)) return;
    this.log.debug("Service offline", {
      peer: service.describe(),
      reason: reason.text,
    });
  }
}

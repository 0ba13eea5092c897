/**
 * Answers "who".
 *
 * @module
 */

import { CLOSED } from "@frontier/proto/internal";
import { type Logger, NULL_LOGGER } from "@frontier/platform/log";
import {
  type DirectorySubscriber,
  Subscribers,
} from "./directory_subscriber.ts";
import type { Target } from "../exchange/target.ts";
import { EdgeMethods } from "./edge_methods.ts";
import { EdgeTable } from "./edge_table.ts";
import { methodKey } from "./method_name.ts";
import type { EdgePeer, Peer, ServicePeer } from "./peer.ts";
import { type PeerRecord, recordOf } from "./peer_record.ts";
import type { RouteSet } from "./route.ts";
import { type Hook, RouteTable } from "./route_table.ts";

export type { Hook } from "./route_table.ts";

/**
 * Everybody who can be routed to, and all routes to them. Only what is in here
 * is routable; the owner of a connection enters it before its ack goes out and
 * removes it as soon as it begins to leave. Whoever has to know what happens
 * subscribes.
 */
export class Directory {
  readonly #edges: EdgeTable;
  readonly #services: Map<bigint, ServicePeer> = new Map();
  readonly #routes: RouteTable;
  readonly #subscribers: Subscribers;

  /**
   * @param log Where to report.
   * @param salt A random 32-bit number, for what is found by names and ids that
   * peers choose.
   */
  constructor(log: Logger = NULL_LOGGER, salt = 0) {
    this.#edges = new EdgeTable(salt);
    this.#routes = new RouteTable(salt);
    this.#subscribers = new Subscribers(log);
  }

  /** Edges connected. */
  get edgeCount(): number {
    return this.#edges.size;
  }

  /** Services connected. */
  get serviceCount(): number {
    return this.#services.size;
  }

  /**
   * Tells from now on what happens, while it happens.
   *
   * @param subscriber Hears it.
   * @returns Ends the subscription.
   */
  subscribe(subscriber: DirectorySubscriber): () => void {
    return this.#subscribers.add(subscriber);
  }

  /** @returns A record of everybody who is there, services first. */
  snapshot(): PeerRecord[] {
    return [...this.#services.values(), ...this.#edges.values()].map(recordOf);
  }

  /**
   * @param hi High half of the id.
   * @param lo Low half of the id.
   * @returns The edge, if it is connected.
   */
  edge(hi: number, lo: number): EdgePeer | undefined {
    return this.#edges.get(hi, lo);
  }

  /** @returns All edges. */
  edges(): Iterable<EdgePeer> {
    return this.#edges.values();
  }

  /**
   * Enters an edge under its id. An older one with the same id must have been
   * removed.
   *
   * @param edge One that was admitted; it is online from now on.
   */
  addEdge(edge: EdgePeer): void {
    this.#edges.add(edge);
    edge.online = true;
    this.#subscribers.tell((s) => s.online?.(edge));
  }

  /**
   * Removes an edge.
   *
   * @param edge One that leaves; it is not online any more, whether it was
   * entered or not.
   * @param reason Why it goes.
   * @returns `false` if it was not entered, for example because a newer
   * connection took its id over.
   */
  removeEdge(edge: EdgePeer, reason = CLOSED): boolean {
    edge.online = false;
    if (!this.#edges.delete(edge)) return false;
    this.#subscribers.tell((s) => s.offline?.(edge, reason));
    return true;
  }

  /** Whether somebody wants to know which methods edges register; where nobody does they are not kept. */
  get hearsEdgeMethods(): boolean {
    return this.#subscribers.hearEdgeMethods;
  }

  /**
   * Notes a method of an edge, for display: a service may call any method, and
   * the edge itself says whether it has it.
   *
   * @param edge An edge that is entered.
   * @param name The method's name, as text.
   */
  addEdgeMethod(edge: EdgePeer, name: string): void {
    const { names } = edge.registered ??= new EdgeMethods();
    if (names.has(name)) return;
    names.add(name);
    this.#subscribers.tell((s) => s.edgeMethod?.(edge, name));
  }

  /**
   * @param id A service id.
   * @returns The service, if it is connected.
   */
  service(id: bigint): ServicePeer | undefined {
    return this.#services.get(id);
  }

  /** @returns All services in the order they connected. */
  services(): Iterable<ServicePeer> {
    return this.#services.values();
  }

  /**
   * Enters a service with its name and topics; it has a target. An older one
   * with the same id must have been removed.
   *
   * @param service One that was admitted; it is online from now on.
   */
  addService(service: ServicePeer): void {
    service.idText = service.id.toString();
    this.#services.set(service.id, service);
    service.online = true;
    this.#subscribers.tell((s) => s.online?.(service));
    const added = [
      this.#routes.addName(service),
      ...service.topics.map((topic) => this.#routes.addTopic(service, topic)),
    ];
    for (const route of added) {
      this.#subscribers.tell((s) => s.registered?.(route));
    }
  }

  /**
   * Removes a service with everything that led to it.
   *
   * @param service One that leaves; it is not online any more, whether it was
   * entered or not.
   * @param reason Why it goes.
   * @returns `false` if it was not entered.
   */
  removeService(service: ServicePeer, reason = CLOSED): boolean {
    service.online = false;
    if (this.#services.get(service.id) !== service) return false;
    this.#services.delete(service.id);
    const gone = [
      this.#routes.removeName(service),
      ...service.topics.map((topic) =>
        this.#routes.removeTopic(service, topic)
      ),
      ...[...service.methodKeys.values()].map((key) =>
        this.#routes.removeMethod(service, key)
      ),
    ];
    service.methodKeys.clear();
    for (const route of gone) {
      if (route === undefined) continue;
      this.#subscribers.tell((s) => s.unregistered?.(route));
    }
    this.#subscribers.tell((s) => s.offline?.(service, reason));
    return true;
  }

  /**
   * Makes a topic of a broker routable, for as long as the gateway runs.
   *
   * @param target The broker.
   * @param topic A topic by its full name.
   */
  addBrokerTopic(target: Target, topic: string): void {
    const route = this.#routes.addBrokerTopic(target, topic);
    this.#subscribers.tell((s) => s.registered?.(route));
  }

  /**
   * Makes a method of a service routable.
   *
   * @param service One that is entered.
   * @param name The method's name, as bytes: any bytes are a name.
   */
  addMethod(service: ServicePeer, name: Uint8Array): void {
    const key = methodKey(name);
    const text = new TextDecoder().decode(key);
    if (service.methodKeys.has(text)) return;
    service.methodKeys.set(text, key);
    service.methodBytes += key.length;
    const route = this.#routes.addMethod(service, key);
    this.#subscribers.tell((s) => s.registered?.(route));
  }

  /**
   * Services that answer a method.
   *
   * @param buf Where the method's name is, in base64.
   * @param start Its first character.
   * @param end After its last character.
   * @returns The routes, or `undefined` when there are none.
   */
  byMethod(buf: Uint8Array, start: number, end: number): RouteSet | undefined {
    return this.#routes.byMethod(buf, start, end);
  }

  /**
   * Services that take a topic; those that take `*` when nobody else does.
   *
   * @param buf Where the topic is, as the inside of a JSON string.
   * @param start Its first byte.
   * @param end After its last byte.
   * @returns The routes, or `undefined` when there are none.
   */
  byTopic(buf: Uint8Array, start: number, end: number): RouteSet | undefined {
    return this.#routes.byTopic(buf, start, end);
  }

  /**
   * @param name A service name.
   * @returns The routes to services of that name, or `undefined` when there are
   * none.
   */
  byName(name: string): RouteSet | undefined {
    return this.#routes.byName(name);
  }

  /**
   * @param hook Which hook.
   * @returns The services that registered it; empty when there are none.
   */
  byHook(hook: Hook): readonly ServicePeer[] {
    return this.#routes.byHook(hook)?.routes.map(({ owner }) => owner!) ?? [];
  }

  /**
   * A peer has given a sign of life.
   *
   * @param peer Anybody who is connected.
   */
  heartbeat(peer: Peer): void {
    this.#subscribers.heartbeat(peer);
  }

  /** The gateway takes no new connections. */
  draining(): void {
    this.#subscribers.tell((s) => s.draining?.());
  }
}

/**
 * Answers "who".
 *
 * @module
 */

import { encodeBase64, encodeErrorText } from "@frontier/proto";
import { BytesMap } from "./bytes_map.ts";
import type { EdgePeer, ServicePeer } from "./peer.ts";

/** The topic whose takers get what nobody else takes. */
const FALLBACK_TOPIC = "*";
/** Methods through which the gateway asks services; edges cannot call them. */
const HOOKS: readonly Hook[] = ["get_edge_id", "edge_online", "edge_offline"];

/** A method through which the gateway asks a service. */
export type Hook = "get_edge_id" | "edge_online" | "edge_offline";

const encoder = new TextEncoder();
const hookKeys = new Map(
  HOOKS.map((hook) => [methodKey(encoder.encode(hook)).text, hook]),
);

/**
 * Everybody who can be routed to: edges by id, services by id, method, topic
 * and name. Only what is in here is routable; the owner of a connection enters
 * it before its ack goes out and removes it as soon as it begins to leave.
 *
 * Candidates for a method or hook are ordered by the decimal text of the service id,
 * those for a topic or a name by the time they connected, as in the original,
 * so that old and new gateways side by side choose the same service.
 */
export class Directory {
  readonly #edges: Map<number, EdgePeer[]> = new Map();
  readonly #services: Map<bigint, ServicePeer> = new Map();
  readonly #methods = new BytesMap<ServicePeer[]>();
  readonly #topics = new BytesMap<ServicePeer[]>();
  readonly #names: Map<string, ServicePeer[]> = new Map();
  readonly #hooks: Map<Hook, ServicePeer[]> = new Map();
  #fallback: ServicePeer[] = [];
  #edgeCount = 0;

  /** Edges connected. */
  get edgeCount(): number {
    return this.#edgeCount;
  }

  /** Services connected. */
  get serviceCount(): number {
    return this.#services.size;
  }

  /**
   * @param hi High half of the id.
   * @param lo Low half of the id.
   * @returns The edge, if it is connected.
   */
  edge(hi: number, lo: number): EdgePeer | undefined {
    const list = this.#edges.get(lo);
    if (list === undefined) return undefined;
    for (let i = 0; i < list.length; i++) {
      if (list[i]!.idHi === hi) return list[i];
    }
    return undefined;
  }

  /** @returns All edges. */
  *edges(): Generator<EdgePeer, void, undefined> {
    for (const list of this.#edges.values()) yield* list;
  }

  /**
   * Enters an edge under its id. An older one with the same id must have been
   * removed.
   *
   * @param edge The edge.
   */
  addEdge(edge: EdgePeer): void {
    const list = this.#edges.get(edge.idLo);
    if (list === undefined) this.#edges.set(edge.idLo, [edge]);
    else list.push(edge);
    this.#edgeCount++;
    edge.online = true;
  }

  /**
   * Removes an edge.
   *
   * @param edge The edge.
   * @returns `false` if it was not entered, for example because a newer
   * connection took its id over.
   */
  removeEdge(edge: EdgePeer): boolean {
    edge.online = false;
    const list = this.#edges.get(edge.idLo);
    const index = list?.indexOf(edge) ?? -1;
    if (index < 0) return false;
    if (list!.length === 1) this.#edges.delete(edge.idLo);
    else list!.splice(index, 1);
    this.#edgeCount--;
    return true;
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
   * Enters a service with its name and topics. An older one with the same id
   * must have been removed.
   *
   * @param service The service.
   */
  addService(service: ServicePeer): void {
    service.idText = service.id.toString();
    this.#services.set(service.id, service);
    service.online = true;
    push(this.#names, service.name, service);
    for (const topic of service.topics) {
      if (topic === FALLBACK_TOPIC) {
        this.#fallback = [...this.#fallback, service];
      }
      for (const key of topicKeys(topic)) {
        const takers = this.#topics.get(key, 0, key.length) ?? [];
        this.#topics.set(key, [...takers, service]);
      }
    }
  }

  /**
   * Removes a service with everything that led to it.
   *
   * @param service The service.
   * @returns `false` if it was not entered.
   */
  removeService(service: ServicePeer): boolean {
    service.online = false;
    if (this.#services.get(service.id) !== service) return false;
    this.#services.delete(service.id);
    pull(this.#names, service.name, service);
    this.#fallback = this.#fallback.filter((other) => other !== service);
    for (const topic of service.topics) {
      for (const key of topicKeys(topic)) {
        const left = this.#topics.get(key, 0, key.length)
          ?.filter((other) => other !== service) ?? [];
        if (left.length === 0) this.#topics.delete(key);
        else this.#topics.set(key, left);
      }
    }
    for (const [text, key] of service.methods) {
      this.#removeMethod(service, text, key);
    }
    service.methods.clear();
    return true;
  }

  /**
   * Makes a method of a service routable.
   *
   * @param service The service.
   * @param name The method's name, as bytes: any bytes are a name.
   */
  addMethod(service: ServicePeer, name: Uint8Array): void {
    const { key, text } = methodKey(name);
    if (service.methods.has(text)) return;
    service.methods.set(text, key);
    service.methodBytes += key.length;
    const hook = hookKeys.get(text);
    if (hook !== undefined) {
      this.#hooks.set(hook, insert(this.#hooks.get(hook), service));
      return;
    }
    const others = this.#methods.get(key, 0, key.length);
    this.#methods.set(key, insert(others, service));
  }

  #removeMethod(service: ServicePeer, text: string, key: Uint8Array): void {
    const hook = hookKeys.get(text);
    if (hook !== undefined) {
      pull(this.#hooks, hook, service);
      return;
    }
    const left = this.#methods.get(key, 0, key.length)
      ?.filter((other) => other !== service) ?? [];
    if (left.length === 0) this.#methods.delete(key);
    else this.#methods.set(key, left);
  }

  /**
   * Services that answer a method.
   *
   * @param buf Where the method's name is, in base64.
   * @param start Its first character.
   * @param end After its last character.
   * @returns The candidates, or `undefined` when there are none.
   */
  byMethod(
    buf: Uint8Array,
    start: number,
    end: number,
  ): readonly ServicePeer[] | undefined {
    return this.#methods.get(buf, start, end);
  }

  /**
   * Services that take a topic; those that take `*` when nobody else does.
   *
   * @param buf Where the topic is, as the inside of a JSON string.
   * @param start Its first byte.
   * @param end After its last byte.
   * @returns The candidates, or `undefined` when there are none.
   */
  byTopic(
    buf: Uint8Array,
    start: number,
    end: number,
  ): readonly ServicePeer[] | undefined {
    return this.#topics.get(buf, start, end) ??
      (this.#fallback.length > 0 ? this.#fallback : undefined);
  }

  /**
   * @param name A service name.
   * @returns The services of that name; empty when there are none.
   */
  byName(name: string): readonly ServicePeer[] {
    return this.#names.get(name) ?? [];
  }

  /**
   * @param hook Which hook.
   * @returns The services that registered it; empty when there are none.
   */
  byHook(hook: Hook): readonly ServicePeer[] {
    return this.#hooks.get(hook) ?? [];
  }
}

/** A method's name the way requests carry it. */
function methodKey(name: Uint8Array): { key: Uint8Array; text: string } {
  const key = encodeBase64(name);
  return { key, text: new TextDecoder().decode(key) };
}

/**
 * The ways a topic may be written in JSON: with Go's escapes, and as it is
 * where JSON allows that.
 */
function topicKeys(topic: string): Uint8Array[] {
  const plain = encoder.encode(topic);
  const escaped = encodeErrorText(topic);
  const same = plain.length === escaped.length &&
    plain.every((byte, i) => byte === escaped[i]);
  const needsEscapes = plain.some((byte) =>
    byte < 0x20 || byte >= 0x80 || byte === 0x22 || byte === 0x5c
  );
  return same || needsEscapes ? [escaped] : [plain, escaped];
}

/** Adds a service to those that answer a method, in the order of their ids' text. */
function insert(
  others: readonly ServicePeer[] = [],
  service: ServicePeer,
): ServicePeer[] {
  const at = others.findIndex((other) => other.idText > service.idText);
  return at < 0 ? [...others, service] : others.toSpliced(at, 0, service);
}

function push<K>(
  map: Map<K, ServicePeer[]>,
  key: K,
  service: ServicePeer,
): void {
  map.set(key, [...map.get(key) ?? [], service]);
}

function pull<K>(
  map: Map<K, ServicePeer[]>,
  key: K,
  service: ServicePeer,
): void {
  const left = map.get(key)?.filter((other) => other !== service) ?? [];
  if (left.length === 0) map.delete(key);
  else map.set(key, left);
}

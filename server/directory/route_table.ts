/**
 * Services by what they take.
 *
 * @module
 */

import { encodeErrorText } from "@frontier/proto/internal";
import { BytesMap } from "./bytes_map.ts";
import { methodName } from "./method_name.ts";
import type { ServicePeer } from "./peer.ts";
import type { Target } from "../exchange/target.ts";
import type { Route, RouteKind, RouteSet } from "./route.ts";

/** The topic whose takers get what nobody else takes. */
const FALLBACK_TOPIC = "*";

/** A method through which the gateway asks a service. */
export type Hook = "get_edge_id" | "edge_online" | "edge_offline";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Methods through which the gateway asks services, in base64; edges cannot call them. */
const hooks: ReadonlyMap<string, Hook> = new Map(
  (["get_edge_id", "edge_online", "edge_offline"] as const).map((hook) => [
    btoa(hook),
    hook,
  ]),
);

/** A set of which the table changes the list. */
interface Routes extends RouteSet {
  routes: readonly Route[];
}

/**
 * Routes by method, topic, name and hook. Those of a method or hook are ordered
 * by the decimal text of the service id, those of a topic or a name by the time
 * they came, as in the original, so that old and new gateways side by side
 * choose the same service.
 */
export class RouteTable {
  readonly #methods: BytesMap<Routes>;
  readonly #topics: BytesMap<Routes>;
  readonly #names: Map<string, Routes> = new Map();
  readonly #hooks: Map<Hook, Routes> = new Map();
  #fallback: Routes | undefined = undefined;

  /**
   * @param salt A random 32-bit number.
   */
  constructor(salt: number) {
    this.#methods = new BytesMap(salt);
    this.#topics = new BytesMap(salt);
  }

  /**
   * @param buf Where the method's name is, in base64.
   * @param start Its first character.
   * @param end After its last character.
   * @returns Who answers it, if anybody.
   */
  byMethod(buf: Uint8Array, start: number, end: number): RouteSet | undefined {
    return this.#methods.get(buf, start, end);
  }

  /**
   * @param buf Where the topic is, as the inside of a JSON string.
   * @param start Its first byte.
   * @param end After its last byte.
   * @returns Who takes it, or takes what nobody else takes.
   */
  byTopic(buf: Uint8Array, start: number, end: number): RouteSet | undefined {
    return this.#topics.get(buf, start, end) ?? this.#fallback;
  }

  /**
   * @param name A service name.
   * @returns The services of that name, if there are any.
   */
  byName(name: string): RouteSet | undefined {
    return this.#names.get(name);
  }

  /**
   * @param hook Which hook.
   * @returns Who registered it, if anybody.
   */
  byHook(hook: Hook): RouteSet | undefined {
    return this.#hooks.get(hook);
  }

  /**
   * Enters a service's name.
   *
   * @param service One that has a target; its name may be empty.
   * @returns The route.
   */
  addName(service: ServicePeer): Route {
    const route = make("name", service.name, service);
    const set = this.#names.get(route.name);
    if (set === undefined) this.#names.set(route.name, setOf(route));
    else set.routes = [...set.routes, route];
    return route;
  }

  /**
   * Enters a topic of a service.
   *
   * @param service One that has a target.
   * @param topic One of those it named when it connected.
   * @returns The route.
   */
  addTopic(service: ServicePeer, topic: string): Route {
    return this.#addTopic(make("topic", topic, service));
  }

  /**
   * Enters a topic of a broker. Brokers come before services where they are
   * entered before the first of them connects, as in the original.
   *
   * @param target The broker.
   * @param topic A topic by its full name.
   * @returns The route.
   */
  addBrokerTopic(target: Target, topic: string): Route {
    return this.#addTopic({
      kind: "topic",
      name: topic,
      target,
      owner: undefined,
    });
  }

  #addTopic(route: Route): Route {
    const topic = route.name;
    const keys = topicKeys(topic);
    const set = this.#topics.get(keys[0]!, 0, keys[0]!.length);
    if (set !== undefined) {
      set.routes = [...set.routes, route];
      return route;
    }
    const created = setOf(route);
    for (const key of keys) this.#topics.set(key, created);
    if (topic === FALLBACK_TOPIC) this.#fallback = created;
    return route;
  }

  /**
   * Enters a method of a service, or the consent to be asked as a hook.
   *
   * @param service One that has a target.
   * @param key The method's name in base64.
   * @returns The route.
   */
  addMethod(service: ServicePeer, key: Uint8Array): Route {
    const hook = hooks.get(decoder.decode(key));
    const route = hook === undefined
      ? make("method", methodName(key), service)
      : make("hook", hook, service);
    const set = hook === undefined
      ? this.#methods.get(key, 0, key.length)
      : this.#hooks.get(hook);
    if (set !== undefined) set.routes = insert(set.routes, route);
    else if (hook !== undefined) this.#hooks.set(hook, setOf(route));
    else this.#methods.set(key, setOf(route));
    return route;
  }

  /**
   * Removes a service's name.
   *
   * @param service One whose name was entered.
   * @returns The route that is gone, if there was one.
   */
  removeName(service: ServicePeer): Route | undefined {
    const set = this.#names.get(service.name);
    const route = pull(set, service);
    if (set?.routes.length === 0) this.#names.delete(service.name);
    return route;
  }

  /**
   * Removes a topic of a service.
   *
   * @param service One whose topic was entered.
   * @param topic One of those it named when it connected.
   * @returns The route that is gone, if there was one.
   */
  removeTopic(service: ServicePeer, topic: string): Route | undefined {
    const keys = topicKeys(topic);
    const set = this.#topics.get(keys[0]!, 0, keys[0]!.length);
    const route = pull(set, service);
    if (set?.routes.length !== 0) return route;
    for (const key of keys) this.#topics.delete(key);
    if (topic === FALLBACK_TOPIC) this.#fallback = undefined;
    return route;
  }

  /**
   * Removes a method of a service.
   *
   * @param service One whose method was entered.
   * @param key The method's name in base64.
   * @returns The route that is gone, if there was one.
   */
  removeMethod(service: ServicePeer, key: Uint8Array): Route | undefined {
    const hook = hooks.get(decoder.decode(key));
    const set = hook === undefined
      ? this.#methods.get(key, 0, key.length)
      : this.#hooks.get(hook);
    const route = pull(set, service);
    if (set?.routes.length !== 0) return route;
    if (hook !== undefined) this.#hooks.delete(hook);
    else this.#methods.delete(key);
    return route;
  }
}

function make(kind: RouteKind, name: string, owner: ServicePeer): Route {
  return { kind, name, target: owner.target!, owner };
}

function setOf(route: Route): Routes {
  return { kind: route.kind, name: route.name, routes: [route] };
}

/** Adds a route in the order of the ids' text. */
function insert(others: readonly Route[], route: Route): readonly Route[] {
  const { idText } = route.owner!;
  const at = others.findIndex(({ owner }) => owner!.idText > idText);
  return at < 0 ? [...others, route] : others.toSpliced(at, 0, route);
}

/** Takes the route of a service out. */
function pull(
  set: Routes | undefined,
  service: ServicePeer,
): Route | undefined {
  const route = set?.routes.find(({ owner }) => owner === service);
  if (route !== undefined) {
    set!.routes = set!.routes.filter((other) => other !== route);
  }
  return route;
}

/**
 * The ways a topic may be written in JSON: with Go's escapes, and as it is
 * where JSON allows that.
 */
function topicKeys(topic: string): Uint8Array[] {
  // Most are written in one way only.
  if (/^[\w.\-/:# ]*$/.test(topic)) return [encoder.encode(topic)];
  const plain = encoder.encode(topic);
  const escaped = encodeErrorText(topic);
  const same = plain.length === escaped.length &&
    plain.every((byte, i) => byte === escaped[i]);
  const needsEscapes = plain.some((byte) =>
    byte < 0x20 || byte >= 0x80 || byte === 0x22 || byte === 0x5c
  );
  return same || needsEscapes ? [escaped] : [plain, escaped];
}

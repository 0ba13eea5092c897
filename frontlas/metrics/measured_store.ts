/**
 * A store whose answers are measured.
 *
 * @module
 */

import type {
  PresenceMode,
  PresenceStore,
  StoreState,
} from "../store/presence_store.ts";
import { StoreFigures } from "./store_figures.ts";

/** Passes everything on to another store, and counts it. */
export class MeasuredStore implements PresenceStore {
  /** What it has counted. */
  readonly figures: StoreFigures = new StoreFigures();
  readonly #store: PresenceStore;

  /**
   * @param store The store that is asked.
   */
  constructor(store: PresenceStore) {
    this.#store = store;
  }

  /** @inheritdoc */
  get kind(): PresenceStore["kind"] {
    return this.#store.kind;
  }

  /** @inheritdoc */
  get mode(): PresenceMode {
    return this.#store.mode;
  }

  /** @inheritdoc */
  get state(): StoreState {
    return this.#store.state;
  }

  /** @inheritdoc */
  get onState(): PresenceStore["onState"] {
    return this.#store.onState;
  }

  set onState(hear: PresenceStore["onState"]) {
    this.#store.onState = hear;
  }

  /** @inheritdoc */
  now(): number {
    return this.#store.now();
  }

  /** @inheritdoc */
  readonly ping: PresenceStore["ping"] = () =>
    this.figures.timed("ping", () => this.#store.ping());

  /** @inheritdoc */
  readonly register: PresenceStore["register"] = (introduction) =>
    this.figures.timed("register", () => this.#store.register(introduction));

  /** @inheritdoc */
  readonly renew: PresenceStore["renew"] = (session) =>
    this.figures.timed("renew", () => this.#store.renew(session));

  /** @inheritdoc */
  readonly release: PresenceStore["release"] = (session, graceMs) =>
    this.figures.timed("release", () => this.#store.release(session, graceMs));

  /** @inheritdoc */
  readonly apply: PresenceStore["apply"] = (session, events) =>
    this.figures.timed("apply", () => this.#store.apply(session, events));

  /** @inheritdoc */
  readonly touch: PresenceStore["touch"] = (session, kind, id) =>
    this.figures.timed("touch", () => this.#store.touch(session, kind, id));

  /** @inheritdoc */
  readonly remove: PresenceStore["remove"] = (session, kind, id) =>
    this.figures.timed("remove", () => this.#store.remove(session, kind, id));

  /** @inheritdoc */
  readonly members: PresenceStore["members"] = (frontierId, kind, cursor) =>
    this.figures.timed(
      "members",
      () => this.#store.members(frontierId, kind, cursor),
    );

  /** @inheritdoc */
  readonly leaveEvictions: PresenceStore["leaveEvictions"] = (
    frontierId,
    evictions,
  ) =>
    this.figures.timed(
      "evictions",
      () => this.#store.leaveEvictions(frontierId, evictions),
    );

  /** @inheritdoc */
  readonly takeEvictions: PresenceStore["takeEvictions"] = (frontierId) =>
    this.figures.timed(
      "evictions",
      () => this.#store.takeEvictions(frontierId),
    );

  /** @inheritdoc */
  readonly removeDead: PresenceStore["removeDead"] = (budget) =>
    this.figures.timed("remove_dead", () => this.#store.removeDead(budget));

  /** @inheritdoc */
  readonly frontier: PresenceStore["frontier"] = (frontierId) =>
    this.figures.timed("look_up", () => this.#store.frontier(frontierId));

  /** @inheritdoc */
  readonly frontiers: PresenceStore["frontiers"] = () =>
    this.figures.timed("list", () => this.#store.frontiers());

  /** @inheritdoc */
  readonly edge: PresenceStore["edge"] = (edgeId) =>
    this.figures.timed("look_up", () => this.#store.edge(edgeId));

  /** @inheritdoc */
  readonly edges: PresenceStore["edges"] = (edgeIds) =>
    this.figures.timed("look_up", () => this.#store.edges(edgeIds));

  /** @inheritdoc */
  readonly edgePage: PresenceStore["edgePage"] = (cursor, count) =>
    this.figures.timed("list", () => this.#store.edgePage(cursor, count));

  /** @inheritdoc */
  readonly service: PresenceStore["service"] = (serviceId) =>
    this.figures.timed("look_up", () => this.#store.service(serviceId));

  /** @inheritdoc */
  readonly servicePage: PresenceStore["servicePage"] = (cursor, count) =>
    this.figures.timed("list", () => this.#store.servicePage(cursor, count));

  /** @inheritdoc */
  readonly counts: PresenceStore["counts"] = () =>
    this.figures.timed("list", () => this.#store.counts());

  /** @inheritdoc */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
  }
}

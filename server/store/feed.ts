/**
 * What happens in the directory, for a store.
 *
 * @module
 */

import { describeError, formatAddress } from "@frontier/platform/internal";
import type { Logger } from "@frontier/platform/log";
import type { Directory } from "../directory/directory.ts";
import type { EdgePeer, Peer, ServicePeer } from "../directory/peer.ts";
import type { Route } from "../directory/route.ts";
import type { Backend, NameKind } from "./backend.ts";
import type { Work } from "./turns.ts";

/** Changes entered without a pause. */
const PIECE = 16;

/** What happened to whom, and when, in Unix milliseconds. */
type Change =
  | { readonly kind: "online" | "offline"; readonly peer: Peer }
  | {
    readonly kind: NameKind;
    readonly peer: Peer;
    readonly name: string;
    readonly atMs: number;
  };

/** What a {@linkcode Feed} needs from outside. */
export interface FeedOptions {
  /** Whose events it hears. */
  readonly directory: Directory;
  /** Where they are entered. */
  readonly backend: Backend;
  /** The wall clock in Unix milliseconds. */
  readonly wallClock: () => number;
  /** Told of the first change that waits. */
  readonly onChange: () => void;
  /** Where to report. */
  readonly log: Logger;
}

/**
 * Hears what happens in the directory, from those who are there already on. It
 * only notes who it was: whoever connects waits for nothing more. Later, a few
 * at a time, the changes are entered into the backend, in their order.
 */
export class Feed implements Disposable {
  readonly #options: FeedOptions;
  readonly #unsubscribe: () => void;
  #changes: Change[] = [];
  /** The next one to be entered. */
  #at = 0;
  /** Changes that were ever entered. */
  #entered = 0;

  /**
   * @param options What it needs from outside.
   */
  constructor(options: FeedOptions) {
    this.#options = options;
    const { directory, wallClock } = options;
    this.#unsubscribe = directory.subscribe({
      online: (peer) => this.#note({ kind: "online", peer }),
      offline: (peer) => this.#note({ kind: "offline", peer }),
      registered: (route) => this.#registered(route),
      edgeMethod: (peer, name) =>
        this.#note({ kind: "rpc", peer, name, atMs: wallClock() }),
    });
    for (const peer of directory.services()) this.#present(peer);
    for (const peer of directory.edges()) this.#present(peer);
  }

  /** Changes that wait. */
  get waiting(): number {
    return this.#changes.length - this.#at;
  }

  /** Enters all that has happened until now. */
  *apply(): Work<void> {
    const { backend } = this.#options;
    const until = this.#entered + this.waiting;
    while (this.#entered < until && this.waiting > 0) {
      backend.begin();
      try {
        for (let n = 0; n < PIECE && this.waiting > 0; n++) this.#enterNext();
      } finally {
        backend.commit();
      }
      yield;
    }
  }

  /** Hears nothing more. */
  [Symbol.dispose](): void {
    this.#unsubscribe();
    this.#changes = [];
    this.#at = 0;
  }

  #present(peer: EdgePeer | ServicePeer): void {
    this.#note({ kind: "online", peer });
    const atMs = peer.created;
    for (const name of peer.methods) {
      this.#note({ kind: "rpc", peer, name, atMs });
    }
    for (const name of peer.topics) {
      this.#note({ kind: "topic", peer, name, atMs });
    }
  }

  #registered({ kind, owner: peer, name }: Route): void {
    // A broker is nobody who is connected.
    if (kind === "name" || peer === undefined) return;
    const atMs = this.#options.wallClock();
    this.#note({ kind: kind === "topic" ? "topic" : "rpc", peer, name, atMs });
  }

  #note(change: Change): void {
    this.#changes.push(change);
    if (this.waiting === 1) this.#options.onChange();
  }

  #enterNext(): void {
    const change = this.#changes[this.#at++]!;
    this.#entered++;
    // The list is shortened now and then: nothing is moved for every change.
    if (this.#at === this.#changes.length) {
      this.#changes = [];
      this.#at = 0;
    } else if (this.#at >= 1024 && this.#at * 2 >= this.#changes.length) {
      this.#changes = this.#changes.slice(this.#at);
      this.#at = 0;
    }
    try {
      this.#enter(change);
    } catch (error) {
      // One that is not there must not keep the others out.
      this.#options.log.error("Cannot enter a change into the store", {
        peer: change.peer.describe(),
        error: describeError(error),
      });
    }
  }

  #enter(change: Change): void {
    const { backend } = this.#options;
    const { peer } = change;
    const { id } = peer;
    const edge = peer.kind === "edge";
    switch (change.kind) {
      case "online": {
        const addr = formatAddress(peer.address);
        const createdMs = peer.created;
        if (edge) backend.addEdge({ id, meta: peer.meta, addr, createdMs });
        else {
          const service = peer.name.toWellFormed();
          backend.addService({ id, service, addr, createdMs });
        }
        return;
      }
      case "offline":
        if (edge) backend.removeEdge(id);
        else backend.removeService(id);
        return;
      default: {
        const name = change.name.toWellFormed();
        if (edge) backend.addEdgeRpc(id, name, change.atMs);
        else backend.addServiceName(id, change.kind, name, change.atMs);
      }
    }
  }
}

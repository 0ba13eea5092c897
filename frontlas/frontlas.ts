/**
 * A running Frontlas.
 *
 * @module
 */

import type { PeerAddress, Timers } from "@frontier/platform";
import { Readiness } from "@frontier/platform/health";
import { describeError, type RepeatLog } from "@frontier/platform/internal";
import { Timer } from "@frontier/proto/internal";
import { checkSeconds, type DirectoryConfig } from "./config/mod.ts";
import type { Control } from "./control/control.ts";
import type { Frontierbound } from "./frontierbound/frontierbound.ts";
import type { Frontlas, FrontlasStatus } from "./frontlas_types.ts";
import type { Presence } from "./presence/presence.ts";
import type { PresenceStore } from "./store/presence_store.ts";

/** What an operator should know of a directory that is in memory. */
export const IN_MEMORY =
  'No Redis is configured, so the directory is in the memory of this process: another Frontlas does not know of it, and a restart waits for the gateways to tell everything again; set "redis" to share it';

/** More edges than this are too many to renew each record. */
const MANY_EDGES = 50_000;

/** What is wrong with a store that is down. */
const DOWN = "the store does not answer";

/** Milliseconds between two looks at how many there are. */
const LOOK_MS = 60_000;

/** What a {@linkcode RunningFrontlas} is made of. */
export interface FrontlasRooms {
  /** Its configuration. */
  readonly config: DirectoryConfig;
  /** Where the records are. */
  readonly store: PresenceStore;
  /** Decides about gateways. */
  readonly presence: Presence;
  /** The clock of every timeout. */
  readonly timers: Timers;
  /** Where it reports. */
  readonly log: RepeatLog;
}

/** A port for operators. */
interface OperatorPort extends AsyncDisposable {
  readonly addr: { readonly hostname: string; readonly port: number };
}

/** The rooms of a Frontlas, from the first to the last, and how they end. */
export class RunningFrontlas implements Frontlas {
  /** What it needs to do its work. */
  readonly readiness: Readiness = new Readiness();
  readonly #rooms: FrontlasRooms;
  readonly #hint: Timer = new Timer(() => this.#lookAtPresence());
  #frontierbound: Frontierbound | undefined = undefined;
  #control: Control | undefined = undefined;
  #observability: OperatorPort | undefined = undefined;
  #state: FrontlasStatus["state"] = "running";
  #draining: Promise<void> | undefined = undefined;
  #closing: Promise<void> | undefined = undefined;
  #reloaded: Promise<void> = Promise.resolve();

  /**
   * Puts together what nobody can connect to yet.
   *
   * @param rooms What it is made of.
   */
  constructor(rooms: FrontlasRooms) {
    this.#rooms = rooms;
    const { store } = rooms;
    this.readiness.add(
      "listeners",
      () => this.#state === "running" ? "" : this.#state,
    );
    // Until a question is asked nobody knows: the control plane asks all the time.
    this.readiness.add(
      "store",
      () => store.state === "up" ? this.#control?.problem ?? "" : DOWN,
    );
  }

  /**
   * Keeps the port of those who look the directory up.
   *
   * @param control The port, open.
   */
  show(control: Control): void {
    this.#control = control;
  }

  /** The port of those who look the directory up, once it is open. */
  get control(): Control | undefined {
    return this.#control;
  }

  /**
   * Keeps the port of gateways.
   *
   * @param frontierbound The port, open.
   */
  begin(frontierbound: Frontierbound): void {
    this.#frontierbound = frontierbound;
    if (this.#rooms.store.mode === "ttl") this.#lookLater();
  }

  /** The port of gateways, once it is open. */
  get frontierbound(): Frontierbound | undefined {
    return this.#frontierbound;
  }

  /**
   * Keeps the port for operators.
   *
   * @param port Health and metrics, open; `undefined` if it could not be opened.
   */
  observed(port: OperatorPort | undefined): void {
    this.#observability = port;
  }

  /** @inheritdoc */
  get frontierAddr(): PeerAddress {
    return this.#frontierbound!.addr;
  }

  /** @inheritdoc */
  get controlAddr(): PeerAddress | undefined {
    return this.#control?.addr;
  }

  /** @inheritdoc */
  get observabilityAddr(): PeerAddress | undefined {
    const port = this.#observability;
    return port && { network: "tcp", ...port.addr };
  }

  /** @inheritdoc */
  get status(): FrontlasStatus {
    return {
      state: this.#state,
      frontiers: this.#rooms.presence.size,
      connections: this.#frontierbound?.connections ?? 0,
      store: this.#rooms.store.kind,
      storeState: this.#rooms.store.state,
    };
  }

  /** @inheritdoc */
  get ready(): boolean {
    return this.readiness.problem === "";
  }

  /** @inheritdoc */
  reload(): Promise<void> {
    // One after the other: the last to begin is the last to read.
    const reloaded = this.#reloaded.then(() => this.#reload());
    this.#reloaded = reloaded.catch(() => {});
    return reloaded;
  }

  async #reload(): Promise<void> {
    const results = await Promise.allSettled([
      this.#frontierbound?.reload(),
      this.#control?.reload(),
    ]);
    const failures = results.flatMap((result) =>
      result.status === "rejected" ? [describeError(result.reason)] : []
    );
    if (failures.length > 0) throw new Error(failures.join("; "));
  }

  /** @inheritdoc */
  async drain(
    seconds: number = this.#rooms.config.drainSeconds,
  ): Promise<void> {
    checkSeconds("drain(seconds)", seconds);
    if (this.#state === "closed") return await this.#closing;
    this.#state = "draining";
    this.#control?.stopping();
    this.#draining ??= this.#frontierbound?.drain(seconds * 1_000);
    await this.#draining;
  }

  /** @inheritdoc */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#state = "closed";
    const { presence, store, timers, log } = this.#rooms;
    timers.clear(this.#hint);
    const frontiers = presence.size;
    // First, for gateways that go elsewhere must not be taken for dead.
    presence.close();
    await this.#frontierbound?.close();
    await presence.settled();
    await this.#control?.close();
    // The last but for the log: what gateways have told is entered before.
    store.onState = undefined;
    await store[Symbol.asyncDispose]();
    log.info("Frontlas closed", { frontiers });
    await this.#observability?.[Symbol.asyncDispose]();
    log[Symbol.dispose]();
  }

  /** Closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #lookLater(): void {
    const { timers } = this.#rooms;
    timers.set(this.#hint, timers.now() + LOOK_MS);
  }

  /** Says once when records that are renewed one by one have become many. */
  #lookAtPresence(): void {
    const edges = this.#control?.figures.cluster?.edges ?? 0;
    if (edges <= MANY_EDGES) return this.#lookLater();
    this.#rooms.log.warn(
      "Each of many edges is renewed in Redis every few seconds: set redis.presence to lease, if no Frontlas in Go shares this Redis",
      { edges },
    );
  }
}

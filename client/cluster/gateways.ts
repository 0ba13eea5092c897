/**
 * The gateways of a cluster.
 *
 * @module
 */

import { deferred, type Logger } from "@frontier/platform/internal";
import { type GatewayAddress, parseAddress } from "../connection/addresses.ts";
import type { Status } from "../connection/status.ts";
import { Gateway, type GatewayParts } from "./gateway.ts";
import type { Listed } from "./frontlas_api.ts";

/** The port of an address that names none. */
const SERVICE_PORT = 30_011;
/** Milliseconds that a connection may take to finish when another one takes its place. */
const LEAVE_MS = 30_000;

/** Addresses that cannot be used and are complained about once. */
const MOST_ILLEGAL = 1_000;

/** What the set of gateways needs. */
export interface GatewaysParts extends Omit<GatewayParts, "onStatus"> {
  /** Hears what cannot be connected to. */
  readonly log: Logger;
  /** Hears of each change of a gateway that is wanted. */
  readonly onStatus: (gateway: Gateway, status: Status) => void;
  /** Hears that a gateway is not wanted any more. */
  readonly onGone: (gateway: Gateway) => void;
}

/**
 * One connection to each gateway that Frontlas names. A gateway that is named
 * no more is kept as long as its connection holds: Frontlas may be wrong, the
 * connection is not. At another address it is connected to there first, and
 * leaves the old connection then.
 */
export class Gateways {
  readonly #parts: GatewaysParts;
  readonly #byId = new Map<string, Gateway>();
  /** Those that are not wanted any more, until what is in flight there has finished. */
  readonly #leaving = new Map<Gateway, Promise<void>>();
  /** Addresses that were complained about. */
  readonly #illegal = new Set<string>();
  /** Those who wait for any change. */
  readonly #waiting = new Set<() => void>();
  #closed = false;

  /**
   * Starts without gateways.
   *
   * @param parts What it needs.
   */
  constructor(parts: GatewaysParts) {
    this.#parts = parts;
  }

  /** All that are wanted, in the order in which they came. */
  get all(): Gateway[] {
    return [...this.#byId.values()];
  }

  /** All whose connections are not over, wanted or not. */
  get open(): Gateway[] {
    return [...this.#byId.values(), ...this.#leaving.keys()];
  }

  /** Those that operations can be sent to. */
  get ready(): Gateway[] {
    return this.all.filter((gateway) => gateway.ready);
  }

  /**
   * Finds a gateway that Frontlas has named as the place of an edge; one that
   * was not known is connected to.
   *
   * @param id Its id.
   * @param address Where services reach it.
   * @returns The gateway; `undefined` when it cannot be connected to.
   */
  find(id: string, address: string): Gateway | undefined {
    const known = this.#byId.get(id);
    if (known !== undefined || this.#closed) return known;
    return this.#add(id, address);
  }

  /**
   * Frontlas has named the gateways that are alive.
   *
   * @param listed Their addresses by their ids.
   */
  update(listed: Listed): void {
    if (this.#closed) return;
    for (const [id, address] of listed) {
      const known = this.#byId.get(id);
      if (known === undefined) this.#add(id, address);
      else {
        known.listed = true;
        if (address !== "") this.#moveTo(known, address);
      }
    }
    for (const gateway of this.all) {
      if (listed.has(gateway.id)) continue;
      gateway.listed = false;
      if (!gateway.ready) this.#remove(gateway);
    }
  }

  /**
   * Waits for the next change of any gateway.
   *
   * @returns The wait, and what ends it early.
   */
  change(): { promise: Promise<void>; forget: () => void } {
    const { promise, resolve } = deferred<void>();
    this.#waiting.add(resolve);
    return { promise, forget: () => void this.#waiting.delete(resolve) };
  }

  /**
   * Closes all connections.
   *
   * @param timeoutMs Milliseconds to wait for each gateway.
   */
  async close(timeoutMs: number): Promise<void> {
    this.#closed = true;
    const open = this.all.flatMap((gateway) =>
      gateway.successor === undefined ? [gateway] : [gateway, gateway.successor]
    );
    this.#byId.clear();
    open.push(...this.#leaving.keys());
    await Promise.all(open.map((gateway) => this.#close(gateway, timeoutMs)));
    await Promise.all(this.#leaving.values());
    this.#wake();
  }

  #add(id: string, address: string): Gateway | undefined {
    const gateway = this.#connect(id, address, this.#parts.serviceId);
    if (gateway !== undefined) this.#byId.set(id, gateway);
    return gateway;
  }

  #connect(id: string, address: string, wantedId: bigint): Gateway | undefined {
    const to = this.#read(id, address);
    if (to === undefined) return undefined;
    return new Gateway(id, { ...to, address, wantedId }, {
      ...this.#parts,
      onStatus: (gateway, status) => this.#onStatus(gateway, status),
    });
  }

  /** A gateway that has not found out its own address names none, or what is none. */
  #read(id: string, address: string): GatewayAddress | undefined {
    try {
      return parseAddress(address, SERVICE_PORT);
    } catch (error) {
      const what = `${id} ${address}`;
      if (this.#illegal.has(what)) return undefined;
      if (this.#illegal.size >= MOST_ILLEGAL) this.#illegal.clear();
      this.#illegal.add(what);
      const { message } = error as Error;
      this.#parts.log.warn("Cannot use a gateway's address", {
        frontierId: id,
        address,
        error: message,
      });
      return undefined;
    }
  }

  #moveTo(known: Gateway, address: string): void {
    const { successor } = known;
    if (address === (successor ?? known).address) return;
    if (successor !== undefined) {
      known.successor = undefined;
      void this.#close(successor, 0);
      if (address === known.address) return;
    }
    if (!known.ready) {
      this.#remove(known);
      this.#add(known.id, address);
      return;
    }
    // Where our id is in use a gateway would give up the connection that holds.
    known.successor = this.#connect(known.id, address, 0n);
  }

  #onStatus(gateway: Gateway, status: Status): void {
    if (gateway.over) return;
    const known = this.#byId.get(gateway.id);
    if (known !== gateway) {
      if (known?.successor !== gateway || status.state !== "connected") return;
      this.#replace(known, gateway);
    } else if (status.state === "disconnected") {
      if (gateway.successor !== undefined) {
        this.#replace(gateway, gateway.successor);
      } else if (!gateway.listed) this.#remove(gateway);
    }
    this.#parts.onStatus(gateway, status);
    this.#wake();
  }

  #replace(old: Gateway, next: Gateway): void {
    old.successor = undefined;
    this.#byId.set(next.id, next);
    this.#leave(old);
  }

  #remove(gateway: Gateway): void {
    this.#byId.delete(gateway.id);
    const { successor } = gateway;
    if (successor !== undefined) void this.#close(successor, 0);
    this.#leave(gateway);
    this.#wake();
  }

  #leave(gateway: Gateway): void {
    gateway.over = true;
    this.#parts.onGone(gateway);
    const left = gateway.connector.leave(LEAVE_MS);
    this.#leaving.set(gateway, left);
    void left.then(() => this.#leaving.delete(gateway));
  }

  async #close(gateway: Gateway, timeoutMs: number): Promise<void> {
    gateway.over = true;
    this.#parts.onGone(gateway);
    await gateway.connector.close(timeoutMs);
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

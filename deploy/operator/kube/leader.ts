/**
 * Leader election by a Lease: of several operators one works.
 *
 * @module
 */

import { describeError } from "@frontier/platform/internal";
import type { Logger } from "@frontier/platform/log";
import type { KubeClient } from "./client.ts";
import { type KubeObject, pathOf } from "./object.ts";
import { hasCode } from "./status_error.ts";
import { pause } from "./watch.ts";

/** A Lease. */
export interface Lease extends KubeObject {
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

/** How leadership is held. */
export interface LeaderOptions {
  readonly namespace: string;
  /** Name of the Lease. */
  readonly name: string;
  /** Who we are. */
  readonly identity: string;
  /** Milliseconds that a leader is believed in without hearing of it. @default 15_000 */
  readonly leaseMs?: number;
  /** Milliseconds between two renewals. @default 3_000 */
  readonly renewMs?: number;
  readonly log: Logger;
}

/** Takes part in the election. */
export class Leader {
  readonly #client: KubeClient;
  readonly #options: LeaderOptions;
  readonly #leaseMs: number;
  readonly #renewMs: number;
  /** What was last seen of the Lease, and when by our clock: clocks of others do not count. */
  #seen = { version: "", at: 0 };
  #leading = false;

  /**
   * @param client Who reads and writes; its requests end long before a leader is not believed in any more.
   * @param options How leadership is held.
   */
  constructor(client: KubeClient, options: LeaderOptions) {
    this.#client = client;
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? 15_000;
    this.#renewMs = options.renewMs ?? 3_000;
  }

  /** Whether it leads now. */
  get leading(): boolean {
    return this.#leading;
  }

  /**
   * Leads whenever it can, until the signal, and gives the lead away then.
   *
   * @param signal Ends it.
   * @param lead What a leader does; its signal tells that the lead is lost.
   */
  async run(
    signal: AbortSignal,
    lead: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const { identity, log } = this.#options;
    while (!signal.aborted) {
      if (!await this.#try()) {
        await pause(this.#renewMs * (0.8 + Math.random() * 0.4), signal);
        continue;
      }
      log.info("Leading", { identity });
      this.#leading = true;
      const lost = new AbortController();
      const leading = lead(AbortSignal.any([signal, lost.signal]));
      await Promise.race([leading, this.#hold(signal)]);
      this.#leading = false;
      lost.abort();
      await leading;
      if (signal.aborted) await this.#release();
      else log.warn("The lead is lost", { identity });
    }
  }

  /** Renews until the signal, or until others may think us gone. */
  async #hold(signal: AbortSignal): Promise<void> {
    let renewed = performance.now();
    // Some time before others take over, so that what is under way can end.
    const deadline = this.#leaseMs * 2 / 3;
    while (!signal.aborted) {
      await pause(this.#renewMs, signal);
      if (signal.aborted) return;
      const begun = performance.now();
      if (await this.#try()) renewed = begun;
      else if (this.#taken) return;
      if (performance.now() - renewed >= deadline) return;
    }
  }

  /** Whether somebody else holds the Lease, as far as it was seen. */
  #taken = false;

  /** Takes or renews the Lease. @returns Whether we hold it. */
  async #try(): Promise<boolean> {
    const { namespace, name, identity, log } = this.#options;
    const path = pathOf("Lease", namespace, name);
    const now = `${new Date().toISOString().slice(0, -1)}000Z`;
    const mine = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.max(1, Math.ceil(this.#leaseMs / 1000)),
      renewTime: now,
    };
    try {
      let lease: Lease;
      try {
        lease = await this.#client.get<Lease>(path);
      } catch (error) {
        if (!hasCode(error, 404)) throw error;
        await this.#client.create<Lease>(pathOf("Lease", namespace), {
          apiVersion: "coordination.k8s.io/v1",
          kind: "Lease",
          metadata: { name, namespace },
          spec: { ...mine, acquireTime: now, leaseTransitions: 0 },
        });
        this.#taken = false;
        return true;
      }
      const { spec, metadata } = lease;
      const held = spec.holderIdentity === identity;
      if (!held && spec.holderIdentity && !this.#expired(lease)) {
        this.#taken = true;
        return false;
      }
      await this.#client.replace<Lease>(path, {
        ...lease,
        metadata: {
          name,
          namespace,
          ...(metadata.resourceVersion === undefined
            ? {}
            : { resourceVersion: metadata.resourceVersion }),
        },
        spec: {
          ...mine,
          acquireTime: held ? spec.acquireTime ?? now : now,
          leaseTransitions: (spec.leaseTransitions ?? 0) + (held ? 0 : 1),
        },
      });
      this.#taken = false;
      return true;
    } catch (error) {
      // 409: somebody else was faster.
      if (!hasCode(error, 409)) {
        log.warn("The Lease of the leader cannot be written", {
          lease: `${namespace}/${name}`,
          error: describeError(error),
        });
      }
      return false;
    }
  }

  /** Whether the Lease was not renewed for as long as its holder has promised to renew it. */
  #expired({ metadata, spec }: Lease): boolean {
    const version = metadata.resourceVersion!;
    const now = performance.now();
    if (this.#seen.version !== version) {
      this.#seen = { version, at: now };
      return false;
    }
    const ms = (spec.leaseDurationSeconds ?? 0) * 1000 || this.#leaseMs;
    return now - this.#seen.at > ms;
  }

  /** Lets the next one lead at once. */
  async #release(): Promise<void> {
    const { namespace, name, identity } = this.#options;
    const path = pathOf("Lease", namespace, name);
    try {
      const lease = await this.#client.get<Lease>(path);
      if (lease.spec.holderIdentity !== identity) return;
      await this.#client.replace<Lease>(path, {
        ...lease,
        spec: { ...lease.spec, holderIdentity: "", leaseDurationSeconds: 1 },
      });
    } catch {
      // It runs out by itself.
    }
  }
}

/**
 * A gateway's membership in its cluster.
 *
 * @module
 */

import { Timer } from "@frontier/proto";
import {
  decodeEvictions,
  encodeFrontierMeta,
  type Eviction,
} from "@frontier/proto/cluster";
import type { PeerAddress } from "@frontier/platform";
import { Backoff, describeError } from "@frontier/platform/internal";
import type { Directory } from "../directory/directory.ts";
import type { Peer } from "../directory/peer.ts";
import { advertisedAddress, leadsNowhere } from "./advertised.ts";
import { BatchReporter } from "./batch_reporter.ts";
import { CallReporter } from "./call_reporter.ts";
import { ClusterClock } from "./cluster_clock.ts";
import type { ClusterLink } from "./cluster_link.ts";
import type { MembershipOptions } from "./membership_options.ts";
import { type Reporter, stampOf } from "./reporter.ts";
import { type ClusterCounts, type ClusterStatus, noCounts } from "./status.ts";

/** Pauses between attempts, drawn anew each time up to a ceiling that grows. */
const PAUSES = { minDelayMs: 50, firstDelayMs: 1_000, maxDelayMs: 5_000 };
/** Milliseconds after which a link was a good one: its loss is retried soon. */
const STABLE_MS = 5_000;
/** How a gateway is refused whose id is taken. Source: docs/spec/frontlas.md §1.3. */
const TAKEN = "frontier already set";
/** What something else than a directory causes, and one that is about to die. */
const STRANGE = /protocol error|has not registered|no answer to the handshake/;
const MEANT =
  "the port of a Frontlas for gateways, 40012 by default (frontlas.dial.addrs)";

/**
 * Keeps one link to a directory at a time, as long as the gateway runs: to one
 * of the addresses at random, to another after a loss, with pauses that grow.
 * While a link is up, a {@linkcode Reporter} tells over it who comes and goes;
 * without one nothing is kept, for the next link begins with everybody. No peer
 * ever waits for any of it.
 */
export class Membership {
  /** What is counted. */
  readonly counts: ClusterCounts = noCounts();
  readonly #options: MembershipOptions;
  readonly #clock: ClusterClock;
  readonly #backoff: Backoff;
  readonly #stop = new AbortController();
  readonly #unsubscribe: () => void;
  readonly #running: Promise<void>;
  #link: ClusterLink | undefined = undefined;
  #reporter: Reporter | undefined = undefined;
  #address: string;
  #problem = "";
  #up = false;
  #acknowledgedMs = 0;
  #serviceAddr = "";
  #edgeAddr = "";
  #farewell = false;
  /** Ends what is waited for. */
  #wake = () => {};

  /**
   * Begins to connect.
   *
   * @param options What it needs from outside.
   */
  constructor(options: MembershipOptions) {
    this.#options = options;
    const { directory, random, timers } = options;
    this.#clock = new ClusterClock(() => oldest(directory, timers.now()));
    this.#backoff = new Backoff(PAUSES, random);
    this.#address = options.addrs[0]!;
    this.#unsubscribe = directory.subscribe({
      online: (peer) => this.#reporter?.arrive(peer),
      offline: (peer) => this.#reporter?.depart(peer),
    });
    this.#running = this.#run();
  }

  /** What it is doing. */
  get status(): ClusterStatus {
    const reporter = this.#reporter;
    const closed = this.#stop.signal.aborted && this.#link === undefined;
    return {
      frontierId: this.#options.frontierId,
      state: closed ? "closed" : this.#up ? "up" : "connecting",
      problem: reporter?.problem || this.#problem,
      address: this.#address,
      kind: !this.#up ? undefined : this.#link!.ours ? "frontlas" : "go",
      serviceAddr: this.#serviceAddr,
      edgeAddr: this.#edgeAddr,
      synced: reporter?.synced ?? false,
      pending: reporter?.pending ?? 0,
      acknowledgedMs: this.#acknowledgedMs,
    };
  }

  /**
   * Tells what has happened until now, as far as there is a link and time, says
   * farewell and ends.
   *
   * @param maxMs Milliseconds that telling may take.
   */
  async close(maxMs: number): Promise<void> {
    const reporter = this.#up ? this.#reporter : undefined;
    if (reporter !== undefined) {
      const { timers } = this.#options;
      await new Promise<void>((resolve) => {
        const late = new Timer(resolve);
        timers.set(late, timers.now() + maxMs);
        void reporter.settle().then(() => {
          timers.clear(late);
          resolve();
        });
      });
    }
    this.#farewell = true;
    this.#stop.abort();
    this.#wake();
    this.#unsubscribe();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { timers, log } = this.#options;
    while (!signal.aborted) {
      this.#address = this.#pick();
      const link = await this.#connect();
      if (link !== undefined) {
        const began = timers.now();
        const reason = await this.#use(link);
        if (signal.aborted) break;
        this.#problem = reason;
        log.warn("Link to the cluster's directory is over, another is made", {
          peer: "frontlas",
          address: this.#address,
          reason,
        });
        if (timers.now() - began >= STABLE_MS) this.#backoff.reset();
      }
      if (signal.aborted) break;
      await this.#pause(this.#backoff.next());
    }
    this.#problem = "";
  }

  /** One of the addresses at random; not the one before, where there are others. */
  #pick(): string {
    const { addrs, random } = this.#options;
    const others = addrs.filter((addr) => addr !== this.#address);
    const first = this.counts.links + this.counts.failures === 0;
    const from = first || others.length === 0 ? addrs : others;
    return from[Math.floor(random() * from.length)]!;
  }

  async #connect(): Promise<ClusterLink | undefined> {
    const { dial } = this.#options;
    const { signal } = this.#stop;
    try {
      const link = await dial(this.#address, {
        introduce: (local) => this.#introduce(local),
        requests: {
          evict: (data) => this.#onEvictions(decodeEvictions(data)),
          resync: () => this.#reporter?.resync(),
        },
        signal,
      });
      if (!signal.aborted) return link;
      await link.close(false);
    } catch (error) {
      if (!signal.aborted) this.#failed(describeError(error));
    }
    return undefined;
  }

  #failed(problem: string): void {
    const { log, frontierId } = this.#options;
    this.counts.failures++;
    this.#problem = problem;
    if (problem.includes(TAKEN)) {
      log.warn(
        "The cluster's directory refuses this gateway: one with its id is connected. " +
          'Give each its own "daemon.frontier_id" or FRONTIER_ID (NODE_NAME is the same for all of one node); ' +
          "after a crash the old one's place is free within 30 s",
        { peer: "frontlas", address: this.#address, frontierId },
      );
      return;
    }
    log.warn("Cannot connect to the cluster's directory, it is tried again", {
      peer: "frontlas",
      address: this.#address,
      error: problem,
      ...(STRANGE.test(problem) && { meant: MEANT }),
    });
  }

  #introduce(local: PeerAddress): Uint8Array {
    const { frontierId, instance, servicebound, edgebound, log } =
      this.#options;
    const told = [servicebound, edgebound].map((side) => {
      const address = advertisedAddress(side, local);
      if (leadsNowhere(address, local)) {
        log.warn(
          `The cluster is told an address that others cannot reach, set "${side.key}"`,
          { peer: "frontlas", address },
        );
      }
      return address;
    });
    const [serviceAddr, edgeAddr] = told as [string, string];
    this.#serviceAddr = serviceAddr;
    this.#edgeAddr = edgeAddr;
    return encodeFrontierMeta({ frontierId, instance, serviceAddr, edgeAddr });
  }

  /** Reports over a link until it is over, which is returned with the reason. */
  async #use(link: ClusterLink): Promise<string> {
    const { signal } = this.#stop;
    this.#link = link;
    const { frontierId, directory, timers, random, statsMs, ids, log } =
      this.#options;
    const Kind = link.ours ? BatchReporter : CallReporter;
    const reporter = this.#reporter = new Kind({
      link,
      frontierId,
      directory,
      clock: this.#clock,
      timers,
      random,
      statsMs,
      counts: this.counts,
      onUp: () => this.#onUp(link),
      onAcknowledged: () => {
        this.#acknowledgedMs = this.#options.wallClock();
      },
      onNumber: (number, clock) => ids.join(number, clock),
      onEvictions: (evictions) => this.#onEvictions(evictions),
      log,
    });
    const reason = await new Promise<string>((resolve) => {
      this.#wake = () => resolve("closed");
      if (signal.aborted) this.#wake();
      void link.closed.then(resolve);
      void link.goingAway.then(() => resolve("the directory stops"));
    });
    reporter[Symbol.dispose]();
    this.#reporter = undefined;
    this.#up = false;
    await link.close(this.#farewell);
    this.#link = undefined;
    return reason;
  }

  #onUp(link: ClusterLink): void {
    this.counts.links++;
    this.#up = true;
    this.#problem = "";
    const { log, frontierId } = this.#options;
    log.info("Joined the cluster", {
      frontierId,
      directory: this.#address,
      kind: link.ours ? "frontlas" : "go",
      servicebound: this.#serviceAddr,
      edgebound: this.#edgeAddr,
    });
  }

  #onEvictions(evictions: readonly Eviction[]): void {
    const { directory, evict, log } = this.#options;
    for (const { edgeId, stamp } of evictions) {
      const edge = directory.edge(
        Number(edgeId >> 32n),
        Number(edgeId & 0xffff_ffffn),
      );
      if (edge === undefined) continue;
      const { since, seq } = stampOf(edge, this.#clock);
      // A newer connection of that id is none of the directory's business here.
      if (since !== stamp.since || seq !== stamp.seq) continue;
      if (!evict(edge)) continue;
      this.counts.evictions++;
      log.info("Edge is connected at another gateway by now", {
        peer: edge.describe(),
      });
    }
  }

  /** Waits so long, or until it is woken. */
  #pause(ms: number): Promise<void> {
    const { timers } = this.#options;
    return new Promise((resolve) => {
      const timer = new Timer(resolve);
      timers.set(timer, timers.now() + ms);
      this.#wake = () => {
        timers.clear(timer);
        resolve();
      };
    });
  }
}

/** When the oldest connection was made, in milliseconds of the clock. */
function oldest(directory: Directory, now: number): number {
  let at = now;
  const look = (peer: Peer) => {
    if (peer.link.openedAt >= 0) at = Math.min(at, peer.link.openedAt);
  };
  for (const service of directory.services()) look(service);
  for (const edge of directory.edges()) look(edge);
  return at;
}

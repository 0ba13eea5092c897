/** Edges that come and go for a while, and what is left of them. */

import { ChurnProcess, type ChurnReport } from "./churn_process.ts";
import type { Figures } from "../support/figures.ts";
import {
  GatewayProcess,
  type GatewayReport,
} from "../support/gateway_process.ts";
import { findLeaks, findLeftovers } from "./leaks.ts";
import type { Done } from "./tally.ts";

/** How to soak. */
export interface SoakOptions {
  /** Seconds edges come and go, the warm-up included. */
  readonly seconds: number;
  /** Edges at a time. */
  readonly edges: number;
  /** Hears every few seconds how it goes. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How it goes. */
export interface Progress {
  /** Seconds since the start. */
  readonly seconds: number;
  /** How the peers are. */
  readonly peers: ChurnReport;
  /** How the gateway is. */
  readonly gateway: GatewayReport;
}

/** What a process held after the warm-up and at the end. */
export interface Span {
  /** After the warm-up. */
  readonly before: Figures;
  /** At the end. */
  readonly after: Figures;
}

/** What came of it. */
export interface SoakResult {
  /** What was done. */
  readonly done: Done;
  /** The gateway's process. */
  readonly gateway: Span;
  /** The process of the edges and services. */
  readonly peers: Span;
  /** What went wrong or leaks; empty if all is well. */
  readonly failures: readonly string[];
}

/** The part of the time that is warm-up: code is compiled, pools and tables grow. */
const WARM_UP = 1 / 3;
const PROGRESS_MS = 5_000;
/** Milliseconds until everything of those that have gone is gone: an orderly close may take 2 s, a tail as long. */
const SETTLE_MS = 30_000;

/**
 * Soaks.
 *
 * @param options How long, with how many edges.
 * @returns What came of it.
 */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  await using gateway = await GatewayProcess.start();
  await using peers = await ChurnProcess.start(gateway.ports, options.edges);
  const run = new Run(gateway, peers, options);
  const warmUp = options.seconds * WARM_UP;
  await run.churn(warmUp);
  await run.settle(peers.veterans, 1);
  const before = await run.figures();
  await run.churn(options.seconds - warmUp);
  await run.settle(peers.veterans, 1);
  const after = await run.figures();
  await peers.leave();
  await run.settle(0, 0);
  const { done, failures, failed } = await peers.report();
  const more = failed - failures.length;
  return {
    done,
    gateway: { before: before.gateway, after: after.gateway },
    peers: { before: before.peers, after: after.peers },
    failures: [
      ...failures,
      ...(more > 0 ? [`${more} more failures of operations`] : []),
      ...run.failures,
      ...findLeaks("The gateway", before.gateway, after.gateway),
      ...findLeaks("The client library", before.peers, after.peers),
    ],
  };
}

class Run {
  readonly failures: string[] = [];
  readonly #gateway: GatewayProcess;
  readonly #peers: ChurnProcess;
  readonly #options: SoakOptions;
  readonly #startedAt = performance.now();

  constructor(
    gateway: GatewayProcess,
    peers: ChurnProcess,
    options: SoakOptions,
  ) {
    this.#gateway = gateway;
    this.#peers = peers;
    this.#options = options;
  }

  /** Has edges come and go. */
  async churn(seconds: number): Promise<void> {
    await this.#peers.churn();
    const end = performance.now() + seconds * 1_000;
    for (let left; (left = end - performance.now()) > 0;) {
      await pause(Math.min(left, PROGRESS_MS));
      const [peers, gateway] = await this.#look();
      this.#options.onProgress?.({
        seconds: Math.round((performance.now() - this.#startedAt) / 1_000),
        peers,
        gateway,
      });
    }
    await this.#peers.stop();
  }

  /** Waits until both sides hold what they should, and nothing else. */
  async settle(edges: number, services: number): Promise<void> {
    const end = performance.now() + SETTLE_MS;
    for (;;) {
      const [peers, gateway] = await this.#look();
      const left = findLeftovers(peers, gateway, { edges, services });
      if (left.length === 0) return;
      if (performance.now() > end) {
        this.failures.push(...left);
        return;
      }
      await pause(100);
    }
  }

  async figures(): Promise<{ gateway: Figures; peers: Figures }> {
    const [gateway, peers] = await Promise.all([
      this.#gateway.figures(),
      this.#peers.figures(),
    ]);
    return { gateway, peers };
  }

  #look(): Promise<[ChurnReport, GatewayReport]> {
    return Promise.all([this.#peers.report(), this.#gateway.status()]);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

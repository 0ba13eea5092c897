/**
 * The control plane of Frontlas.
 *
 * @module
 */

import {
  type CallFigures,
  ControlPort,
  HealthState,
  type Logger,
  type PeerAddress,
  type Token,
} from "@frontier/platform/control";
import { exposure, readTokens } from "@frontier/platform/config";
import { describeError } from "@frontier/platform/internal";
import type { ControlPlaneConfig } from "../config/types.ts";
import type { PresenceStore } from "../store/presence_store.ts";
import { type AnswerFigures, Answers, totalOf } from "./answers.ts";
import { clusterApi, type LinkedFrontiers, type Watchers } from "./cluster.ts";
import { clusterServiceApi } from "./cluster_service.ts";
import { pages } from "./documents.ts";
import { FrontierView } from "./frontier_view.ts";
import { clusterHealthApi } from "./health.ts";

/**
 * What may be under way. Whole programs live on the answers of this port: each
 * has a connection and a watch.
 */
const LIMITS = {
  connections: 4_096,
  watches: 4_096,
  waiting: 4_096,
  // Fewer than elsewhere: look-ups and what gateways tell share the thread with them.
  queries: 2,
};

/** Key of its configuration. */
const KEY = "control_plane";

/** What {@linkcode openControl} is given. */
export interface ControlOptions {
  /** Its configuration. */
  readonly config: ControlPlaneConfig;
  /** Answers that are kept at most for the time when the store is down. */
  readonly maxAnswers: number;
  /** Where the records are. */
  readonly store: PresenceStore;
  /** The gateways whose link is here. */
  readonly links: LinkedFrontiers;
  /**
   * Whether what is not recorded may be online all the same.
   * @default {() => false}
   */
  readonly catchingUp?: () => boolean;
  /** Version of this Frontlas. */
  readonly version: string;
  /** Where to report. */
  readonly log: Logger;
}

/** What the control plane counts. */
export interface ControlFigures {
  /** The calls there were. */
  readonly calls: CallFigures;
  /** How answers came about. */
  readonly answers: Readonly<AnswerFigures>;
  /** Answers that are kept for the time when the store is down. */
  readonly kept: number;
  /** Who follows the gateways. */
  readonly watchers: Readonly<Watchers>;
  /** Connections there are. */
  readonly connections: number;
  /** What the store said last of those that are alive; `undefined` before that. */
  readonly cluster:
    | { frontiers: number; edges: number; services: number; ageMs: number }
    | undefined;
}

/** A running control plane. */
export interface Control extends AsyncDisposable {
  /** Where it listens. */
  readonly addr: PeerAddress;
  /** What it counts. */
  readonly figures: ControlFigures;
  /** Why it does not serve, in words; empty while it does. */
  readonly problem: string;
  /** A gateway whose link is here has come, gone or moved: watchers hear of it at once. */
  changed(): void;
  /** Tells those who ask for health that Frontlas stops; it answers as before. */
  stopping(): void;
  /**
   * Reads certificates and tokens anew.
   *
   * @throws {Error} If some cannot be used; the old ones stay in use.
   */
  reload(): Promise<void>;
  /** Lets calls under way end, ends watches, accepts no more. */
  close(): Promise<void>;
}

/**
 * Opens the control plane.
 *
 * @param options What it is given.
 * @returns The control plane, bound.
 * @throws {Error} If it cannot be bound, or a certificate or a token cannot be used.
 */
export async function openControl(options: ControlOptions): Promise<Control> {
  const control = new OpenedControl(options);
  await control.open();
  return control;
}

class OpenedControl implements Control {
  readonly #options: ControlOptions;
  readonly #answers: Answers;
  readonly #health: HealthState = new HealthState();
  readonly #watchers: Watchers = { size: 0, began: 0 };
  #view: FrontierView | undefined = undefined;
  #port: ControlPort | undefined = undefined;
  #stopping = false;
  /** Since when the store does not answer. */
  #downAt: number | undefined = undefined;

  constructor(options: ControlOptions) {
    this.#options = options;
    this.#answers = new Answers({
      store: options.store,
      maxKept: options.maxAnswers,
      catchingUp: options.catchingUp,
    });
  }

  async open(): Promise<void> {
    const { config, store, links, version, log } = this.#options;
    const tokens = this.#readTokens();
    const answers = this.#answers;
    const view = this.#view = new FrontierView({
      answers,
      onLook: (error) => this.#looked(error),
    });
    try {
      // From the first answer on it says the truth about the store.
      await view.look();
      this.#port = await ControlPort.open({
        ...config.listen,
        tokens,
        apis: [
          clusterServiceApi(answers, config.maxPageSize),
          clusterHealthApi(this.#health),
          clusterApi({
            version,
            store,
            answers,
            view,
            links,
            watchers: this.#watchers,
            downMs: () => this.#downMs,
          }),
        ],
        pages: pages(version),
        limits: LIMITS,
        health: this.#health,
        log,
      });
      const problem = exposure(config, KEY);
      if (problem !== undefined) log.warn(problem);
    } catch (error) {
      view[Symbol.dispose]();
      throw error;
    }
  }

  get addr(): PeerAddress {
    return this.#port!.addr;
  }

  get figures(): ControlFigures {
    const last = this.#answers.lastFrontiers?.value;
    return {
      calls: this.#port!.figures,
      answers: this.#answers.figures,
      kept: this.#answers.kept,
      watchers: this.#watchers,
      connections: this.#port!.connections,
      cluster: last && {
        frontiers: last.size,
        ...totalOf(last.values()),
        ageMs: this.#answers.frontiersAgeMs,
      },
    };
  }

  get problem(): string {
    if (this.#stopping) return "Frontlas stops";
    return this.#downAt === undefined ? "" : "the store does not answer";
  }

  changed(): void {
    this.#view!.changed();
  }

  stopping(): void {
    this.#stopping = true;
    this.#judge();
  }

  async reload(): Promise<void> {
    // Neither keeps the other from being read.
    const certificates = this.#port!.reload();
    certificates.catch(() => {});
    this.#port!.replaceTokens(this.#readTokens());
    try {
      await certificates;
    } catch (cause) {
      throw new Error(`${KEY}: ${describeError(cause)}`, { cause });
    }
  }

  async close(): Promise<void> {
    this.stopping();
    await this.#port!.close();
    this.#view![Symbol.dispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #readTokens(): Token[] {
    return readTokens(this.#options.config.tokens, `${KEY}.tokens`);
  }

  get #downMs(): number | undefined {
    return this.#downAt === undefined
      ? undefined
      : performance.now() - this.#downAt;
  }

  #looked(error: unknown): void {
    const { log } = this.#options;
    if (error === undefined) {
      if (this.#downAt !== undefined) log.info("The store answers again");
      this.#downAt = undefined;
    } else if (this.#downAt === undefined) {
      this.#downAt = performance.now();
      log.warn(
        "The store does not answer: what it said last is told, marked as of the past",
        { error },
      );
    }
    this.#judge();
  }

  #judge(): void {
    this.#health.serving = this.#downAt === undefined && !this.#stopping;
  }
}

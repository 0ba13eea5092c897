/**
 * What programs and operators need beyond the eight methods.
 *
 * @module
 */

import type {
  Api,
  ApiDescription,
  CallContext,
  Route,
} from "@frontier/platform/control";
import { cluster } from "@frontier/platform/cluster-api";
import type { FrontierRecord, PresenceStore } from "../store/presence_store.ts";
import { type Answers, totalOf, unavailable } from "./answers.ts";
import { differenceOf, type FrontierView } from "./frontier_view.ts";
import { mark } from "./reply.ts";

const { Cluster, FrontiersEvent_Type: Type } = cluster;

const LOOK = { verb: "GET", role: "read", kind: "query" } as const;

/** Where the methods are over REST. */
const ROUTES: Readonly<Record<keyof typeof Cluster["method"], Route>> = {
  getStatus: { ...LOOK, path: "/admin/v1/status" },
  listGateways: { ...LOOK, path: "/admin/v1/frontiers" },
  watchFrontiers: { ...LOOK, kind: "watch", path: "/admin/v1/watch" },
};

/** What goes beyond the eight methods, over gRPC and REST. */
export const CLUSTER: ApiDescription = {
  service: Cluster,
  title: "Operation",
  comments: cluster.comments,
  strict: true,
  jsonNames: true,
  routes: ROUTES,
};

/** Milliseconds after which a watcher hears that nothing has changed. */
const HEARTBEAT_MS = 5_000;
/** Milliseconds before that at which it is due: those who look do so once a second. */
const EARLY_MS = 1_500;

/** The gateways whose link is here. */
export interface LinkedFrontiers {
  /** How many there are. */
  readonly size: number;
  /**
   * @param frontierId Id of a gateway.
   * @returns Whether its link is here.
   */
  has(frontierId: string): boolean;
}

/** What {@linkcode clusterApi} is made of. */
export interface ClusterOptions {
  /** Version of this Frontlas. */
  readonly version: string;
  /** Where the records are. */
  readonly store: Pick<PresenceStore, "kind" | "state" | "mode">;
  /** Asks the store. */
  readonly answers: Answers;
  /** Who is alive. */
  readonly view: FrontierView;
  /** The gateways whose link is here. */
  readonly links: LinkedFrontiers;
  /** Those who watch. */
  readonly watchers: Watchers;
  /** Milliseconds since the store went down; `undefined` while it answers. */
  readonly downMs: () => number | undefined;
}

/** How many watch. */
export interface Watchers {
  /** Now. */
  size: number;
  /** Since the start. */
  began: number;
}

/**
 * @param options What it is made of.
 * @returns What goes beyond the eight methods.
 */
export function clusterApi(options: ClusterOptions): Api {
  return { ...CLUSTER, implementation: { ...implementation(options) } };
}

function implementation(
  options: ClusterOptions,
): cluster.ClusterImplementation {
  const { version, store, answers, links, watchers, downMs } = options;
  const startedAt = performance.now();
  return {
    getStatus() {
      const last = answers.lastFrontiers?.value;
      const { edges, services } = totalOf(last?.values() ?? []);
      const down = downMs();
      return {
        version,
        store: store.kind,
        storeState: down === undefined ? "up" : "down",
        ...(down !== undefined && { storeDownMs: whole(down) }),
        presence: store.mode,
        frontiers: whole(last?.size ?? 0),
        edges: whole(edges),
        services: whole(services),
        links: links.size,
        watchers: watchers.size,
        keptAnswers: answers.kept,
        uptimeMs: whole(performance.now() - startedAt),
      };
    },

    async listGateways(_request, { reply }: CallContext) {
      const all = await answers.frontiers();
      mark(reply, all);
      const gateways = [...all.value.values()].map((frontier) => ({
        ...liveOf(frontier),
        edges: whole(frontier.edges),
        services: whole(frontier.services),
        linked: links.has(frontier.frontierId),
      }));
      return { gateways };
    },

    async *watchFrontiers(_request, { signal }) {
      watchers.size++;
      watchers.began++;
      try {
        yield* watch(options, signal);
      } finally {
        watchers.size--;
      }
    },
  };
}

/**
 * Tells what has changed since this watcher was last told. Nothing is kept for
 * one that is slow: it is told of the difference when it comes for it.
 */
async function* watch({ answers, view }: ClusterOptions, signal: AbortSignal) {
  // Before the first answer of the store nobody is told that there is no gateway.
  if (view.live === undefined) throw unavailable();
  await view.look();
  let known = view.live;
  const about = () => ({
    ageMs: whole(answers.frontiersAgeMs),
    heartbeatMs: HEARTBEAT_MS,
  });
  yield {
    type: Type.SNAPSHOT,
    online: [...known.values()].map(liveOf),
    ...about(),
  };
  let toldAt = performance.now();
  while (!signal.aborted) {
    const next: typeof known = view.live!;
    const { online, offline } = differenceOf(known, next);
    known = next;
    if (online.length > 0 || offline.length > 0) {
      const event = { online: online.map(liveOf), offline: [...offline] };
      yield { type: Type.CHANGE, ...event, ...about() };
      toldAt = performance.now();
      continue;
    }
    const left = toldAt + HEARTBEAT_MS - EARLY_MS - performance.now();
    if (left <= 0) {
      yield { type: Type.HEARTBEAT, ...about() };
      toldAt = performance.now();
    } else await view.next(left, signal);
  }
}

function liveOf({ frontierId, serviceAddr, edgeAddr }: FrontierRecord) {
  return {
    frontierId: frontierId.toWellFormed(),
    serviceAddr: serviceAddr.toWellFormed(),
    edgeAddr: edgeAddr.toWellFormed(),
  };
}

function whole(value: number): bigint {
  return BigInt(Math.max(0, Math.round(value)));
}

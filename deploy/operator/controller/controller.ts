/**
 * The controller: watches, and reconciles what a change is about.
 *
 * @module
 */

import { describeError } from "@frontier/platform/internal";
import type { Logger } from "@frontier/platform/log";
import { settingsOf } from "../api/settings.ts";
import type { FrontierCluster } from "../api/types.ts";
import { ownerOf } from "../desired/labels.ts";
import type { KubeClient } from "../kube/client.ts";
import { keyOf, type KubeObject } from "../kube/object.ts";
import { pause } from "../kube/watch.ts";
import { reconcile, type ReconcileContext } from "./reconcile.ts";
import { referencedSecrets, SecretReader } from "./secret_digests.ts";
import { Watches } from "./watches.ts";
import { WorkQueue } from "./work_queue.ts";

/** Most clusters that are worked on at a time. */
const CONCURRENCY = 4;
/** Milliseconds after which every cluster is looked at though nothing was heard of it. */
const RESYNC_MS = 600_000;

/** What was done so far. */
export interface ControllerFigures {
  /** Reconciles that went well. */
  succeeded: number;
  /** Reconciles that failed. */
  failed: number;
  /** Times that a watch had to begin anew. */
  retries: number;
}

/** Makes all clusters what they should be. */
export class Controller {
  /** What was done so far. */
  readonly figures: ControllerFigures = { succeeded: 0, failed: 0, retries: 0 };
  readonly #context: ReconcileContext;
  readonly #queue: WorkQueue;
  #synced = false;

  /**
   * @param client Who reads and writes.
   * @param log Where to report.
   */
  constructor(client: KubeClient, log: Logger) {
    const watches = new Watches(client, {
      onCluster: (cluster) => this.#queue.add(keyOf(cluster)),
      onOwned: (object) => this.#lookForOwner(object),
      onSecret: (secret) => this.#lookForReferences(secret),
      onRetry: (kind, error) => {
        this.figures.retries++;
        log.warn("A watch begins anew", { kind, error: describeError(error) });
      },
    });
    const secrets = new SecretReader(client, watches.secrets);
    this.#context = { client, watches, secrets, log };
    this.#queue = new WorkQueue({
      concurrency: CONCURRENCY,
      work: (key) => this.#work(key),
      onError: (key, error) => {
        this.figures.failed++;
        log.debug("A reconcile has failed", {
          cluster: key,
          error: describeError(error),
        });
      },
    });
  }

  /** Whether everything was listed once. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Clusters that wait to be looked at, or are. */
  get backlog(): number {
    return this.#queue.length;
  }

  /** All clusters. */
  get clusters(): FrontierCluster[] {
    return [...this.#context.watches.clusters.objects()];
  }

  /** Works until the signal, and ends when what is under way is done. */
  async run(signal: AbortSignal): Promise<void> {
    const { watches } = this.#context;
    const watching = watches.run(signal);
    await Promise.race([watches.synced(), watching]);
    if (!signal.aborted) {
      this.#synced = true;
      this.#context.log.info("Everything was listed, reconciling", {
        clusters: this.clusters.length,
      });
      await Promise.all([this.#queue.run(signal), this.#resync(signal)]);
    }
    await watching;
    this.#synced = false;
  }

  async #resync(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(RESYNC_MS, signal);
      for (const cluster of this.clusters) this.#queue.add(keyOf(cluster));
    }
  }

  async #work(key: string): Promise<number | undefined> {
    const [namespace, name] = key.split("/") as [string, string];
    const cluster = this.#context.watches.clusters.get(namespace, name);
    // What is gone, or about to, has nobody to be looked after: its objects go with it.
    if (
      cluster === undefined || cluster.metadata.deletionTimestamp !== undefined
    ) return undefined;
    const again = await reconcile(this.#context, cluster);
    this.figures.succeeded++;
    return again;
  }

  /** Adds the cluster that an object belongs to; any of the namespace may be the one that an object has lost. */
  #lookForOwner(object: KubeObject): void {
    const { namespace } = object.metadata;
    const owner = ownerOf(object);
    if (owner !== undefined) {
      this.#queue.add(`${namespace}/${owner.name}`);
      return;
    }
    for (const cluster of this.#context.watches.clusters.objects()) {
      if (cluster.metadata.namespace === namespace) {
        this.#queue.add(keyOf(cluster));
      }
    }
  }

  /** Adds the clusters that refer to a Secret. */
  #lookForReferences(secret: KubeObject): void {
    const { namespace, name } = secret.metadata;
    const { watches, secrets } = this.#context;
    let referenced = false;
    for (const cluster of watches.clusters.objects()) {
      if (cluster.metadata.namespace !== namespace) continue;
      if (!refersTo(cluster, name)) continue;
      referenced = true;
      this.#queue.add(keyOf(cluster));
    }
    if (!referenced) secrets.forget(keyOf(secret));
  }
}

function refersTo(cluster: FrontierCluster, secret: string): boolean {
  try {
    return referencedSecrets(settingsOf(cluster)).includes(secret);
  } catch {
    // What cannot be used refers to nothing that would help.
    return false;
  }
}

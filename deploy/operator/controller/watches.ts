/**
 * What the operator looks at: the clusters, what it made for them, and which Secrets have changed.
 *
 * @module
 */

import type { FrontierCluster } from "../api/types.ts";
import type { Deployment } from "../desired/deployment.ts";
import { MANAGED_QUERY } from "../desired/labels.ts";
import type { Service } from "../desired/services.ts";
import type { KubeClient } from "../kube/client.ts";
import { type Kind, type KubeObject, pathOf } from "../kube/object.ts";
import { Watch } from "../kube/watch.ts";

/** Who is told of what. */
export interface WatchesOptions {
  /** Told of every cluster that is new, changed or gone. */
  readonly onCluster: (cluster: KubeObject) => void;
  /** Told of every object of ours that is new, changed or gone. */
  readonly onOwned: (object: KubeObject) => void;
  /** Told of every Secret that is new, changed or gone. */
  readonly onSecret: (secret: KubeObject) => void;
  /** Told why a watch has to begin anew. */
  readonly onRetry: (kind: Kind, error: unknown) => void;
}

/** The watches. */
export class Watches {
  readonly clusters: Watch<FrontierCluster>;
  readonly deployments: Watch<Deployment>;
  readonly services: Watch<Service>;
  /** Of the Secrets of the whole cluster nothing but the metadata is read. */
  readonly secrets: Watch<KubeObject>;
  readonly #all: ReadonlyMap<Kind, Watch<KubeObject>>;

  /**
   * @param client Who watches.
   * @param options Who is told.
   */
  constructor(client: KubeClient, options: WatchesOptions) {
    const all = new Map<Kind, Watch<KubeObject>>();
    const watch = <T extends KubeObject>(
      kind: Kind,
      onChange: (object: KubeObject) => void,
      more: { query?: string; metadataOnly?: boolean } = {},
    ) => {
      const watch = new Watch<T>(client, {
        path: pathOf(kind),
        onChange,
        onRetry: (error) => options.onRetry(kind, error),
        ...more,
      });
      all.set(kind, watch as Watch<KubeObject>);
      return watch;
    };
    const ours = { query: MANAGED_QUERY };
    this.clusters = watch("FrontierCluster", options.onCluster);
    this.deployments = watch("Deployment", options.onOwned, ours);
    this.services = watch("Service", options.onOwned, ours);
    watch("ConfigMap", options.onOwned, ours);
    watch("PodDisruptionBudget", options.onOwned, ours);
    this.secrets = watch("Secret", options.onSecret, { metadataOnly: true });
    this.#all = all;
  }

  /** @returns The watch of a kind. */
  of(kind: Kind): Watch<KubeObject> | undefined {
    return this.#all.get(kind);
  }

  /** Resolves when all of them were listed once. */
  async synced(): Promise<void> {
    await Promise.all([...this.#all.values()].map(({ synced }) => synced));
  }

  /** Watches until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#all.values()].map((each) => each.run(signal)));
  }
}

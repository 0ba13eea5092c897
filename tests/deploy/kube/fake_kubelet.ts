/**
 * What nodes would do: says of every pod that it runs, and lets pods go that are deleted.
 *
 * @module
 */

import type { KubeClient } from "../../../deploy/operator/kube/client.ts";
import {
  type KubeObject,
  pathOf,
} from "../../../deploy/operator/kube/object.ts";
import { hasCode } from "../../../deploy/operator/kube/status_error.ts";
import { pause, Watch } from "../../../deploy/operator/kube/watch.ts";

/** As much of a pod as a kubelet looks at. */
export interface Pod extends KubeObject {
  readonly spec: {
    readonly containers: readonly {
      readonly name: string;
      readonly image: string;
      readonly [key: string]: unknown;
    }[];
    readonly [key: string]: unknown;
  };
  readonly status?: { readonly phase?: string };
}

/** Milliseconds until something that has failed is tried again. */
const AGAIN_MS = 300;

/** A kubelet for all pods. */
export class FakeKubelet implements AsyncDisposable {
  /** Tells of a pod whether it does not become ready yet. */
  holds: (pod: Pod) => boolean = () => false;
  /** Milliseconds that a pod takes to stop. */
  stopMs = 0;
  /** Most pods that were stopping at a time. */
  mostStopping = 0;
  readonly #client: KubeClient;
  readonly #pods: Watch<Pod>;
  readonly #abort = new AbortController();
  readonly #done: Promise<void>;
  /** Uids of the pods that are stopping, until they are gone. */
  readonly #stopping = new Set<string>();
  readonly #pending = new Set<Promise<void>>();

  /** @param client Who may change pods. */
  constructor(client: KubeClient) {
    this.#client = client;
    this.#pods = new Watch<Pod>(client, {
      path: pathOf("Pod"),
      onChange: (pod) => this.#look(pod as Pod),
    });
    this.#done = this.#pods.run(this.#abort.signal);
  }

  /** All pods there are. */
  get pods(): Pod[] {
    return [...this.#pods.objects()];
  }

  /** Looks at all pods again, after `holds` has changed. */
  release(): void {
    for (const pod of this.pods) this.#look(pod);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#done;
    await Promise.allSettled(this.#pending);
  }

  #look(pod: Pod): void {
    const { namespace, name, uid, deletionTimestamp } = pod.metadata;
    const there = this.#pods.get(namespace!, name);
    if (there?.metadata.uid !== uid) this.#stopping.delete(uid!);
    if (there !== pod) return;
    if (deletionTimestamp !== undefined) {
      if (this.#stopping.has(uid!)) return;
      this.#stopping.add(uid!);
      this.mostStopping = Math.max(this.mostStopping, this.#stopping.size);
      this.#do(() => this.#stop(pod), this.stopMs);
    } else if (pod.status?.phase !== "Running" && !this.holds(pod)) {
      this.#do(() => this.#run(pod), 0);
    }
  }

  /** Does something after a while; what fails, as while the API server is away, is tried again. */
  #do(work: () => Promise<void>, afterMs: number): void {
    const done = (async () => {
      await pause(afterMs, this.#abort.signal);
      while (!this.#abort.signal.aborted) {
        try {
          return await work();
        } catch (error) {
          // Gone, or another one of the name.
          if (hasCode(error, 404) || hasCode(error, 409)) return;
          await pause(AGAIN_MS, this.#abort.signal);
        }
      }
    })().finally(() => this.#pending.delete(done));
    this.#pending.add(done);
  }

  async #run({ metadata: { namespace, name }, spec }: Pod): Promise<void> {
    const now = new Date().toISOString().replace(/\.\d+Z/, "Z");
    await this.#client.patch(`${pathOf("Pod", namespace, name)}/status`, {
      status: {
        phase: "Running",
        podIP: "10.1.2.3",
        startTime: now,
        conditions: ["Initialized", "ContainersReady", "Ready"].map((type) => ({
          type,
          status: "True",
          lastTransitionTime: now,
        })),
        containerStatuses: spec.containers.map(({ name, image }) => ({
          name,
          image,
          imageID: "",
          ready: true,
          started: true,
          restartCount: 0,
          state: { running: { startedAt: now } },
        })),
      },
    });
  }

  async #stop({ metadata: { namespace, name, uid } }: Pod): Promise<void> {
    await this.#client.delete(pathOf("Pod", namespace, name), {
      gracePeriodSeconds: 0,
      preconditions: { uid },
    });
  }
}

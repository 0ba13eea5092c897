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
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
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
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await this.#done;
    await Promise.allSettled(this.#pending);
  }

  #look(pod: Pod): void {
    if (this.#pods.get(pod.metadata.namespace!, pod.metadata.name) !== pod) {
      return;
    }
    if (pod.metadata.deletionTimestamp !== undefined) this.#stop(pod);
    else if (pod.status?.phase !== "Running" && !this.holds(pod)) {
      this.#do(pod, this.#run(pod));
    }
  }

  /** What fails, as while the API server is away, is tried again. */
  #do(pod: Pod, work: Promise<unknown>): void {
    const done = work.then(() => {}, async () => {
      await pause(AGAIN_MS, this.#abort.signal);
      if (!this.#abort.signal.aborted) this.#look(pod);
    }).finally(() => this.#pending.delete(done));
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

  #stop(pod: Pod): void {
    const { namespace, name, uid } = pod.metadata;
    if (this.#timers.has(uid!)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(uid!);
      const gone = this.#client.delete(pathOf("Pod", namespace, name), {
        gracePeriodSeconds: 0,
        preconditions: { uid },
      });
      this.#do(pod, gone);
    }, this.stopMs);
    this.#timers.set(uid!, timer);
    this.mostStopping = Math.max(this.mostStopping, this.#timers.size);
  }
}

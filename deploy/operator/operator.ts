/**
 * The operator: a controller, led by a Lease, with its health and metrics.
 *
 * @module
 */

import { describeError } from "@frontier/platform/internal";
import { Readiness } from "@frontier/platform/health";
import type { Logger } from "@frontier/platform/log";
import { type Metric, openObservability } from "@frontier/platform/metrics";
import { Controller } from "./controller/controller.ts";
import { KubeClient } from "./kube/client.ts";
import type { Credentials } from "./kube/credentials.ts";
import { Leader } from "./kube/leader.ts";

/** Most milliseconds of a request for the Lease. */
const LEASE_REQUEST_MS = 4_000;

/** What the operator is started with. */
export interface RunOptions {
  readonly credentials: Credentials;
  /** Where health and metrics are served. */
  readonly addr: string;
  /** The Lease; `undefined` to work at once. */
  readonly lease:
    | {
      readonly namespace: string;
      readonly name: string;
      readonly identity: string;
    }
    | undefined;
  readonly log: Logger;
}

/**
 * Runs until the signal.
 *
 * @param options What it is started with.
 * @param signal Ends it.
 */
export async function runOperator(
  { credentials, addr, lease, log }: RunOptions,
  signal: AbortSignal,
): Promise<void> {
  using client = new KubeClient(credentials);
  using leaseClient = new KubeClient(credentials, LEASE_REQUEST_MS);
  const leader = lease && new Leader(leaseClient, { ...lease, log });
  const leads = () => leader === undefined || leader.leading;
  let controller: Controller | undefined;
  const readiness = new Readiness();
  // One that waits for the lead is ready to take over.
  readiness.add(
    "watches",
    () =>
      controller !== undefined && !controller.synced && leads()
        ? "the API server has not listed everything yet"
        : "",
  );
  await using _port = await openObservability({
    addr,
    metrics: metricsOf(() => controller, leads, client),
    readiness,
    noun: "the operator",
    log,
  });
  const lead = async (signal: AbortSignal) => {
    controller = new Controller(client, log);
    try {
      await controller.run(signal);
    } catch (error) {
      log.error("The controller has failed", { error: describeError(error) });
      throw error;
    } finally {
      controller = undefined;
    }
  };
  if (leader === undefined) await lead(signal);
  else await leader.run(signal, lead);
}

function metricsOf(
  controller: () => Controller | undefined,
  leads: () => boolean,
  client: KubeClient,
): Metric[] {
  return [
    {
      name: "frontier_operator_leading",
      help: "1 when this operator works, 0 when it waits for the lead",
      type: "gauge",
      read: (emit) => emit(leads() ? 1 : 0),
    },
    {
      name: "frontier_operator_clusters",
      help: "FrontierClusters by the phase of their status",
      type: "gauge",
      labels: ["phase"],
      read: (emit) => {
        const clusters = controller()?.clusters;
        for (const phase of ["Running", "Pending", "Failed"]) {
          emit(
            clusters?.filter(({ status }) => status?.phase === phase).length,
            phase,
          );
        }
      },
    },
    {
      name: "frontier_operator_backlog",
      help: "FrontierClusters that wait to be looked at, or are",
      type: "gauge",
      read: (emit) => emit(controller()?.backlog),
    },
    {
      name: "frontier_operator_reconciles_total",
      help: "Looks at a FrontierCluster, since this operator leads",
      type: "counter",
      labels: ["result"],
      read: (emit) => {
        const figures = controller()?.figures;
        emit(figures?.succeeded, "succeeded");
        emit(figures?.failed, "failed");
      },
    },
    {
      name: "frontier_operator_watch_retries_total",
      help: "Watches that had to begin anew, since this operator leads",
      type: "counter",
      read: (emit) => emit(controller()?.figures.retries),
    },
    {
      name: "frontier_operator_writes_total",
      help: "Requests of the controller that could change something",
      type: "counter",
      read: (emit) => emit(client.writes),
    },
  ];
}

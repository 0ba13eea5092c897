/**
 * The Deployment of the gateways.
 *
 * @module
 */

import { HEALTH_PORTS, type Settings } from "../api/settings.ts";
import type { FrontierCluster, Passed, PodOverrides } from "../api/types.ts";
import {
  type Deployment,
  deployment,
  page,
  podField,
  variables,
} from "./deployment.ts";
import { CA_FOLDER, frontierYaml, TLS_FOLDER } from "./frontier_config.ts";
import { digest } from "./digest.ts";

const GRACE_SECONDS = 60;
const PRE_STOP_SECONDS = 10;
/** Seconds that are left to close what a drain could not finish. */
const SPARE_SECONDS = 10;
const HEALTH_PORT = HEALTH_PORTS.frontier;

/** Seconds of each unit that `sleep` knows. */
const UNITS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
};

/** Seconds that a command sleeps, as far as it says so; `undefined` when it does not. */
function sleptBy(command: readonly unknown[]): number | undefined {
  const sleeps = [
    ...command.join(" ").matchAll(/\bsleep\s+(\d+(?:\.\d+)?)([smhd]?)/g),
  ];
  if (sleeps.length === 0) return undefined;
  return Math.ceil(sleeps.reduce(
    (all, [, count, unit]) => all + Number(count) * UNITS[unit || "s"]!,
    0,
  ));
}

/** Seconds that a pod waits before it is told to stop. */
function preStopSeconds({ lifecycle }: PodOverrides): number {
  if (lifecycle === undefined) return PRE_STOP_SECONDS;
  const preStop = lifecycle.preStop as Passed | undefined;
  if (preStop === undefined) return 0;
  const sleep = preStop.sleep as { seconds?: number } | undefined;
  const exec = preStop.exec as { command?: readonly unknown[] } | undefined;
  return sleep?.seconds ?? sleptBy(exec?.command ?? []) ?? PRE_STOP_SECONDS;
}

/** Seconds that a gateway may drain: what is left of its grace. */
export function drainSeconds(pod: PodOverrides): number {
  const grace = pod.terminationGracePeriodSeconds ?? GRACE_SECONDS;
  return Math.max(0, grace - preStopSeconds(pod) - SPARE_SECONDS);
}

/**
 * @param cluster Whose gateways.
 * @param settings What is wanted.
 * @param secrets What the Secrets that are mounted contain, as a digest.
 * @returns The Deployment.
 */
export function frontierDeployment(
  cluster: FrontierCluster,
  { frontier, frontlas, services }: Settings,
  secrets: string,
): Deployment {
  const { tls, pod } = frontier;
  const mounted = (name: string, secretName: string) => ({
    name,
    secret: { secretName, defaultMode: 0o640 },
  });
  return deployment(cluster, {
    ...frontier,
    container: "frontier",
    hash: digest(frontierYaml(frontier), secrets),
    graceSeconds: GRACE_SECONDS,
    preStopSeconds: PRE_STOP_SECONDS,
    env: variables({
      FRONTIER_DRAIN_SECONDS: `${drainSeconds(pod)}`,
      FRONTIER_EDGEBOUND_ADVERTISED_ADDR: frontier.edgeboundAdvertised,
      FRONTIER_EDGEBOUND_PORT: `${frontier.edgeboundPort}`,
      FRONTIER_ID: podField("metadata.name"),
      FRONTIER_SERVICEBOUND_ADVERTISED_ADDR: frontier.serviceboundAdvertised,
      FRONTIER_SERVICEBOUND_PORT: `${frontier.serviceboundPort}`,
      FRONTLAS_ADDR: `${services.frontlas.name}:${frontlas.frontierPlanePort}`,
      HOST_IP: podField("status.hostIP"),
      // The original's gateway makes its id of it: by the node's name two pods of a node would exclude each other.
      NODE_NAME: podField("metadata.name"),
      POD_IP: podField("status.podIP"),
    }),
    ports: {
      servicebound: frontier.serviceboundPort,
      edgebound: frontier.edgeboundPort,
      metrics: HEALTH_PORT,
    },
    volumes: [
      { name: "config", configMap: { name: frontier.name } },
      ...(tls === undefined ? [] : [mounted("tls-secret", tls.secret)]),
      ...(tls?.ca === undefined ? [] : [mounted("tls-ca", tls.ca)]),
    ],
    volumeMounts: [
      { name: "config", mountPath: "/usr/conf", readOnly: true },
      ...(tls === undefined
        ? []
        : [{ name: "tls-secret", mountPath: TLS_FOLDER, readOnly: true }]),
      ...(tls?.ca === undefined
        ? []
        : [{ name: "tls-ca", mountPath: CA_FOLDER, readOnly: true }]),
    ],
    livenessProbe: page("/healthz", HEALTH_PORT, {
      initialDelaySeconds: 10,
      periodSeconds: 20,
      timeoutSeconds: 3,
      failureThreshold: 3,
    }),
    readinessProbe: page("/readyz", HEALTH_PORT, {
      periodSeconds: 5,
      timeoutSeconds: 3,
      failureThreshold: 3,
    }),
  });
}

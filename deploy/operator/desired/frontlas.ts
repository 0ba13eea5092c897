/**
 * The Deployment of the directory.
 *
 * @module
 */

import { type FrontlasSettings, HEALTH_PORTS } from "../api/settings.ts";
import type { FrontierCluster } from "../api/types.ts";
import { type Deployment, deployment, page, variables } from "./deployment.ts";
import { digest } from "./digest.ts";

const HEALTH_PORT = HEALTH_PORTS.frontlas;

/**
 * @param cluster Whose directory.
 * @param settings What is wanted.
 * @param secrets What the Secrets that are used contain, as a digest.
 * @returns The Deployment.
 */
export function frontlasDeployment(
  cluster: FrontierCluster,
  settings: FrontlasSettings,
  secrets: string,
): Deployment {
  const { redis, controlplanePort, frontierPlanePort } = settings;
  const { passwordSecret } = redis;
  return deployment(cluster, {
    ...settings,
    container: "frontlas",
    hash: digest(secrets),
    graceSeconds: 30,
    preStopSeconds: 5,
    env: variables({
      FRONTLAS_CONTROLPLANE_PORT: `${controlplanePort}`,
      FRONTLAS_FRONTIERPLANE_PORT: `${frontierPlanePort}`,
      MASTER_NAME: redis.masterName,
      REDIS_ADDRS: redis.addrs.join(","),
      REDIS_DB: `${redis.db}`,
      REDIS_PASSWORD: passwordSecret === undefined
        ? redis.password
        : { secretKeyRef: { ...passwordSecret } },
      REDIS_TYPE: redis.type,
      REDIS_USER: redis.user,
    }),
    ports: {
      controlplane: controlplanePort,
      frontierplane: frontierPlanePort,
      metrics: HEALTH_PORT,
    },
    volumes: [],
    volumeMounts: [],
    livenessProbe: page("/healthz", HEALTH_PORT, {
      initialDelaySeconds: 10,
      periodSeconds: 20,
      timeoutSeconds: 3,
      failureThreshold: 3,
    }),
    // Ready is who reaches Redis.
    readinessProbe: page("/readyz", HEALTH_PORT, {
      periodSeconds: 5,
      timeoutSeconds: 3,
      failureThreshold: 3,
    }),
  });
}

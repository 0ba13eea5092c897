/**
 * The Services of a cluster.
 *
 * @module
 */

import type { ServiceSettings, Settings } from "../api/settings.ts";
import type { FrontierCluster, Passed } from "../api/types.ts";
import type { KubeObject } from "../kube/object.ts";
import { metadataOf } from "./labels.ts";

/** A Service, as far as it is looked at. */
export interface Service extends KubeObject {
  readonly spec: Passed;
}

function service(
  cluster: FrontierCluster,
  { name, type, ports }: ServiceSettings,
  app: string,
): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadataOf(cluster, name, app),
    spec: {
      type,
      selector: { app },
      ports: ports.map(({ name, port, nodePort }) => ({
        name: `${cluster.metadata.name}-${name}`.slice(-63).replace(/^-+/, ""),
        port,
        targetPort: port,
        protocol: "TCP",
        ...(nodePort === undefined ? {} : { nodePort }),
      })),
    },
  };
}

/**
 * A gateway that drains takes itself out of its Services, so none of them publishes pods that are not ready.
 *
 * @param cluster Whose Services.
 * @param settings What is wanted.
 * @returns The three Services.
 */
export function services(
  cluster: FrontierCluster,
  { services, frontier, frontlas }: Settings,
): Service[] {
  return [
    service(cluster, services.servicebound, frontier.name),
    service(cluster, services.edgebound, frontier.name),
    service(cluster, services.frontlas, frontlas.name),
  ];
}

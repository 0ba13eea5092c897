/**
 * The configuration of the gateways.
 *
 * @module
 */

import type { FrontierSettings } from "../api/settings.ts";
import type { FrontierCluster } from "../api/types.ts";
import type { KubeObject } from "../kube/object.ts";
import { metadataOf } from "./labels.ts";

/** Where the certificate of the port for edges is mounted; the original's paths. */
export const TLS_FOLDER = "/app/conf/edgebound/tls/secret";
/** Where the authority of edges is mounted. */
export const CA_FOLDER = "/app/conf/edgebound/tls/ca";

/** A ConfigMap. */
export interface ConfigMap extends KubeObject {
  readonly data: Readonly<Record<string, string>>;
}

/** The file that makes TLS effective, which no variable could do. */
export function frontierYaml(settings: FrontierSettings): string {
  const { tls, edgeboundPort, serviceboundPort } = settings;
  const lines = [
    "# Written by the operator of Frontier; changes are overwritten.",
    "edgebound:",
    "  listen:",
    "    network: tcp",
    `    addr: 0.0.0.0:${edgeboundPort}`,
    ...(tls === undefined ? [] : [
      "    tls:",
      "      enable: true",
      `      mtls: ${tls.ca !== undefined}`,
      ...(tls.ca === undefined
        ? []
        : [`      ca_certs: [${CA_FOLDER}/ca.crt]`]),
      "      certs:",
      `        - cert: ${TLS_FOLDER}/tls.crt`,
      `          key: ${TLS_FOLDER}/tls.key`,
    ]),
    "  edgeid_alloc_when_no_idservice_on: true",
    "servicebound:",
    "  listen:",
    "    network: tcp",
    `    addr: 0.0.0.0:${serviceboundPort}`,
    "",
  ];
  return lines.join("\n");
}

/**
 * @param cluster Whose gateways.
 * @param settings What is wanted.
 * @returns The ConfigMap with their file.
 */
export function frontierConfig(
  cluster: FrontierCluster,
  settings: FrontierSettings,
): ConfigMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadataOf(cluster, settings.name, settings.name),
    data: { "frontier.yaml": frontierYaml(settings) },
  };
}

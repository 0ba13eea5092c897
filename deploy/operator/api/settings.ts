/**
 * A `FrontierCluster` with every default in its place, and what is wrong with it. The resource definition says most of both, too; here
 * it is said again for objects that were stored before.
 *
 * @module
 */

import { FRONTIER_VERSION } from "@frontier/platform/internal";
import type {
  FrontierCluster,
  Passed,
  PodOverrides,
  SecretKey,
  ServiceType,
} from "./types.ts";

/** Ports that Kubernetes gives to Services of type `NodePort` unless told otherwise. */
const NODE_PORTS = { first: 30_000, last: 32_767 } as const;

/** Ports of health and metrics, which no field changes. */
export const HEALTH_PORTS = { frontier: 9_091, frontlas: 9_092 } as const;

/** One of the Services. */
export interface ServiceSettings {
  /** Its name. */
  readonly name: string;
  /** How it is reached. */
  readonly type: ServiceType;
  /** Its ports, each with its name. */
  readonly ports: readonly {
    readonly name: string;
    readonly port: number;
    /** Port of the nodes; `undefined` leaves it to Kubernetes. */
    readonly nodePort: number | undefined;
  }[];
}

/** What both programs have. */
interface ProgramSettings {
  /** Name of the Deployment, of its disruption budget, and value of the label `app`. */
  readonly name: string;
  readonly replicas: number;
  readonly image: string;
  readonly nodeAffinity: Passed | undefined;
  readonly pod: PodOverrides;
}

/** The gateways. */
export interface FrontierSettings extends ProgramSettings {
  readonly serviceboundPort: number;
  readonly edgeboundPort: number;
  readonly serviceboundAdvertised: string | undefined;
  readonly edgeboundAdvertised: string | undefined;
  /** Secrets that TLS for edges needs; `undefined` without TLS. */
  readonly tls:
    | { readonly secret: string; readonly ca: string | undefined }
    | undefined;
}

/** The directory. */
export interface FrontlasSettings extends ProgramSettings {
  readonly controlplanePort: number;
  readonly frontierPlanePort: number;
  readonly redis: {
    readonly addrs: readonly string[];
    readonly type: string;
    readonly db: number;
    readonly user: string;
    readonly password: string;
    readonly passwordSecret: SecretKey | undefined;
    readonly masterName: string;
  };
}

/** All of it. */
export interface Settings {
  readonly frontier: FrontierSettings;
  readonly frontlas: FrontlasSettings;
  readonly services: {
    readonly servicebound: ServiceSettings;
    readonly edgebound: ServiceSettings;
    readonly frontlas: ServiceSettings;
  };
}

/** The node port of a Service: what was asked for, else its port where Kubernetes would give it. */
function nodePort(
  type: ServiceType,
  port: number,
  asked?: number,
): number | undefined {
  if (type === "ClusterIP") return undefined;
  if (asked) return asked;
  return type === "NodePort" && port >= NODE_PORTS.first &&
      port <= NODE_PORTS.last
    ? port
    : undefined;
}

/**
 * @param cluster What a user wrote.
 * @returns It with every default.
 * @throws {Error} If it cannot be used; the message names the field.
 */
export function settingsOf(cluster: FrontierCluster): Settings {
  const settings = defaulted(cluster);
  checkPorts(settings);
  checkServices(settings);
  return settings;
}

/** Throws where two ports of a pod are the same: the program could open only one of them. */
function checkPorts({ frontier, frontlas }: Settings): void {
  const pods: readonly (readonly [field: string, port: number])[][] = [
    [
      ["health and metrics of a gateway", HEALTH_PORTS.frontier],
      ["spec.frontier.servicebound.port", frontier.serviceboundPort],
      ["spec.frontier.edgebound.port", frontier.edgeboundPort],
    ],
    [
      ["health and metrics of Frontlas", HEALTH_PORTS.frontlas],
      ["spec.frontlas.controlplane.port", frontlas.controlplanePort],
      [
        "spec.frontlas.controlplane.frontierPlanePort",
        frontlas.frontierPlanePort,
      ],
    ],
  ];
  for (const ports of pods) {
    for (const [i, [field, port]] of ports.entries()) {
      const other = ports.slice(0, i).find(([, taken]) => taken === port);
      if (other === undefined) continue;
      throw new Error(
        `Cannot use port ${port} for ${field}: ${
          other[0]
        } has it, choose another`,
      );
    }
  }
}

/** Throws where two Services have one name: each would be made the other, again and again. */
function checkServices({ services }: Settings): void {
  const fields = [
    ["spec.frontier.servicebound.service", services.servicebound],
    ["spec.frontier.edgebound.serviceName", services.edgebound],
    ["spec.frontlas.controlplane.service", services.frontlas],
  ] as const;
  for (const [i, [field, { name }]] of fields.entries()) {
    const other = fields.slice(0, i).find(([, one]) => one.name === name);
    if (other === undefined) continue;
    throw new Error(
      `Cannot use "${name}" for ${field}: the Service of ${
        other[0]
      } has this name, choose another`,
    );
  }
}

function defaulted(cluster: FrontierCluster): Settings {
  const { name } = cluster.metadata;
  const { spec } = cluster;
  if (spec === undefined) {
    throw new Error("Cannot use a FrontierCluster without a spec, give it one");
  }
  const { frontier, frontlas } = spec;
  const { servicebound, edgebound } = frontier;
  const controlplane = frontlas.controlplane ?? {};
  // 0 is what Go programs write for a port that is not set.
  const serviceboundPort = servicebound.port || 30_011;
  const edgeboundPort = edgebound.port || 30_012;
  const controlplanePort = controlplane.port || 40_011;
  const frontierPlanePort = controlplane.frontierPlanePort || 40_012;
  const edgeType = edgebound.serviceType || "NodePort";
  const serviceType = servicebound.serviceType || "ClusterIP";
  const frontlasType = controlplane.serviceType || "ClusterIP";
  const edgeNodePort = nodePort(edgeType, edgeboundPort, edgebound.nodePort);
  return {
    frontier: {
      name: `${name}-frontier`,
      replicas: frontier.replicas ?? 1,
      image: frontier.image || `singchia/frontier:${FRONTIER_VERSION}`,
      nodeAffinity: frontier.nodeAffinity,
      pod: frontier.pod ?? {},
      serviceboundPort,
      edgeboundPort,
      serviceboundAdvertised: servicebound.advertisedAddr || undefined,
      // A pod's own address leads nowhere from outside.
      edgeboundAdvertised: edgebound.advertisedAddr ||
        (edgeNodePort !== undefined && edgeType === "NodePort"
          ? `$(HOST_IP):${edgeNodePort}`
          : undefined),
      tls: tlsOf(cluster),
    },
    frontlas: {
      name: `${name}-frontlas`,
      replicas: frontlas.replicas ?? 1,
      image: frontlas.image || `singchia/frontlas:${FRONTIER_VERSION}`,
      nodeAffinity: frontlas.nodeAffinity,
      pod: frontlas.pod ?? {},
      controlplanePort,
      frontierPlanePort,
      redis: {
        addrs: frontlas.redis.addrs,
        type: frontlas.redis.redisType,
        db: frontlas.redis.db ?? 0,
        user: frontlas.redis.user ?? "",
        password: frontlas.redis.password ?? "",
        passwordSecret: frontlas.redis.passwordSecret,
        masterName: frontlas.redis.masterName ?? "",
      },
    },
    services: {
      servicebound: {
        name: servicebound.service || `${name}-servicebound-svc`,
        type: serviceType,
        ports: [{
          name: "servicebound",
          port: serviceboundPort,
          nodePort: nodePort(
            serviceType,
            serviceboundPort,
            servicebound.nodePort,
          ),
        }],
      },
      edgebound: {
        name: edgebound.serviceName || `${name}-edgebound-svc`,
        type: edgeType,
        ports: [{
          name: "edgebound",
          port: edgeboundPort,
          nodePort: edgeNodePort,
        }],
      },
      frontlas: {
        name: controlplane.service || `${name}-frontlas-svc`,
        type: frontlasType,
        ports: [
          ["controlplane", controlplanePort] as const,
          ["frontierplane", frontierPlanePort] as const,
        ].map(([name, port]) => ({
          name,
          port,
          nodePort: nodePort(frontlasType, port),
        })),
      },
    },
  };
}

function tlsOf({ spec }: FrontierCluster): FrontierSettings["tls"] {
  const tls = spec!.frontier.edgebound.tls;
  if (!tls?.enabled) return undefined;
  const secret = tls.certificateKeySecretRef?.name;
  if (!secret) {
    throw new Error(
      "Cannot turn on TLS for edges without a certificate: set spec.frontier.edgebound.tls.certificateKeySecretRef.name to a Secret with tls.crt and tls.key",
    );
  }
  if (!tls.mtls) return { secret, ca: undefined };
  const ca = tls.caCertificateSecretRef?.name;
  if (!ca) {
    throw new Error(
      "Cannot ask edges for certificates without an authority: set spec.frontier.edgebound.tls.caCertificateSecretRef.name to a Secret with ca.crt",
    );
  }
  return { secret, ca };
}

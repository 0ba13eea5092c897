/**
 * The command line of the operator.
 *
 * @module
 */

import { FRONTIER_VERSION } from "@frontier/platform/internal";
import {
  type FlagTable,
  parseArguments,
  UsageError,
} from "@frontier/platform/cli";
import type { LogFormat, LogLevel } from "@frontier/platform/log";
import { SERVICE_ACCOUNT_FOLDER } from "./kube/credentials.ts";

/** Name of the Lease: the original's, so that the two never work at the same time. */
export const LEASE = "9dfcd8dc.singchia.io";

const FLAGS = {
  addr: { kind: "text", names: ["--addr"] },
  credentials: { kind: "text", names: ["--credentials"] },
  leaseNamespace: { kind: "text", names: ["--lease-namespace"] },
  noLeaderElection: { kind: "switch", names: ["--no-leader-election"] },
  logLevel: { kind: "text", names: ["--loglevel"] },
  logFormat: { kind: "text", names: ["--log-format"] },
  help: { kind: "switch", names: ["--help", "-h"] },
  version: { kind: "switch", names: ["--version"] },
} as const satisfies FlagTable;

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const FORMATS: readonly LogFormat[] = ["text", "json"];

/** What the command line asks for. */
export interface OperatorOptions {
  /** Where health and metrics are served. */
  readonly addr: string;
  /** Folder with the authority and the token of the ServiceAccount. */
  readonly credentials: string;
  /** Namespace of the Lease; `undefined` for that of the pod. */
  readonly leaseNamespace: string | undefined;
  /** Whether a Lease decides which operator works. */
  readonly leaderElection: boolean;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly help: boolean;
  readonly version: boolean;
}

function choice<T extends string>(
  flag: string,
  value: string | undefined,
  choices: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new UsageError(
    `Cannot use "${value}" for ${flag}: choose one of ${choices.join(", ")}`,
  );
}

/**
 * @param args The arguments, without the program's name.
 * @returns What they ask for.
 * @throws {UsageError} If they make no sense.
 */
export function readOptions(args: readonly string[]): OperatorOptions {
  const given = parseArguments(FLAGS, args);
  const addr = given.addr ?? "0.0.0.0:8081";
  if (!/:\d{1,5}$/.test(addr)) {
    throw new UsageError(`Cannot use "${addr}" for --addr: expected host:port`);
  }
  return {
    addr,
    credentials: given.credentials ?? SERVICE_ACCOUNT_FOLDER,
    leaseNamespace: given.leaseNamespace,
    leaderElection: !given.noLeaderElection,
    logLevel: choice("--loglevel", given.logLevel, LEVELS) ?? "info",
    logFormat: choice("--log-format", given.logFormat, FORMATS) ?? "text",
    help: given.help,
    version: given.version,
  };
}

/** What `--help` prints. */
export const HELP =
  `frontier-operator ${FRONTIER_VERSION}: runs clusters of Frontier on Kubernetes

Usage: frontier-operator [flags]

It makes of every FrontierCluster (frontier.singchia.io/v1alpha1) two Deployments, three Services, a ConfigMap and two
disruption budgets, keeps them as they should be, and says in the status what has become of them. It runs in a pod;
deploy/operator/install.yaml is all that a cluster needs: kubectl apply -f install.yaml.

      --addr ADDR              where /healthz, /readyz and /metrics are        [default: 0.0.0.0:8081]
      --credentials FOLDER     ca.crt, token and namespace of the ServiceAccount
                               [default: ${SERVICE_ACCOUNT_FOLDER}]
      --lease-namespace NAME   namespace of the Lease ${LEASE}  [default: that of the pod]
      --no-leader-election     work at once; for a single operator
      --loglevel LEVEL         debug, info, warn or error                      [default: info]
      --log-format FORMAT      text or json                                    [default: text]
  -h, --help                   print this and exit
      --version                print the version and exit

Environment
  KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT   the API server; Kubernetes sets both
  POD_NAME                                           who holds the Lease       [default: made up]

Signals
  SIGINT, SIGTERM  finish what is under way, give the Lease away, exit; a second one exits at once

Exit status
  0 stopped by a signal, 1 cannot start, 2 wrong usage

Permissions it needs under Deno
  --allow-net              the API server; health and metrics
  --allow-read=FOLDER      the credentials
  --allow-env=KUBERNETES_SERVICE_HOST,KUBERNETES_SERVICE_PORT,POD_NAME
`;

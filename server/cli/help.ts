/**
 * What `--help` prints.
 *
 * @module
 */

import { helpPage } from "@frontier/platform/cli";
import { DEFAULT_LIMITS } from "../config/mod.ts";
import { FRONTIER_VERSION } from "@frontier/platform/internal";

/** What `--help` prints. */
export const HELP: string = helpPage({
  name: "frontier",
  version: FRONTIER_VERSION,
  title: "a full-duplex gateway between services and edges",
  noun: "the gateway",
  file: "as for the Go gateway",
  intro:
    `Services connect to one port, edges to another. A service calls, messages or
opens a stream to one named edge; an edge reaches a service by method, topic
or name. Without a configuration file edges connect to 0.0.0.0:30012 and get
their ids assigned, and services connect to 127.0.0.1:30011.`,
  configFlags:
    `      --strict             take an unknown key for an error (also --check)
`,
  environment: `  FRONTIER_SERVICEBOUND_PORT  port for services
  FRONTIER_EDGEBOUND_PORT     port for edges
  FRONTIER_DRAIN_SECONDS      longest time to let all peers leave when
                              stopping; 0 stops at once          [default: 25]
  LOG_LEVEL, LOG_OUTPUT, LOG_FORMAT, LOG_FILE   as the flags
  FRONTIER_ID                 name of this gateway within a cluster
  NODE_NAME                   names it frontier-<value>, without that
  FRONTIER_SERVICEBOUND_ADVERTISED_ADDR, FRONTIER_EDGEBOUND_ADVERTISED_ADDR
                              host:port where the cluster tells others to
                              connect
  FRONTLAS_ADDR               address of the cluster directory`,
  examples:
    `A file says where both listen, and whether edges get ids without a service
that answers get_edge_id; otherwise they are refused until there is one
  servicebound: {listen: {addr: 127.0.0.1:30011}}
  edgebound:
    listen: {addr: 0.0.0.0:30012}
    edgeid_alloc_when_no_idservice_on: true

The control plane (gRPC and REST, 127.0.0.1:30010 by default) is on with
  controlplane: {enable: true}
Health and metrics (0.0.0.0:9091 by default) are off with
  observability: {enable: false}
Profiles for go tool pprof (127.0.0.1:6060 by default) are on with
  daemon: {pprof: {enable: true}}

Limits are set under "limits" in the file, for example
  limits:
    max_memory: 512MiB
    max_connections: ${DEFAULT_LIMITS.maxConnections}
    max_frame_bytes: ${DEFAULT_LIMITS.maxFrameBytes}
--print-config shows all of them; .inf is no limit.`,
  permissions: `  --allow-net  --allow-read=<configuration and certificates>
  --allow-env='FRONTIER_*,FRONTLAS_ADDR,LOG_*,NODE_NAME'
  --allow-sys=systemMemoryInfo, to use half of the memory instead of 1 GiB
  --allow-write=<folder of the log file>, with log output file or both; the
                       same folder in --allow-read, to rotate
  --allow-sys without a name, for daemon.pprof
  --allow-ffi, for daemon.rlimit to see the limit`,
});

/**
 * What `--help` prints.
 *
 * @module
 */

import { helpPage } from "@frontier/platform/cli";
import { FRONTIER_VERSION } from "@frontier/platform/internal";

/** What `--help` prints. */
export const HELP: string = helpPage({
  name: "frontlas",
  version: FRONTIER_VERSION,
  title: "the directory of a cluster of gateways",
  noun: "frontlas",
  file: "as for frontlas in Go",
  intro:
    `Gateways connect to one port and tell who is connected to them. Services and
operators ask the other port (gRPC and REST): which gateways there are, and
which of them an edge is connected to. Without a configuration file both are
for this machine only (127.0.0.1:40012, 127.0.0.1:40011), and everything is
kept in memory.`,
  environment: `  FRONTLAS_FRONTIERPLANE_PORT  port for gateways
  FRONTLAS_CONTROLPLANE_PORT   port for services and operators
  REDIS_TYPE      standalone, sentinel or cluster; without it the next ones
                  do not count
  REDIS_ADDRS     addresses, with commas between them
  REDIS_USER, REDIS_PASSWORD   who we are to Redis; empty replaces the file's
  REDIS_DB        number of the database, of a standalone server only
  MASTER_NAME     name that the sentinels know the master by
  LOG_LEVEL, LOG_OUTPUT, LOG_FORMAT, LOG_FILE   as the flags`,
  examples:
    `A file says where both listen, and where Redis is. Several that share one Redis
are one directory; without "redis" each is one of its own
  frontier_plane: {listen: {addr: 0.0.0.0:40012}}
  control_plane: {listen: {addr: 0.0.0.0:40011}}
  redis:
    mode: standalone
    presence: ttl
    standalone: {addr: 127.0.0.1:6379}
With presence: lease an edge is there as long as its gateway is: nothing has to
be renewed for each edge.
An unknown key is an error.

Who may ask is told by tokens, of at least 16 characters
  control_plane: {tokens: [{role: read, token: {env: FRONTLAS_TOKEN}}]}
Health and metrics (0.0.0.0:9092 by default) are off with
  observability: {enable: false}
Profiles for go tool pprof (127.0.0.1:6061 by default) are on with
  daemon: {pprof: {enable: true}}
--print-config shows all keys; .inf is no limit.`,
  permissions: `  --allow-net  --allow-read=<configuration and certificates>
  --allow-env='FRONTLAS_*,LOG_*,REDIS_*,MASTER_NAME'
  --allow-write=<folder of the log file>, with log output file or both; the
                       same folder in --allow-read, to rotate
  --allow-sys, for daemon.pprof
  --allow-ffi, for daemon.rlimit to see the limit`,
});

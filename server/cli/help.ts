/**
 * What `--help` prints.
 *
 * @module
 */

import { DEFAULT_LIMITS } from "../config/mod.ts";
import { VERSION } from "./version.ts";

/** What `--help` prints. */
export const HELP =
  `frontier ${VERSION}: a full-duplex gateway between services and edges

Usage: frontier [--config FILE] [flags]

Services connect to one port, edges to another. A service calls, messages or
opens a stream to one named edge; an edge reaches a service by method, topic
or name. Without a configuration file edges connect to 0.0.0.0:30012 and get
their ids assigned, and services connect to 127.0.0.1:30011.

Configuration
  -c, --config FILE        configuration file (YAML, as for the Go gateway)
      --check              say what a start would find wrong, certificates and
                           log file included, take no port, exit
      --print-config       print the configuration in use and exit; it is a
                           complete configuration file, passwords hidden
      --strict             take an unknown key for an error (also --check)

Logging
      --loglevel LEVEL     debug, info, warn or error          [default: info]
      --log-output WHERE   stdout, stderr, file or both      [default: stdout]
      --log-format FORMAT  text or json                        [default: text]
      --log-file FILE      the log file, for file and both

Process
      --daemon-rlimit-nofile[=N]  warn when fewer files may be open, if
                           daemon.rlimit.enable is on; the runtime raises
                           the limit by itself as far as it may
  -h, --help               print this and exit
      --version            print the version and exit

Environment (a flag beats it, it beats the file)
  FRONTIER_SERVICEBOUND_PORT  port for services
  FRONTIER_EDGEBOUND_PORT     port for edges
  FRONTIER_DRAIN_SECONDS      longest time to let all peers leave when
                              stopping; 0 stops at once          [default: 25]
  LOG_LEVEL, LOG_OUTPUT, LOG_FORMAT, LOG_FILE   as the flags
  NODE_NAME                   names this gateway frontier-<value>
  FRONTLAS_ADDR               address of the cluster directory

A file says where both listen, and whether edges get ids without a service
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
--print-config shows all of them; .inf is no limit.

Signals
  SIGINT, SIGTERM  stop accepting, finish what is in flight, close every
                   connection in order, exit; a second one exits at once
  SIGHUP           open the log file anew, as log rotation wants it, and read
                   certificates and tokens anew; never ends the gateway.
                   Their files are read anew when they change, too

Exit status
  0 done or stopped by a signal, 1 cannot start, 2 wrong usage

Permissions it needs under Deno
  --allow-net  --allow-read=<configuration and certificates>
  --allow-env='FRONTIER_*,FRONTLAS_ADDR,LOG_*,NODE_NAME'
  --allow-sys=systemMemoryInfo, to use half of the memory instead of 1 GiB
  --allow-write=<folder of the log file>, with log output file or both; the
                       same folder in --allow-read, to rotate
  --allow-sys without a name, for daemon.pprof
  --allow-ffi, for daemon.rlimit to see the limit
`;

/**
 * What `--help` of the agent prints.
 *
 * @module
 */

import { FRONTIER_VERSION } from "@frontier/platform/internal";

/** What `--help` prints. */
export const HELP =
  `frontier-agent ${FRONTIER_VERSION}: what a device runs to be reached through a gateway

Usage: frontier-agent --server tls://HOST:30012 [flags]

Keeps one connection to a gateway. Services reach the targets that are listed
here, and nothing else: frontier-forward makes ports of them. It answers the
methods ping, info (JSON) and exec (the name of a listed command).

Connection
      --server URL         tls://host:port, or tcp://host:port without
                           encryption; port 30012 by default. Several are
                           tried in turn
      --meta TEXT          what services get to know of the device; {id} stands
                           for the number in the id file
      --id-file FILE       keeps the device's own number; made at random at the
                           first start. Without --meta it is the meta
      --ca FILE            authorities that vouch for the gateway (PEM);
                           those of the system by default
      --cert FILE, --key FILE   certificate to show, and its key (PEM)
      --server-name NAME   name in the gateway's certificate   [default: HOST]

What can be reached
      --forward NAME=HOST:PORT, --forward NAME=unix:/PATH   a target; several
      --max-connections N  forwarded connections at a time      [default: 256]
      --exec NAME=/PROGRAM, --exec NAME='["/PROGRAM","ARGUMENT"]'   a command
                           that services may run; several. Off by default; no
                           shell, no arguments but these, no environment
      --exec-timeout SECONDS   longest run                       [default: 30]
      --exec-output BYTES  most of each output that is kept   [default: 65536]

What is sent
      --publish TOPIC      publish each line of the standard input, until it is
                           acknowledged; ends with the input where neither
                           --forward nor --exec is given

Process
  -c, --config FILE        all of this in YAML; see docs/AGENT.md
      --status-file FILE   JSON of how it is, always whole
      --stop-seconds N     longest wait for what is under way     [default: 5]
      --loglevel LEVEL     debug, info, warn or error          [default: info]
      --log-format FORMAT  text or json                        [default: text]
      --check              say what is wrong with all of this, exit
  -h, --help               print this and exit
      --version            print the version and exit

Environment (a flag beats it, it beats the file)
  FRONTIER_AGENT_SERVER, FRONTIER_AGENT_ID_FILE and so on, one for each flag;
  lists are separated by spaces. LOG_LEVEL, LOG_FORMAT

Signals
  SIGINT, SIGTERM  refuse what is new, finish what is under way, exit; a second
                   one cuts it and exits at once
  SIGHUP           read the configuration file anew; what is forwarded stays,
                   unless the gateways, the meta or the files for TLS change

Exit status
  0 done or stopped by a signal, 1 cannot start, or lines were not published,
  2 wrong usage

Permissions it needs under Deno
  --allow-net=<gateways and targets>
  --allow-env='FRONTIER_AGENT_*,LOG_*'
  --allow-read=<configuration, certificates, id file>
  --allow-write=<folders of the id file and of the status file>
  --allow-read and --allow-write of a Unix socket that is a target
  --allow-run=<programs of --exec>
`;

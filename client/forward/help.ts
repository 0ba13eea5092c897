/**
 * What `--help` of the forwarder prints.
 *
 * @module
 */

import { FRONTIER_VERSION } from "@frontier/platform/internal";

/** What `--help` prints. */
export const HELP =
  `frontier-forward ${FRONTIER_VERSION}: reaches what an agent forwards

Usage: frontier-forward --gateway HOST:30011 --edge ID --target NAME --listen 127.0.0.1:2222
       frontier-forward --gateway HOST:30011 --edge ID --target NAME --stdio
       frontier-forward --gateway HOST:30011 --edge ID --call info

With --listen each connection to a port of this machine is led to the target;
with --stdio the standard input and output are, as ssh's ProxyCommand wants it:
  ssh -o ProxyCommand='frontier-forward --gateway HOST:30011 --edge %h --target ssh --stdio' user@ID

Where to
      --gateway HOST:PORT  a gateway's port for services, tls:// before it for
                           TLS; port 30011 by default. Where the agent may be
                           at one of several, name them all
      --edge ID            the id of the agent's edge, in decimal
      --target NAME        what to reach, as the agent names it

What to do, one of
      --listen ADDR:PORT   lead connections to this port there
      --stdio              lead the standard input and output there
      --call METHOD        call a method of the agent and print the answer: ping,
                           info, or exec with the command's name as --data
      --data TEXT          what to call it with

How
      --timeout SECONDS    longest wait for the agent            [default: 15]
      --name NAME          name of the service at the gateway [default: forward]
      --ca FILE            authorities that vouch for the gateway (PEM);
                           those of the system by default
      --cert FILE, --key FILE   certificate to show, and its key (PEM)
      --server-name NAME   name in the gateway's certificate   [default: HOST]
      --loglevel LEVEL     debug, info, warn or error; info by default, warn
                           with --stdio and --call
      --log-format FORMAT  text or json                        [default: text]
  -h, --help               print this and exit
      --version            print the version and exit

Environment (a flag beats it)
  FRONTIER_FORWARD_GATEWAY, FRONTIER_FORWARD_CA and so on, one for each flag;
  gateways are separated by spaces. LOG_LEVEL, LOG_FORMAT

A connection that the agent refuses, or that is lost, is reset. The log is on
the standard error.

Signals
  SIGINT, SIGTERM  take no more connections, reset those that are left, exit
  SIGHUP           with --stdio, pass on what has come within a second, exit;
                   ssh sends it when its session is over

Exit status
  0 done or stopped by a signal, 1 not reached or cut, 2 wrong usage

Permissions it needs under Deno
  --allow-net=<gateways, and the address of --listen>
  --allow-env='FRONTIER_FORWARD_*,LOG_*'
  --allow-read=<certificates>, with TLS
`;

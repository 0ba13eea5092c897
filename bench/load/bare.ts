/**
 * The same loads over joined sockets without a gateway, as a yardstick: what the machine and the runtime allow at that time.
 *
 * @module
 */

import type { Load, Meter } from "./measure.ts";
import { type Peer, type Ports, sourceOf } from "./peers.ts";
import type { Handler, Poller } from "./poller.ts";
import { loadOf, RpcPeer, rpcValue } from "./rpc.ts";
import { Receiver, Sender, streamLoad } from "./stream.ts";

/** Owner of a socket until its real one takes over. */
const NOBODY: Handler = { frame: () => {}, closed: () => {} };

/** Pairs dialled at a time. */
const GROUP = 64;

function dial(poller: Poller, port: number, turn = 0): Peer {
  return {
    socket: poller.dial({
      port,
      handler: NOBODY,
      source: sourceOf(turn),
      inputSize: 1024,
    }),
    id: new Uint8Array(8),
  };
}

/** Shape of a bare call load. */
export interface BareRpcOptions {
  /** Pairs of connections. */
  pairs: number;
  /** Calls in flight on each. */
  depth: number;
}

/**
 * Starts calls over joined pairs of sockets.
 *
 * @param poller the event loop.
 * @param ports the relay.
 * @param meter receives the counts.
 * @param options shape of the load.
 * @returns the running load.
 */
export function startBareRpc(
  poller: Poller,
  ports: Ports,
  meter: Meter,
  options: BareRpcOptions,
): Load {
  const value = rpcValue(24);
  const peers: RpcPeer[] = [];
  for (let i = 0; i < options.pairs; i++) {
    new RpcPeer(dial(poller, ports.service, i), poller, meter, value, 0);
    const edge = dial(poller, ports.edge, i);
    peers.push(new RpcPeer(edge, poller, meter, value, options.depth));
    // In groups, so that no backlog overflows.
    if ((i + 1) % GROUP === 0) poller.run(20);
  }
  poller.run(50);
  for (const peer of peers) peer.start("", options.depth);
  return loadOf(poller, meter, peers);
}

/**
 * Starts one stream over a joined pair of sockets.
 *
 * @param poller the event loop.
 * @param ports the relay.
 * @param meter receives the counts.
 * @returns the running load.
 */
export function startBareStream(
  poller: Poller,
  ports: Ports,
  meter: Meter,
): Load {
  const receiver = new Receiver(
    dial(poller, ports.service).socket,
    meter,
    Infinity,
  );
  const sender = new Sender(
    dial(poller, ports.edge).socket,
    meter,
    32_768,
    false,
  );
  poller.run(50);
  sender.adopt(new Uint8Array(8));
  sender.start();
  return streamLoad(poller, meter, [receiver]);
}

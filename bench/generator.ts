/**
 * The load generator process: raw services and raw edges in one thread.
 *
 * @module
 */

import { startBareRpc, startBareStream } from "./load/bare.ts";
import { IdleEdges, startConnectClose } from "./load/connect.ts";
import {
  ask,
  type Order,
  type Outcome,
  printLine,
  readOrder,
  sayProgress,
} from "./load/driver.ts";
import { type Load, measure, Meter } from "./load/measure.ts";
import { startMessages } from "./load/messages.ts";
import { startNatsRpc } from "./load/nats.ts";
import { startOpenClose } from "./load/open_close.ts";
import { Poller } from "./load/poller.ts";
import { readProcess } from "./load/process_stat.ts";
import { startRpc } from "./load/rpc.ts";
import { startStreams } from "./load/stream.ts";

function start(poller: Poller, meter: Meter, { load, ports }: Order): Load {
  switch (load.kind) {
    case "rpc":
    case "unwatched-rpc":
    case "watched-rpc":
      return startRpc(poller, ports, meter, load.options);
    case "bare-rpc":
      return startBareRpc(poller, ports, meter, load.options);
    case "bare-stream":
      return startBareStream(poller, ports, meter);
    case "messages":
      return startMessages(poller, ports, meter, load.options);
    case "stream":
      return startStreams(poller, ports, meter, load.options);
    case "open-close":
      return startOpenClose(poller, ports, meter, load.options);
    case "nats-rpc":
      return startNatsRpc(poller, ports, meter, load.options);
    case "connect-close":
    case "bare-connect-close":
      return startConnectClose(poller, ports, meter, load.options);
    case "idle":
    case "bare-idle":
      return new IdleEdges(poller, ports, meter, load.options);
    default:
      throw new TypeError(
        `Cannot generate ${load.kind}: it is for the SDK processes`,
      );
  }
}

async function run(order: Order): Promise<Outcome> {
  using poller = new Poller();
  const meter = new Meter();
  const gateway = order.watch.gateway as number;
  const { load: shape } = order;
  const idle = shape.kind === "idle" || shape.kind === "bare-idle";
  if (idle) {
    // One connection first, so that what is loaded lazily does not count as the memory of edges.
    new IdleEdges(poller, order.ports, meter, { edges: 1 });
    ask("settle");
  }
  const before = readProcess(gateway).rssBytes;
  const load = start(poller, meter, order);
  ask("started");
  const windows = await measure(
    load,
    meter,
    {
      ...order.watch,
      generator: Deno.pid,
    },
    order.plan,
    sayProgress,
  );
  await load.stop((order.plan.drain ?? 10) * 1000);
  const outcome: Outcome = {
    windows,
    errors: meter.errors,
    firstError: meter.firstError,
  };
  if (idle) {
    ask("settle");
    outcome.bytesPerEdge = (readProcess(gateway).rssBytes - before) /
      shape.options.edges;
  }
  return outcome;
}

printLine({ outcome: await run(readOrder()) });

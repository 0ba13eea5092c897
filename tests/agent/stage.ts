/** A gateway, an agent's targets and a service in this process, for tests of what lies between them. */

import { Edge, Service } from "@frontier/client";
import { TargetServer } from "../../client/forwarding/answer.ts";
import type { Targets } from "../../client/forwarding/target.ts";
import { NULL_LOGGER } from "@frontier/platform/log";
import { startGateway } from "../support/gateway.ts";
import type { Frontier } from "@frontier/server";

/** What a {@linkcode Stage} holds. */
export interface Stage extends AsyncDisposable {
  readonly gateway: Frontier;
  readonly edge: Edge;
  readonly service: Service;
  readonly server: TargetServer;
}

/**
 * Connects an edge with targets, and a service.
 *
 * @param targets What can be reached.
 * @param maxConnections Connections at a time.
 * @param features Extensions of edge and service; none is the original protocol.
 * @returns All of them; disposing ends them.
 */
export async function stage(
  targets: Targets,
  maxConnections = 256,
  features?: readonly string[],
): Promise<Stage> {
  const gateway = await startGateway();
  const extensions = features === undefined ? {} : { features };
  const edge = await Edge.connect({
    port: gateway.edgeAddr.port,
    ...extensions,
  });
  const service = await Service.connect({
    port: gateway.serviceAddr.port,
    ...extensions,
  });
  const server = new TargetServer({
    targets,
    maxConnections,
    log: NULL_LOGGER,
  });
  const serving = (async () => {
    const all: Promise<void>[] = [];
    for await (const stream of edge.streams()) all.push(server.serve(stream));
    await Promise.all(all);
  })();
  return {
    gateway,
    edge,
    service,
    server,
    async [Symbol.asyncDispose]() {
      server.abort();
      await service.close();
      await edge.close();
      await serving;
      await gateway.close();
    },
  };
}

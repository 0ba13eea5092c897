/**
 * Publishes the web servers of edges: `deno task examples http_proxy_service`.
 *
 * @module
 */

import { once } from "node:events";
import { createServer } from "node:http";
import { Service } from "@frontier/client";
import { explained } from "../error_text.ts";
import { checkNetwork, parseAddress, runProgram } from "../flags.ts";
import { WARNINGS } from "../user_log.ts";
import { Proxy } from "./proxy.ts";
import { PublishedEdges } from "./published_edges.ts";

const USAGE = `Publishes the web servers of edges under /{edge}/...

Usage: deno task examples http_proxy_service [flags]`;

const FLAGS = {
  network: { help: "network of the gateway; only tcp", value: "tcp" },
  address: {
    help: "where the gateway listens for services",
    value: "127.0.0.1:30011",
  },
  listen: { help: "where browsers connect", value: "127.0.0.1:8080" },
};

type Values = Record<keyof typeof FLAGS, string>;

async function run(values: Values): Promise<void> {
  checkNetwork(values.network);
  const { hostname, port } = parseAddress(values.listen);
  await using service = await explained(
    "new service err",
    () =>
      Service.connect({
        ...parseAddress(values.address),
        // Browsers rather hear at once that the gateway is away.
        failFast: true,
        logger: WARNINGS,
      }),
  );
  const edges = new PublishedEdges(console.log);
  await edges.follow(service);
  const proxy = new Proxy(service, edges);
  const server = createServer((request, response) =>
    void proxy.answer(request, response)
  );
  server.on(
    "upgrade",
    (request, socket, head) => void proxy.upgrade(request, socket, head),
  );
  server.listen(port, hostname);
  await once(server, "listening");
  const address = server.address();
  const bound = typeof address === "object" ? address?.port : port;
  console.log(`> listening on http://${hostname}:${bound}/`);
  await service.closed;
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));

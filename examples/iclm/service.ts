/**
 * A service to type commands into: `deno task examples iclm_service`.
 *
 * @module
 */

import {
  Service,
  type ServiceLike,
  type ServiceOptions,
} from "@frontier/client";
import type { SingleGatewayOption } from "@frontier/client/cluster";
import { explained } from "../error_text.ts";
import {
  checkNetwork,
  parseAddress,
  parseCount,
  runProgram,
} from "../flags.ts";
import { decodeLabelData } from "./label_data.ts";
import { printable } from "../printable.ts";
import { logConnection, userLog } from "../user_log.ts";
import { chosenMethods } from "./methods.ts";
import { OnlineEdges } from "./online_edges.ts";
import { Prompt } from "./prompt.ts";
import { ServiceCommands } from "./service_commands.ts";
import { MASTER, StreamTable } from "./stream_table.ts";
import { Tally } from "./tally.ts";

const USAGE = `A service to type commands into; help lists them.

Usage: deno task examples iclm_service [flags]`;

const FLAGS = {
  network: { help: "network of the gateway; only tcp", value: "tcp" },
  address: {
    help: "where the gateway listens for services",
    value: "127.0.0.1:30011",
  },
  frontlas_address: {
    help: "where Frontlas listens, with --frontlas instead of --address",
    value: "127.0.0.1:40011",
  },
  frontlas: {
    help: "be a service at all gateways of a cluster",
    value: "false",
    boolean: true,
  },
  loglevel: { help: "trace, debug, info, warn or error", value: "info" },
  service: { help: "name that edges open streams to", value: "foo" },
  topics: { help: "topics to receive, with commas", value: "" },
  topic_receivers: { help: "how many receive at a time", value: "1" },
  methods: { help: "methods to answer, with commas; only echo", value: "" },
  printmessage: {
    help: "show messages and calls",
    value: "false",
    boolean: true,
  },
  nostdin: { help: "take no commands", value: "false", boolean: true },
  buffer: { help: "messages that may wait to be received", value: "1024" },
  stats: {
    help: "show counters each second",
    value: "false",
    boolean: true,
  },
};

type Values = Record<keyof typeof FLAGS, string>;
type Show = (line: string) => void;

const STATS_MS = 1_000;

async function run(values: Values): Promise<void> {
  checkNetwork(values.network);
  const receivers = parseCount("topic_receivers", values.topic_receivers);
  let notice: Show = (line) => console.log(line);
  const show: Show = (line) => notice(printable(line));
  const showReceived: Show = values.printmessage === "true" ? show : () => {};
  const tally = new Tally();
  const logger = userLog(values.loglevel, show);
  const unwrap = (text: string): string => {
    const data = decodeLabelData(text);
    if (data === undefined) return text;
    tally.countLabel(data.label);
    return data.text;
  };
  const methods = chosenMethods(values.methods, {
    echo: (request) => {
      const text = unwrap(request.text());
      showReceived(
        `> rpc called, method: echo edgeID: ${request.edgeId} streamID: ${
          request.streamId || MASTER
        } data: ${text}`,
      );
      return text;
    },
  });
  await using service = await explained("new end err", () =>
    connect(values, {
      name: values.service,
      ...(values.topics === "" ? {} : { topics: values.topics.split(",") }),
      methods,
      logger,
      failFast: true,
      limits: { messages: parseCount("buffer", values.buffer) },
    }));
  const edges = new OnlineEdges(show);
  await edges.follow(service);

  const received = (edgeId: bigint, stream: bigint | string, text: string) =>
    showReceived(
      `> receive msg, edgeID: ${edgeId} streamID: ${stream} data: ${text}`,
    );
  const streams = new StreamTable({
    methods,
    notice: show,
    // The side that accepted a stream is not told whose it is: 0.
    onMessage: (message, { id, peer }) =>
      received(BigInt(peer), id, unwrap(message.text())),
    onData: (text, { id }) => show(`> read data: ${id} ${text}`),
  });
  const receive = async () => {
    for await (const message of service.messages()) {
      message.done();
      tally.countTopic(message.topic);
      received(message.edgeId, MASTER, unwrap(message.text()));
    }
  };
  const accept = async () => {
    for await (const stream of service.streams()) {
      show(`> accept stream ${service.serviceId} ${stream.id}`);
      streams.add(stream);
    }
  };
  for (let i = 0; i < receivers; i++) void receive();
  void accept();
  void logConnection(service, logger);
  const timer = values.stats === "true"
    ? setInterval(() => tally.lines().forEach(show), STATS_MS)
    : undefined;
  if (values.nostdin === "true") {
    await service.closed;
  } else {
    using prompt = new Prompt();
    notice = (line) => prompt.notice(line);
    await new ServiceCommands(service, streams, () => edges.count).run(prompt);
    notice = () => {};
  }
  clearInterval(timer);
}

/** Connects to a gateway, or to all of a cluster. */
async function connect(
  { frontlas, frontlas_address, address }: Values,
  options: Omit<ServiceOptions, SingleGatewayOption>,
): Promise<ServiceLike> {
  const to = parseAddress(frontlas === "true" ? frontlas_address : address);
  if (frontlas !== "true") return await Service.connect({ ...to, ...options });
  // Loaded only where it is used: it speaks gRPC.
  const { ClusterService } = await import("@frontier/client/cluster");
  const { hostname, port } = to;
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return await ClusterService.connect({
    ...options,
    frontlas: [`${host}:${port}`],
  });
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));

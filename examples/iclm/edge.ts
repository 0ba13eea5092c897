/**
 * An edge to type commands into: `deno task examples iclm_edge`.
 *
 * @module
 */

import { Edge, type Handler } from "@frontier/client";
import { explained } from "../error_text.ts";
import { checkNetwork, parseAddress, runProgram } from "../flags.ts";
import { EdgeCommands } from "./edge_commands.ts";
import { printable } from "../printable.ts";
import { logConnection, userLog } from "../user_log.ts";
import { chosenMethods } from "./methods.ts";
import { Prompt } from "./prompt.ts";
import { MASTER, StreamTable } from "./stream_table.ts";

const USAGE = `An edge to type commands into; help lists them.

Usage: deno task examples iclm_edge [flags]`;

const FLAGS = {
  network: { help: "network of the gateway; only tcp", value: "tcp" },
  address: {
    help: "where the gateway listens for edges",
    value: "127.0.0.1:30012",
  },
  loglevel: { help: "trace, debug, info, warn or error", value: "info" },
  meta: { help: "what services learn about this edge", value: "test" },
  methods: { help: "methods to answer, with commas; only echo", value: "" },
  label: { help: "label of what is sent", value: "label-01" },
};

type Values = Record<keyof typeof FLAGS, string>;

async function run(values: Values): Promise<void> {
  checkNetwork(values.network);
  const address = parseAddress(values.address);
  let connected: Edge | undefined = undefined;
  /** Another one after each reconnect. */
  const edgeId = () => connected?.edgeId ?? 0n;
  let notice = (line: string) => console.log(line);
  const show = (line: string) => notice(printable(line));
  const logger = userLog(values.loglevel, show);
  const echo: Handler = (request) => {
    show(
      `> rpc called, method: echo edgeID: ${edgeId()} streamID: ${
        request.streamId || MASTER
      } data: ${request.text()}`,
    );
    return request.data;
  };
  const methods = chosenMethods(values.methods, { echo });
  await using edge = await explained("new edge err", () =>
    Edge.connect({
      ...address,
      meta: values.meta,
      methods,
      logger,
      failFast: true,
    }));
  connected = edge;
  const streams = new StreamTable({
    methods,
    notice: show,
    onMessage: (message, { id }) =>
      show(received(edgeId(), id, message.text())),
    onData: (text) => show(`> read data: ${edgeId()} ${text}`),
  });
  using prompt = new Prompt();
  notice = (line) => prompt.notice(line);
  void logConnection(edge, logger);
  void receive(edge, show);
  void accept(edge, streams, show);
  await new EdgeCommands(edge, streams, values.label).run(prompt);
  notice = () => {};
}

function received(edgeId: bigint, stream: bigint | string, text: string) {
  return `> receive msg, edgeID: ${edgeId} streamID: ${stream} data: ${text}`;
}

async function receive(
  edge: Edge,
  show: (line: string) => void,
): Promise<void> {
  for await (const message of edge.messages()) {
    message.done();
    show(received(edge.edgeId, MASTER, message.text()));
  }
}

async function accept(
  edge: Edge,
  streams: StreamTable,
  show: (line: string) => void,
): Promise<void> {
  for await (const stream of edge.streams()) {
    show(`> accept stream ${stream.id}`);
    streams.add(stream);
  }
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));

/**
 * Metrics of what passes: calls, messages, streams, bytes.
 *
 * @module
 */

import type { Link } from "@frontier/proto/internal";
import type { Metric } from "@frontier/platform/metrics";
import { RESULT_CODES, SIDES, WAYS } from "../tally/labels.ts";
import { emitTable } from "./emit.ts";
import type { MetricSources } from "./sources.ts";

/** Calls go to no broker. */
const CALL_WAYS = WAYS.slice(0, -1);
/** Connections looked at in one turn of the event loop. */
const LINKS_A_TURN = 2_000;

/**
 * @param sources Where they are read.
 * @returns Metrics of what passes.
 */
export function trafficMetrics(sources: MetricSources): Metric[] {
  const { tally, routing } = sources;
  return [
    {
      name: "frontier_calls_total",
      help:
        "Calls that have ended, by direction and result; code ok, remote (an error of the application), unheard (the caller has gone) or why the gateway answered instead",
      type: "counter",
      labels: ["direction", "code"],
      read: (emit) => emitTable(emit, tally.results, CALL_WAYS, RESULT_CODES),
    },
    {
      name: "frontier_call_duration_seconds",
      help:
        "Time from the arrival of a call to its answer, of those that reached their target; timeouts included, refusals not",
      type: "histogram",
      labels: ["direction"],
      read: (emit) =>
        CALL_WAYS.forEach((way, i) => emit(tally.latencies[i], way)),
    },
    {
      name: "frontier_messages_total",
      help:
        "Messages that have been answered, by direction and result; codes as for calls",
      type: "counter",
      labels: ["direction", "code"],
      read: (emit) =>
        emitTable(emit, tally.results, WAYS, RESULT_CODES, WAYS.length),
    },
    {
      name: "frontier_message_duration_seconds",
      help:
        "Time from the arrival of a message to its acknowledgement, the wait for its turn included",
      type: "histogram",
      labels: ["direction"],
      read: (emit) =>
        WAYS.forEach((way, i) => emit(tally.latencies[WAYS.length + i], way)),
    },
    {
      name: "frontier_inflight",
      help: "Calls and messages passed on and not answered yet",
      type: "gauge",
      read: (emit) => emit(routing.exchange.inflight),
    },
    {
      name: "frontier_late_answers_total",
      help: "Answers that came when whoever asked had one already",
      type: "counter",
      read: (emit) => emit(tally.lateAnswers),
    },
    {
      name: "frontier_streams",
      help: "Streams open or being opened",
      type: "gauge",
      read: (emit) => emit(routing.streams.count),
    },
    {
      name: "frontier_stream_opens_total",
      help: "Streams asked for, by who opens and result; codes as for calls",
      type: "counter",
      labels: ["opener", "code"],
      read: (emit) => emitTable(emit, tally.opens, SIDES, RESULT_CODES),
    },
    {
      name: "frontier_stream_open_duration_seconds",
      help: "Time until a stream was open, of those that were opened",
      type: "histogram",
      labels: ["opener"],
      read: (emit) =>
        SIDES.forEach((side, i) => emit(tally.openLatencies[i], side)),
    },
    {
      name: "frontier_stream_lifetime_seconds",
      help: "For how long streams were open that have ended",
      type: "histogram",
      labels: ["opener"],
      read: (emit) =>
        SIDES.forEach((side, i) => emit(tally.lifetimes[i], side)),
    },
    {
      name: "frontier_stream_bytes_total",
      help: "Raw bytes that came on streams, by who sent them",
      type: "counter",
      labels: ["sender"],
      read: (emit) =>
        SIDES.forEach((side, i) => emit(tally.streamBytes[i], side)),
    },
    {
      name: "frontier_streams_stalled_total",
      help: "Streams given up because their receiver took nothing",
      type: "counter",
      read: (emit) => emit(tally.streamsStalled),
    },
    {
      name: "frontier_received_bytes_total",
      help: "Bytes of frames that came from peers",
      type: "counter",
      labels: ["side"],
      read: (emit) =>
        SIDES.forEach((side, i) => emit(tally.traffic[i]!.received, side)),
    },
    {
      name: "frontier_sent_bytes_total",
      help: "Bytes of frames that were sent to peers",
      type: "counter",
      labels: ["side"],
      read: (emit) =>
        SIDES.forEach((side, i) => emit(tally.traffic[i]!.sent, side)),
    },
    {
      name: "frontier_outbox_bytes",
      help: "Bytes that wait to be sent to peers",
      type: "gauge",
      read: async (emit) => emit(await waiting(sources.links)),
    },
    {
      name: "frontier_congested_peers",
      help:
        "Peers with so much waiting to be sent to them that it is shared out",
      type: "gauge",
      read: (emit) => emit(routing.exchange.room.congested.size),
    },
    {
      name: "frontier_dropped_bytes_total",
      help:
        "Bytes that reached nobody: outbox, waiting for a peer that was cut; stream, of a stream whose other side had gone",
      type: "counter",
      labels: ["what"],
      read: (emit) => {
        const [edges, services] = tally.traffic;
        emit(edges.dropped + services.dropped, "outbox");
        emit(tally.streamBytes[2], "stream");
      },
    },
  ];
}

/** Sums up what waits, over several turns of the event loop where there are very many connections. */
async function waiting(links: Iterable<Link>): Promise<number> {
  let sum = 0;
  let looked = 0;
  for (const { outbox } of links) {
    sum += outbox.unwritten;
    if (++looked % LINKS_A_TURN === 0) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
  return sum;
}

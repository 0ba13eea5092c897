/** What an edge does while it is connected. */

import type { Edge } from "../../client/mod.ts";
import { FrontierError } from "@frontier/proto";
import type { Tally } from "./tally.ts";

/** One piece of work; an edge that stays leaves nothing behind. */
export type Work = (
  edge: Edge,
  tally: Tally,
  stays: boolean,
) => Promise<void>;

const STREAM_BYTES = 100_000;
const SHORT_MS = 100;

/** Every kind of work; each fails if anything but the expected comes of it. */
export const WORKS: readonly Work[] = [
  callEcho,
  callEcho,
  publish,
  publish,
  publishRefused,
  openStream,
  takeStream,
  takeCalls,
  callInVain,
  giveUp,
  callNowhere,
];

async function callEcho(edge: Edge, tally: Tally): Promise<void> {
  const text = `${Math.random()}`;
  same((await edge.call("echo", text)).text(), text);
  tally.done.calls++;
}

async function publish(edge: Edge, tally: Tally): Promise<void> {
  await edge.publish("soak", "kept");
  tally.done.messages++;
}

async function publishRefused(edge: Edge, tally: Tally): Promise<void> {
  await fails(edge.publish("soak", "refused"), "remote");
  tally.done.messages++;
}

/** Sends bytes to the service, which sends them back. */
async function openStream(
  edge: Edge,
  tally: Tally,
  stays: boolean,
): Promise<void> {
  const stream = await edge.openStream("soak");
  const count = Math.floor(Math.random() * STREAM_BYTES);
  const sending = stream.write(new Uint8Array(count).fill(7));
  // When the stream is cut, the read says so first.
  sending.catch(() => {});
  const buf = new Uint8Array(16_384);
  let arrived = 0;
  while (arrived < count) {
    const part = await stream.read(buf);
    if (part === null) break;
    arrived += part;
  }
  await sending;
  same(arrived, count);
  tally.done.streamBytes += arrived;
  tally.done.streams++;
  // Some are left to end with their connection.
  if (stays || Math.random() < 0.8) await stream.close();
}

/** Has the service open a stream and send bytes to the edge, which tells how many came. */
async function takeStream(edge: Edge, tally: Tally): Promise<void> {
  const reply = await edge.call("send", `${edge.edgeId}`);
  tally.done.streamBytes += Number(reply.text());
  tally.done.streams++;
}

/** Has the service call and message the edge. */
async function takeCalls(edge: Edge, tally: Tally): Promise<void> {
  same((await edge.call("poke", `${edge.edgeId}`)).text(), "poked");
  tally.done.calls += 2;
  tally.done.messages++;
}

async function callInVain(edge: Edge, tally: Tally): Promise<void> {
  await fails(edge.call("hold", "", { timeoutMs: SHORT_MS }), "timeout");
  tally.done.calls++;
}

async function giveUp(edge: Edge, tally: Tally): Promise<void> {
  const giveUp = new AbortController();
  setTimeout(() => giveUp.abort(), SHORT_MS);
  await fails(edge.call("hold", "", { signal: giveUp.signal }), "canceled");
  tally.done.calls++;
}

async function callNowhere(edge: Edge, tally: Tally): Promise<void> {
  await fails(edge.call("nowhere"), "rpc-not-online");
  tally.done.calls++;
}

async function fails(
  operation: Promise<unknown>,
  code: FrontierError["code"],
): Promise<void> {
  try {
    await operation;
  } catch (error) {
    if (error instanceof FrontierError && error.code === code) return;
    throw error;
  }
  throw new Error(`An operation succeeded that had to fail with ${code}`);
}

function same<T>(actual: T, expected: T): void {
  if (actual !== expected) throw new Error(`Got ${actual} for ${expected}`);
}

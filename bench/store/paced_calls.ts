/**
 * An edge that makes so many calls a second, for the benchmark of the store. Prints what it has made and how long they took when
 * a line comes, and ends with its input.
 *
 * @module
 */

import { Edge } from "../../client/mod.ts";
import { Histogram } from "../load/latency.ts";

const [port, rate] = Deno.args.map(Number) as [number, number];
await using edge = await Edge.connect({ port });
const latency = new Histogram();
const data = new Uint8Array(24);
let errors = 0;
let due = performance.now();
const timer = setInterval(() => {
  const now = performance.now();
  for (; due <= now; due += 1000 / rate) void call();
}, 1);

async function call(): Promise<void> {
  const began = performance.now();
  try {
    const answer = await edge.call("echo", data);
    if (answer.data.length !== data.length) errors++;
  } catch {
    errors++;
  }
  latency.add((performance.now() - began) * 1000);
}

const print = (line: unknown) =>
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(line) + "\n"));
print("ready");
for await (const _ of Deno.stdin.readable) {
  print({
    calls: latency.total,
    p50Us: latency.quantile(0.5),
    p99Us: latency.quantile(0.99),
    errors,
  });
  latency.clear();
}
clearInterval(timer);

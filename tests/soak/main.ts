/**
 * `deno task soak`: edges come and go at a gateway for a while, then nothing of
 * them may be left. Exits with 1 and the figure that is wrong otherwise.
 */

import { type Progress, soak, type SoakResult, type Span } from "./soak.ts";

const HELP = `Soak a gateway: edges connect, work, and go in every way edges go.
Then nothing of them may be left: sessions, timers, descriptors, heap.

Usage: deno task soak [--seconds N] [--edges N]

  --seconds N  how long edges come and go, a third of it as warm-up (default 120)
  --edges N    edges at a time (default 1000)
  --help       show this text
`;

/** What the command line asks for. */
interface Command {
  seconds: number;
  edges: number;
  help: boolean;
}

function parse(args: readonly string[]): Command {
  const command: Command = { seconds: 120, edges: 1_000, help: false };
  for (let i = 0; i < args.length; i++) {
    const [flag, inline] = args[i]!.split("=", 2);
    if (flag === "--help" || flag === "-h") command.help = true;
    else if (flag === "--seconds" || flag === "--edges") {
      const text = inline ?? args[++i] ?? "";
      const value = Number(text);
      const least = flag === "--seconds" ? 6 : 2;
      if (!Number.isInteger(value) || value < least) {
        throw new RangeError(
          `Cannot take "${text}" for ${flag}: need a whole number from ${least}`,
        );
      }
      command[flag === "--seconds" ? "seconds" : "edges"] = value;
    } else throw new TypeError(`Cannot take ${args[i]}: see --help`);
  }
  return command;
}

function tell({ seconds, peers, gateway }: Progress, total: number): void {
  const { done, alive, failed } = peers;
  console.log(
    `${
      String(seconds).padStart(5)
    } s of ${total}: ${alive} edges; ${done.connects} connects, ` +
      `${done.closes} closes, ${done.cuts} cuts, ${done.freezes} half-open, ` +
      `${done.calls} calls, ${done.messages} messages, ${done.streams} streams; ` +
      `gateway: ${gateway.inflight} in flight, ${gateway.streams} streams, ` +
      `${gateway.timers} timers` + (failed > 0 ? `; ${failed} FAILURES` : ""),
  );
}

function summary({ done, gateway, peers }: SoakResult): string {
  return [
    `${done.connects} connects, ${done.abandoned} abandoned handshakes, ` +
    `${done.closes} closes, ${done.cuts} cuts, ${done.freezes} half-open connections`,
    `${done.calls} calls, ${done.messages} messages, ${done.streams} streams ` +
    `with ${mega(done.streamBytes)}`,
    `Gateway         ${spanned(gateway)}`,
    `Client library  ${spanned(peers)}`,
  ].join("\n");
}

function spanned({ before, after }: Span): string {
  return `heap ${mega(before.heapBytes)} -> ${mega(after.heapBytes)}, ` +
    `buffers ${mega(before.bufferBytes)} -> ${mega(after.bufferBytes)}, ` +
    `memory ${mega(before.rssBytes)} -> ${mega(after.rssBytes)}, ` +
    `descriptors ${before.descriptors} -> ${after.descriptors}, ` +
    `timers ${before.timers} -> ${after.timers}`;
}

function mega(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

async function main(args: readonly string[]): Promise<number> {
  let command: Command;
  try {
    command = parse(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 2;
  }
  if (command.help) {
    console.log(HELP.trimEnd());
    return 0;
  }
  const { seconds, edges } = command;
  const result = await soak({
    seconds,
    edges,
    onProgress: (progress) => tell(progress, seconds),
  });
  console.log(summary(result));
  if (result.failures.length === 0) {
    console.log("Nothing leaks.");
    return 0;
  }
  for (const failure of result.failures) console.error(`FAILED: ${failure}`);
  return 1;
}

Deno.exit(await main(Deno.args));

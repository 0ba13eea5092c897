import { assert, assertEquals } from "@std/assert";
import { FrontierError, type FrontierErrorCode } from "@frontier/proto";
import { NULL_LOGGER } from "@frontier/platform/internal";
import { LinePublisher } from "./line_publisher.ts";

const bytes = (number: number) => new TextEncoder().encode(`${number}`);
const number = (line: Uint8Array) => Number(new TextDecoder().decode(line));

async function* count(until: number) {
  for (let i = 0; i < until; i++) yield await Promise.resolve(bytes(i));
}

function publisher(
  publish: (line: number) => Promise<void>,
  signal = new AbortController().signal,
): LinePublisher {
  return new LinePublisher({
    publish: (line) => publish(number(line)),
    log: NULL_LOGGER,
    signal,
  });
}

const failure = (code: FrontierErrorCode) => new FrontierError(code, code);

Deno.test("at most 32 lines are under way, and no more are read", async () => {
  let underWay = 0;
  let most = 0;
  let read = 0;
  const gate = Promise.withResolvers<void>();
  async function* source() {
    for await (const line of count(100)) {
      read++;
      yield line;
    }
  }
  const all = publisher(async () => {
    most = Math.max(most, ++underWay);
    await gate.promise;
    underWay--;
  });
  const running = all.run(source());
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals([most, read], [32, 33]);
  gate.resolve();
  assertEquals(await running, true);
  assertEquals([most, all.published, all.waiting], [32, 100, 0]);
});

Deno.test("what fails is published again, in order, and nothing is left out", async () => {
  const tries = new Map<number, number>();
  const through: number[] = [];
  const all = publisher(async (line) => {
    await Promise.resolve();
    const nth = (tries.get(line) ?? 0) + 1;
    tries.set(line, nth);
    if (line >= 10 && line < 20 && nth === 1) throw failure("force-closed");
    if (line === 12 && nth < 3) throw failure("topic-not-online");
    through.push(line);
  });
  assertEquals(await all.run(count(200)), true);
  const sorted = [...through].sort((a, b) => a - b);
  assertEquals(sorted, Array.from({ length: 200 }, (_, i) => i));
  const failed = through.filter((line) => line >= 10 && line < 20);
  assertEquals(failed, [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
});

Deno.test("a line that is refused is not published again", async () => {
  const tries: number[] = [];
  const all = publisher((line) => {
    tries.push(line);
    return line === 1
      ? Promise.reject(failure("remote"))
      : line === 2
      ? Promise.reject(failure("payload-too-large"))
      : Promise.resolve();
  });
  assertEquals(await all.run(count(4)), false);
  assertEquals(tries, [0, 1, 2, 3]);
  assertEquals([all.published, all.refused, all.waiting], [2, 2, 0]);
});

Deno.test("giving up ends it, with lines under way and more to come", async () => {
  const stop = new AbortController();
  const all = publisher(() => Promise.reject(failure("timeout")), stop.signal);
  const running = all.run(count(100));
  await new Promise((resolve) => setTimeout(resolve, 50));
  stop.abort();
  assertEquals(await running, false);
  assert(all.waiting > 0);
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  forEachPair,
  GoPair,
  LINES,
  startEdge,
  transferInPortions,
} from "./go_pair.ts";
import { GoError } from "./go_peer.ts";
import { interopTest } from "./interop_test_case.ts";

/** As base64 in JSON the largest is just below the frame limit of 10 MiB. */
const SIZES = [65_536, 1_000_003, 7_000_000];

/**
 * Around whole chunks of base64 and of the windows in which it is checked, with
 * each of the three paddings; the last ones before a multiple of 65 536
 * characters and 64 more were once taken for malformed.
 */
const CHUNK_SIZES = [1, 2, 3, 4, 5, 6].flatMap((chunks) =>
  [-2, -1, 0, 1, 46, 47, 48, 49].map((more) => chunks * 49_152 + more)
);

/** Sends a payload of each size every way, as request, answer and message. */
async function exchange(
  { edge, service }: GoPair,
  sizes: readonly number[],
): Promise<void> {
  const target = { edge: edge.clientId };
  for (const size of sizes) {
    const data = { size, seed: size };
    const up = await edge.call("echo", { data });
    const down = await service.call("echo", { ...target, data });
    assertEquals([up.length, down.length, down.sha256], [
      size,
      size,
      up.sha256,
    ]);
    await edge.publish("t1", { data });
    await service.publish("x", { ...target, data });
    assertEquals((await service.event("message")).sha256, up.sha256);
    assertEquals((await edge.event("message")).sha256, up.sha256);
  }
}

async function answerEach({ edge, service }: GoPair): Promise<void> {
  await service.register("echo", { quiet: true });
  await edge.register("echo", { quiet: true });
  await Promise.all([service.consume(), edge.consume()]);
}

forEachPair(
  "requests, answers and messages around whole chunks",
  async (pair) => {
    await answerEach(pair);
    await exchange(pair, CHUNK_SIZES);
  },
);

forEachPair("large requests, answers and messages", async (pair) => {
  const { edge, service } = pair;
  await answerEach(pair);
  await service.register("generate", {
    mode: "generate",
    bytes: 7_000_000,
    quiet: true,
  });
  await exchange(pair, SIZES);
  assertEquals((await edge.call("generate")).length, 7_000_000);
});

forEachPair(
  "a large transfer through a stream",
  async ({ edge, service }, edgeLine, serviceLine) => {
    const [opened, accepted] = await Promise.all([
      edge.open("svc"),
      service.accept(),
    ]);
    const ways = [
      [edge, opened.stream, service, accepted.stream, serviceLine],
      [service, accepted.stream, edge, opened.stream, edgeLine],
    ] as const;
    await Promise.all(ways.map(async ([from, a, to, b, reader]) => {
      if (reader === "old") {
        return await transferInPortions(from, a, to, b, 4_000_000);
      }
      const [put, got] = await Promise.all([
        from.write(a, { size: 24_000_000, seed: 1 }, { chunk: 1_000_000 }),
        to.read(b, { bytes: 24_000_000, timeoutMs: 10_000 }),
      ]);
      assertEquals(got.sha256, put.sha256);
    }));
  },
);

interopTest(
  "a slow reader slows its sender down and loses nothing",
  async () => {
    await using pair = await GoPair.start("new", "new");
    const [opened, accepted] = await Promise.all([
      pair.edge.open("svc"),
      pair.service.accept(),
    ]);
    const [sent, got] = await Promise.all([
      pair.edge.write(opened.stream, { size: 12_000_000, seed: 4 }),
      pair.service.read(accepted.stream, {
        bytes: 12_000_000,
        delayMs: 5,
        timeoutMs: 10_000,
      }),
    ]);
    assertEquals(got.sha256, sent.sha256);
  },
);

for (const line of LINES) {
  interopTest(
    `a message beyond the frame limit costs its sender the connection, nobody else (${line})`,
    async () => {
      await using pair = await GoPair.start(line, line);
      await pair.service.register("echo", { quiet: true });
      await using sender = await startEdge(pair.gateway, { line });
      await assertRejects(
        () =>
          sender.call("echo", {
            data: { size: 8_000_000, seed: 1 },
            timeoutMs: 8000,
          }),
        GoError,
      );
      await sender.event("offline");
      assertEquals(
        (await pair.edge.call("echo", { data: { size: 100_000, seed: 1 } }))
          .length,
        100_000,
      );
      assert(pair.service.pending("offline") === 0);
    },
  );
}

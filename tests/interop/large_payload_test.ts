import { assert, assertEquals, assertRejects } from "@std/assert";
import { forEachPair, GoPair, LINES, startEdge } from "./go_pair.ts";
import { GoError } from "./go_peer.ts";
import { interopTest } from "./interop_test_case.ts";

/** As base64 in JSON the largest is just below the frame limit of 10 MiB. */
const SIZES = [65_536, 1_000_003, 7_000_000];

forEachPair(
  "large requests, answers and messages",
  async ({ edge, service }) => {
    await service.register("echo", { quiet: true });
    await edge.register("echo", { quiet: true });
    await service.register("generate", {
      mode: "generate",
      bytes: 7_000_000,
      quiet: true,
    });
    await Promise.all([service.consume(), edge.consume()]);
    const target = { edge: edge.clientId };
    for (const size of SIZES) {
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
    assertEquals((await edge.call("generate")).length, 7_000_000);
  },
);

forEachPair(
  "a large transfer through a stream",
  async ({ edge, service }, edgeLine, serviceLine) => {
    // An old reader drops what comes faster than it reads: it gets less, and paced.
    const load = (reader: string) =>
      reader === "old"
        ? { size: 2_000_000, how: { chunk: 16_384, delayMs: 1 } }
        : { size: 24_000_000, how: { chunk: 1_000_000 } };
    const [opened, accepted] = await Promise.all([
      edge.open("svc"),
      service.accept(),
    ]);
    const up = load(serviceLine);
    const down = load(edgeLine);
    const [sent, got, sentBack, gotBack] = await Promise.all([
      edge.write(opened.stream, { size: up.size, seed: 1 }, up.how),
      service.read(accepted.stream, { bytes: up.size, timeoutMs: 10_000 }),
      service.write(accepted.stream, { size: down.size, seed: 2 }, down.how),
      edge.read(opened.stream, { bytes: down.size, timeoutMs: 10_000 }),
    ]);
    assertEquals([got.sha256, gotBack.sha256], [sent.sha256, sentBack.sha256]);
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

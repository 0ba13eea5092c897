import { assertEquals } from "@std/assert";
import { encodePprof } from "./pprof.ts";
import { ProtoWriter } from "./protobuf.ts";
import { cpuProfile, heapProfile } from "./v8_profiles.ts";

/** The whole numbers of a message that has nothing else. */
function readInts(bytes: Uint8Array): [bigint, bigint][] {
  const numbers: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte < 128) {
      numbers.push(value);
      value = shift = 0n;
    }
  }
  return numbers.flatMap((number, i) =>
    i % 2 === 0 ? [[number >> 3n, numbers[i + 1]!] as [bigint, bigint]] : []
  );
}

Deno.test("whole numbers of every length are written as protobuf has them", () => {
  for (let bit = 0; bit <= 53; bit++) {
    for (const near of [-1, 0, 1]) {
      const value = 2 ** bit + near;
      if (!Number.isSafeInteger(value) || value === 0) continue;
      assertEquals(readInts(new ProtoWriter().int(5, value).bytes), [
        [5n, BigInt(value)],
      ]);
    }
  }
  assertEquals(new ProtoWriter().int(5, 0).bytes.length, 0);
});

Deno.test("a message grows with what is written, whatever its length", () => {
  for (const length of [0, 1, 127, 128, 255, 256, 257, 70_000]) {
    const { bytes } = new ProtoWriter().text(1, "x".repeat(length)).int(2, 7);
    assertEquals(bytes.subarray(-2), new Uint8Array([16, 7]));
    assertEquals(bytes.length >= length + 4, true);
  }
});

const frame = (functionName: string) => ({
  functionName,
  url: "file:///a.ts",
  lineNumber: 4,
});

Deno.test("time of the processor goes to the stack that was seen, idle time to nobody", () => {
  const { samples, kinds } = cpuProfile({
    nodes: [
      { id: 1, callFrame: frame("(root)"), children: [2, 4] },
      { id: 2, callFrame: frame("outer"), children: [3] },
      { id: 3, callFrame: frame("inner") },
      { id: 4, callFrame: frame("(idle)") },
    ],
    samples: [3, 4, 3, 2],
    timeDeltas: [900, 1_000, 5_000, 2_000],
  }, { startedAt: 0, durationMs: 9, intervalUs: 1_000 });
  assertEquals(kinds.map(({ type }) => type), ["samples", "cpu"]);
  assertEquals(
    [...samples].map((
      { stack, values },
    ) => [stack.map((f) => f.functionName), values]),
    [
      [["inner", "outer"], [2, 3_000_000]],
      [["outer"], [1, 1_000_000]],
    ],
  );
});

Deno.test("memory that lives goes to the stack that allocated it, however deep", () => {
  let node = {
    callFrame: frame("f0"),
    selfSize: 10,
    children: [] as unknown[],
  };
  for (let i = 1; i < 20_000; i++) {
    node = { callFrame: frame("f"), selfSize: 0, children: [node] };
  }
  const head = { callFrame: frame("(root)"), selfSize: 3, children: [node] };
  const profile = heapProfile(head as never, 0, 512);
  const all = [...profile.samples];
  assertEquals(all.map(({ values }) => values), [[10]]);
  assertEquals([all[0]!.stack.length, all[0]!.stack[0]!.functionName], [
    20_000,
    "f0",
  ]);
  assertEquals(encodePprof(profile).length > 20_000, true);
});

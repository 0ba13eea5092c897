import { assert, assertEquals, assertRejects } from "@std/assert";
import { ForwardError } from "./forward_error.ts";
import { CONTROL_BYTES, DATA, END, OPEN, OPENED, REFUSED } from "./frame.ts";
import { FrameReader } from "./frame_reader.ts";

/** Hands bytes out in pieces of given sizes, over and over. */
function streamOf(bytes: Uint8Array, sizes: readonly number[]) {
  let at = 0;
  let turn = 0;
  return {
    largest: 0,
    read(into: Uint8Array): Promise<number | null> {
      assert(into.length > 0);
      this.largest = Math.max(this.largest, into.length);
      if (at === bytes.length) return Promise.resolve(null);
      const size = sizes[turn++ % sizes.length]!;
      const part = bytes.subarray(at, at + Math.min(size, into.length));
      into.set(part);
      at += part.length;
      return Promise.resolve(part.length);
    },
  };
}

function frame(type: number, bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  const head = [type, length >> 16, length >> 8, length];
  return concat(Uint8Array.from(head), bytes);
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Reads everything; parts of DATA are put together. */
async function readAll(reader: FrameReader): Promise<[number, number[]][]> {
  const seen: [number, number[]][] = [];
  for (;;) {
    try {
      const { type, bytes } = await reader.next();
      const last = seen.at(-1);
      if (type === DATA && last?.[0] === DATA) last[1].push(...bytes);
      else seen.push([type, [...bytes]]);
    } catch (error) {
      assert(error instanceof ForwardError);
      assertEquals(error.code, "cut");
      return seen;
    }
  }
}

const pattern = (length: number) =>
  Uint8Array.from({ length }, (_, i) => i * 31 + (i >> 8));

Deno.test("frames are read whole, however the bytes arrive", async () => {
  const name = pattern(CONTROL_BYTES);
  const data = pattern(9_000);
  const bytes = concat(
    frame(OPEN, name),
    frame(OPENED, new Uint8Array()),
    frame(DATA, new Uint8Array()),
    frame(DATA, data),
    frame(DATA, data.subarray(0, 1)),
    frame(REFUSED, name.subarray(0, 5)),
    frame(DATA, data),
    frame(END, new Uint8Array()),
  );
  const whole: [number, number[]][] = [
    [OPEN, [...name]],
    [OPENED, []],
    [DATA, [...data, data[0]!]],
    [REFUSED, [...name.subarray(0, 5)]],
    [DATA, [...data]],
    [END, []],
  ];
  const ways = [
    [1],
    [2],
    [3],
    [4],
    [5],
    [7],
    [1_023],
    [1_028],
    [2_047],
    [
      2_048,
    ],
    [2_049],
    [70_000],
    [1, 70_000],
    [70_000, 3, 1],
  ];
  for (const sizes of ways) {
    const stream = streamOf(bytes, sizes);
    assertEquals(await readAll(new FrameReader(stream)), whole, `${sizes}`);
  }
});

Deno.test("a quiet connection holds a small buffer, a busy one a large", async () => {
  const quiet = streamOf(frame(DATA, pattern(5_000)), [100]);
  await readAll(new FrameReader(quiet));
  assertEquals(quiet.largest, 2_048);
  const busy = streamOf(frame(DATA, pattern(200_000)), [70_000]);
  await readAll(new FrameReader(busy));
  assertEquals(busy.largest, 65_536);
});

Deno.test("what is no frame is refused before it is waited for", async () => {
  const huge = [255, 255, 255];
  const wrong = [
    [0, 0, 0, 0],
    [6, 0, 0, 0],
    [255, 0, 0, 1],
    [OPENED, 0, 0, 1],
    [END, 0, 0, 1],
    [OPEN, 0, 4, 1],
    [REFUSED, 0, 4, 1],
    [OPEN, ...huge],
    [71, 69, 84, 32],
  ];
  for (const bytes of wrong) {
    const reader = new FrameReader(streamOf(Uint8Array.from(bytes), [4]));
    const error = await assertRejects(() => reader.next(), ForwardError);
    assertEquals(error.code, "protocol", `${bytes}`);
  }
});

Deno.test("a stream that ends inside a frame was cut", async () => {
  const bytes = concat(frame(OPEN, pattern(9)), frame(DATA, pattern(9)));
  for (let length = 0; length < bytes.length; length++) {
    const reader = new FrameReader(streamOf(bytes.subarray(0, length), [50]));
    const seen = await readAll(reader);
    assertEquals(seen.length, length < 13 ? 0 : length < 18 ? 1 : 2);
  }
});

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  encodeFrame,
  FrameError,
  type FrameSource,
  readFrames,
} from "./frame.ts";

/** Gives bytes in pieces of a size. */
function source(bytes: Uint8Array, size: number): FrameSource {
  let at = 0;
  return {
    read(buf) {
      const part = bytes.subarray(at, at + Math.min(size, buf.length));
      at += part.length;
      buf.set(part);
      return Promise.resolve(part.length === 0 ? null : part.length);
    },
  };
}

async function payloads(bytes: Uint8Array, size: number): Promise<string[]> {
  const found: string[] = [];
  for await (const payload of readFrames(source(bytes, size))) {
    found.push(payload.toHex());
  }
  return found;
}

Deno.test("frames are read as they were written, however they arrive", async () => {
  const lengths = [1, 2, 255, 256, 257, 65_535, 1_420, 65_535, 3];
  const sent = lengths.map((length, i) =>
    new Uint8Array(length).map((_, j) => i * 31 + j)
  );
  const bytes = new Uint8Array(await new Blob(sent.map(encodeFrame)).bytes());
  for (const size of [1, 2, 3, 1_000, 65_537, 1_000_000]) {
    assertEquals(await payloads(bytes, size), sent.map((one) => one.toHex()));
  }
  assertEquals(await payloads(new Uint8Array(), 1), []);
});

Deno.test("frames look as those of the original", () => {
  assertEquals(encodeFrame(new Uint8Array([7, 8])).toHex(), "00020708");
  const long = encodeFrame(new Uint8Array(65_535));
  assertEquals(long.subarray(0, 2).toHex(), "ffff");
  assertThrows(
    () => encodeFrame(new Uint8Array()),
    FrameError,
    "frame: empty payload",
  );
  assertThrows(
    () => encodeFrame(new Uint8Array(65_536)),
    FrameError,
    "frame: payload exceeds 65535 bytes",
  );
});

Deno.test("what is no frame is refused", async () => {
  const read = (...bytes: number[]) => payloads(new Uint8Array(bytes), 2);
  await assertRejects(
    () => read(0, 1, 7, 0, 0),
    FrameError,
    "frame: zero-length frame on wire",
  );
  for (const bytes of [[0], [0, 2], [0, 2, 7], [0, 1, 7, 0]]) {
    await assertRejects(() => read(...bytes), FrameError, "unexpected EOF");
  }
});

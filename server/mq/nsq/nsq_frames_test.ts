import { assertEquals, assertThrows } from "@std/assert";
import { command, NsqFrames, publishAll } from "./nsq_frames.ts";

function frame(type: number, text: string): Uint8Array {
  const body = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 4 + body.length);
  view.setUint32(4, type);
  bytes.set(body, 8);
  return bytes;
}

Deno.test("frames are found wherever the bytes are cut", () => {
  const bytes = new Uint8Array([
    ...frame(0, "OK"),
    ...frame(0, "_heartbeat_"),
    ...frame(1, "E_BAD_TOPIC x"),
    ...frame(0, ""),
  ]);
  const expected = [
    { type: 0, text: "OK" },
    { type: 0, text: "_heartbeat_" },
    { type: 1, text: "E_BAD_TOPIC x" },
    { type: 0, text: "" },
  ];
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second++) {
      const frames = new NsqFrames();
      assertEquals([
        ...frames.push(bytes.subarray(0, first)),
        ...frames.push(bytes.subarray(first, second)),
        ...frames.push(bytes.subarray(second)),
      ], expected);
    }
  }
});

Deno.test("what is no frame is said", () => {
  for (const size of [0, 3, 0x4854_5450]) {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setUint32(0, size);
    assertThrows(() => new NsqFrames().push(bytes), Error, "not nsqd");
  }
});

Deno.test("commands have their line, and the length of their body", () => {
  assertEquals(new TextDecoder().decode(command("NOP")), "NOP\n");
  assertEquals(
    [...command("PUB t", Uint8Array.of(7, 8))],
    [...new TextEncoder().encode("PUB t\n"), 0, 0, 0, 2, 7, 8],
  );
  assertEquals(
    [...publishAll("t", [Uint8Array.of(1), Uint8Array.of(2, 3)])],
    [
      ...new TextEncoder().encode("MPUB t\n"),
      0,
      0,
      0,
      15,
      0,
      0,
      0,
      2,
      0,
      0,
      0,
      1,
      1,
      0,
      0,
      0,
      2,
      2,
      3,
    ],
  );
});

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { frame } from "./frames.ts";
import { Intake, type Memory } from "./intake.ts";

function allocate(size: number): Memory {
  const memory = new ArrayBuffer(size);
  return { bytes: new Uint8Array(memory), view: new DataView(memory) };
}

/** Feeds `stream` in pieces of at most the given sizes and returns what comes out. */
function feed(stream: Uint8Array, sizes: number[], initial: number): string[] {
  const intake = new Intake(initial, allocate);
  const frames: string[] = [];
  let turn = 0;
  for (let at = 0; at < stream.length;) {
    assert(intake.room > 0);
    const size = sizes[turn++ % sizes.length] ?? 1;
    const count = Math.min(size, intake.room, stream.length - at);
    intake.memory.bytes.set(stream.subarray(at, at + count), intake.end);
    at += count;
    intake.took(count, (type, from, to) => {
      const bytes = intake.memory.bytes.subarray(from, to);
      assertEquals(type, bytes[1]);
      frames.push(bytes.toHex());
      return true;
    });
  }
  return frames;
}

Deno.test("Intake hands out every frame once, however the bytes are cut", () => {
  fc.assert(fc.property(
    fc.array(fc.nat({ max: 3000 }), { minLength: 1, maxLength: 20 }),
    fc.array(fc.integer({ min: 1, max: 2000 }), {
      minLength: 1,
      maxLength: 10,
    }),
    fc.integer({ min: 15, max: 4096 }),
    (lengths, sizes, initial) => {
      const frames = lengths.map((length, i) =>
        frame(i + 1, i, new Uint8Array(length).fill(i))
      );
      const stream = new Uint8Array(
        frames.reduce((sum, one) => sum + one.length, 0),
      );
      frames.reduce((at, one) => {
        stream.set(one, at);
        return at + one.length;
      }, 0);
      assertEquals(
        feed(stream, sizes, initial),
        frames.map((one) => one.toHex()),
      );
    },
  ));
});

Deno.test("Intake stops when told to and keeps the rest", () => {
  const intake = new Intake(256, allocate);
  const two = [frame(1, 1, "a"), frame(2, 2, "b")];
  const types: number[] = [];
  intake.memory.bytes.set(two[0] as Uint8Array, 0);
  intake.memory.bytes.set(two[1] as Uint8Array, 15);
  intake.took(30, (type) => {
    types.push(type);
    return false;
  });
  assertEquals(types, [1]);
  intake.took(0, (type) => {
    types.push(type);
    return true;
  });
  assertEquals(types, [1, 2]);
});

let total = 0;

Deno.test("Intake grows after a full read and not beyond its bound", () => {
  const intake = new Intake(64, allocate);
  const small = frame(1, 1, new Uint8Array(18));
  for (let i = 0; i < 5000; i++) {
    const count = intake.room;
    const bytes = new Uint8Array(count);
    // The stream goes on in the middle of a frame.
    for (let at = 0; at < count; at++) {
      bytes[at] = small[(total + at) % small.length] as number;
    }
    total += count;
    intake.memory.bytes.set(bytes, intake.end);
    intake.took(count, () => true);
    if (intake.memory.bytes.length === 262_144) break;
  }
  assertEquals(intake.memory.bytes.length, 262_144);
});

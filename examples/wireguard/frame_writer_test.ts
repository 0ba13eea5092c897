import { assertEquals } from "@std/assert";
import { FrameWriter } from "./frame_writer.ts";

Deno.test("datagrams are dropped while too many wait, and go on afterwards", async () => {
  const taken: number[] = [];
  let release = Promise.withResolvers<void>();
  const writer = new FrameWriter({
    write(data) {
      taken.push(data.length);
      return release.promise;
    },
  });
  const datagram = new Uint8Array(65_535);
  assertEquals(
    Array.from({ length: 6 }, () => writer.send(datagram)),
    [true, true, true, true, false, false],
  );
  assertEquals(writer.dropped, 2);
  release.resolve();
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(writer.send(datagram), true);
  assertEquals(writer.send(new Uint8Array()), false);
  assertEquals(taken, Array(5).fill(65_537));

  // A stream that is over takes nothing, and harms nobody.
  release = Promise.withResolvers<void>();
  release.reject(new Error("over"));
  assertEquals(writer.send(datagram), true);
  await new Promise((resolve) => setTimeout(resolve));
});

import { assertEquals } from "@std/assert";
import { lines } from "./lines.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function cut(
  text: string,
  size: number,
  maxBytes = 1_000,
): Promise<{ seen: string[]; dropped: number }> {
  const bytes = encoder.encode(text);
  async function* source() {
    // One buffer for all, as a reader of files may do it.
    const buf = new Uint8Array(size);
    for (let at = 0; at < bytes.length; at += size) {
      const part = bytes.subarray(at, at + size);
      buf.set(part);
      yield await Promise.resolve(buf.subarray(0, part.length));
    }
  }
  let dropped = 0;
  const options = { maxBytes, onDropped: () => void dropped++ };
  const seen: Uint8Array[] = [];
  for await (const line of lines(source(), options)) seen.push(line);
  return { seen: seen.map((line) => decoder.decode(line)), dropped };
}

Deno.test("lines are cut whatever the pieces are", async () => {
  const texts: [string, string[]][] = [
    ["", []],
    ["\n", [""]],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["a\n\nb", ["a", "", "b"]],
    ["größe\r\nzwei\n", ["größe\r", "zwei"]],
    ["x".repeat(100) + "\ny\n", ["x".repeat(100), "y"]],
  ];
  for (const [text, wanted] of texts) {
    for (const size of [1, 2, 3, 7, 64, 1_000]) {
      assertEquals((await cut(text, size)).seen, wanted, `${text} by ${size}`);
    }
  }
});

Deno.test("a line that is too long is dropped, and the next one comes", async () => {
  for (const size of [1, 3, 5, 100]) {
    const { seen, dropped } = await cut("12345\n123456\n12\n1234567", size, 5);
    assertEquals(seen, ["12345", "12"]);
    assertEquals(dropped, 2);
  }
});

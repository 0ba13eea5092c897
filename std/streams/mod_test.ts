import { assertEquals, assertRejects } from "@std/assert";
import {
  TextLineStream,
  toArrayBuffer,
  toBytes,
  toJson,
  toText,
} from "@std/streams";

async function lines(chunks: string[], allowCR = false): Promise<string[]> {
  return await Array.fromAsync(
    ReadableStream.from(chunks).pipeThrough(new TextLineStream({ allowCR })),
  );
}

const SPLIT: [string, string[], string[]][] = [
  ["LF and CRLF", ["a\nb\r\nc"], ["a", "b", "c"]],
  ["a line over several chunks", ["a", "b", "c\nd"], ["abc", "d"]],
  ["a CRLF over two chunks", ["a\r", "\nb"], ["a", "b"]],
  ["empty lines", ["\n\na\n\n"], ["", "", "a", ""]],
  ["no line after a last line end", ["a\n"], ["a"]],
  ["no lines at all", [], []],
  ["empty chunks", ["", "a", "", "\n"], ["a"]],
];

for (const [name, chunks, expected] of SPLIT) {
  Deno.test(`TextLineStream knows ${name}`, async () =>
    assertEquals(await lines(chunks), expected));
}

Deno.test("TextLineStream takes a lone CR for a line end only when told to", async () => {
  assertEquals(await lines(["a\rb\n"]), ["a\rb"]);
  assertEquals(await lines(["a\rb\nc\r"], true), ["a", "b", "c"]);
  assertEquals(await lines(["a\r", "\nb"], true), ["a", "b"]);
  assertEquals(await lines(["a\r", "b"], true), ["a", "b"]);
});

Deno.test("TextLineStream gives the same lines for every cut", async () => {
  const text = "one\ntwo\r\n\nthree\r\nfour";
  for (let cut = 0; cut <= text.length; cut++) {
    assertEquals(await lines([text.slice(0, cut), text.slice(cut)]), [
      "one",
      "two",
      "",
      "three",
      "four",
    ]);
  }
});

function bytes(...chunks: number[][]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks.map((chunk) => new Uint8Array(chunk)));
}

Deno.test("toBytes and toArrayBuffer join all chunks", async () => {
  assertEquals(
    await toBytes(bytes([1, 2], [], [3])),
    new Uint8Array([1, 2, 3]),
  );
  assertEquals(await toBytes(bytes()), new Uint8Array());
  assertEquals(
    await toArrayBuffer(bytes([1], [2])),
    new Uint8Array([1, 2]).buffer,
  );
});

Deno.test("toText joins texts, and bytes with characters cut in two", async () => {
  assertEquals(await toText(ReadableStream.from(["a", "b"])), "ab");
  assertEquals(await toText(bytes([0xe2], [0x82, 0xac])), "€");
});

Deno.test("toJson parses, and refuses what is not JSON", async () => {
  assertEquals(await toJson(ReadableStream.from(['{"a":', "1}"])), { a: 1 });
  await assertRejects(() => toJson(ReadableStream.from(["{"])), SyntaxError);
});

Deno.test("a stream that fails fails its reader", async () => {
  const failing = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new RangeError("Broken")),
  });
  await assertRejects(() => toBytes(failing), RangeError, "Broken");
});

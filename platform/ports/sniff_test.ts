import { assertEquals } from "@std/assert";
import { guessProtocol, speaksProtocol } from "./sniff.ts";

Deno.test("speaksProtocol() tells the protocol by two bytes", () => {
  const cases: [number[], boolean | undefined][] = [
    [[1, 1], true],
    [[1, 1, 0, 0, 7], true],
    [[1], undefined],
    [[1, 2], false],
    [[2], false],
    [[2, 1], false],
    [[0, 0], false],
    [[0x47, 0x45, 0x54], false],
  ];
  for (const [bytes, expected] of cases) {
    assertEquals(speaksProtocol(new Uint8Array(bytes)), expected, `${bytes}`);
  }
});

Deno.test("guessProtocol() knows what balancers, browsers and lost clients say", () => {
  const cases: [string, string][] = [
    ["\x16\x03\x01", "TLS"],
    ["\x01\x01\x00", "Frontier"],
    ["GET / HTTP/1.1\r\n", "HTTP"],
    ["HEAD /", "HTTP"],
    ["PRI * HTTP/2.0", "HTTP"],
    ["OPTIONS * HTTP/1.1", "HTTP"],
    ["GETTING", "something else"],
    ["\x00", "something else"],
    ["SSH-2.0", "something else"],
  ];
  for (const [text, expected] of cases) {
    assertEquals(guessProtocol(new TextEncoder().encode(text)), expected, text);
  }
});

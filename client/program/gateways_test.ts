import { assertEquals, assertThrows } from "@std/assert";
import { dialOptions, parseGateway } from "./gateways.ts";

Deno.test("gateways are named with how they are spoken to", () => {
  const good: [string, boolean, string, number][] = [
    ["tls://gateway.example", true, "gateway.example", 9],
    ["tls://gateway.example:1/", true, "gateway.example", 1],
    ["tcp://127.0.0.1:65535", false, "127.0.0.1", 65_535],
    ["tcp://[::1]:80", false, "::1", 80],
    ["tls://[fd00::1]", true, "fd00::1", 9],
  ];
  for (const [text, tls, hostname, port] of good) {
    assertEquals(parseGateway(text, 9), { tls, hostname, port });
  }
  for (
    const text of [
      "",
      "host:1",
      "http://host:1",
      "tls://",
      "tls:///",
      "tls://host:1/path",
      "tls://host:1?x",
      "TLS://host:1",
      "tls://host:99999",
      "tls://a b",
    ]
  ) assertThrows(() => parseGateway(text, 9), Error, "Cannot");
});

Deno.test("one address is reached in one way", () => {
  const at = (...texts: string[]) => texts.map((text) => parseGateway(text, 9));
  assertEquals(
    dialOptions(at("tls://a", "tcp://b:1", "tls://a:9"), {}).addresses,
    ["a:9", "b:1"],
  );
  assertThrows(
    () => dialOptions(at("tls://a", "tcp://a"), {}),
    TypeError,
    "Cannot reach a:9 both with TLS and without",
  );
  assertThrows(
    () => dialOptions(at("tcp://a"), { ca: "ca.pem" }),
    TypeError,
    "Cannot use certificates without TLS",
  );
});

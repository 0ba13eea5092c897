import { assertEquals } from "@std/assert";
import { formatSocketAddress, isName, parseSocketAddress } from "./target.ts";

Deno.test("addresses of targets are read and written", () => {
  const good = [
    ["127.0.0.1:22", { hostname: "127.0.0.1", port: 22 }],
    ["localhost:65535", { hostname: "localhost", port: 65_535 }],
    ["[::1]:80", { hostname: "::1", port: 80 }],
    ["printer.local:9100", { hostname: "printer.local", port: 9_100 }],
    ["unix:/run/app.sock", { path: "/run/app.sock" }],
    ["unix:/a b:c", { path: "/a b:c" }],
  ] as const;
  for (const [text, address] of good) {
    assertEquals(parseSocketAddress(text), address);
    assertEquals(formatSocketAddress(address), text);
  }
});

Deno.test("what is no address of a target is refused", () => {
  for (
    const text of [
      "",
      "22",
      ":22",
      "host",
      "host:",
      "host:0",
      "host:65536",
      "host:22x",
      "::1:22",
      "[::1]",
      "[host]:22",
      "http://host:80",
      "user@host:22",
      "a b:22",
      "unix:",
      "unix:run/app.sock",
      "unix:/a\0b",
    ]
  ) assertEquals(parseSocketAddress(text), undefined, text);
});

Deno.test("names are short and plain", () => {
  for (const name of ["a", "ssh", "web-1", "a.b_c", "9", "x".repeat(64)]) {
    assertEquals(isName(name), true, name);
  }
  for (const name of ["", "-a", ".a", "a b", "a/b", "ä", "x".repeat(65)]) {
    assertEquals(isName(name), false, name);
  }
});

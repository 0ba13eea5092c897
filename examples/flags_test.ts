import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  checkNetwork,
  FlagError,
  helpText,
  parseAddress,
  parseCount,
  parseDuration,
  parseFlags,
} from "./flags.ts";

const FLAGS = {
  name: { help: "your name", value: "alice" },
  address: { help: "where to", value: "" },
};

Deno.test("parseFlags() takes both spellings and keeps the defaults", () => {
  assertEquals(parseFlags([], FLAGS), { name: "alice", address: "" });
  assertEquals(parseFlags(["--name", "bob", "--address=a=b"], FLAGS), {
    name: "bob",
    address: "a=b",
  });
  assertEquals(parseFlags(["--name", "bob", "--help"], FLAGS), undefined);
});

Deno.test("parseFlags() refuses what it does not know", () => {
  for (
    const args of [["--nam", "x"], ["name"], ["--name"], ["--toString", "x"]]
  ) {
    assertThrows(() => parseFlags(args, FLAGS), FlagError);
  }
});

Deno.test("helpText() lists every flag with its default", () => {
  const text = helpText("Usage: x", FLAGS);
  assert(text.startsWith("Usage: x\n"));
  assert(/--name +your name \(default alice\)/.test(text));
  assert(/--address +where to\n/.test(text));
});

Deno.test("parseAddress() takes host, IPv6 and no host", () => {
  assertEquals(parseAddress("h:1"), { hostname: "h", port: 1 });
  assertEquals(parseAddress(":1"), { hostname: "127.0.0.1", port: 1 });
  assertEquals(parseAddress("[::1]:1"), { hostname: "::1", port: 1 });
  for (const address of ["h", "h:", "h:70000", "h:x"]) {
    assertThrows(() => parseAddress(address), FlagError);
  }
});

Deno.test("a flag that is true or false needs no value", () => {
  const flags = { stats: { help: "", value: "false", boolean: true } };
  assertEquals(parseFlags([], flags), { stats: "false" });
  assertEquals(parseFlags(["--stats"], flags), { stats: "true" });
  assertEquals(parseFlags(["--stats=false"], flags), { stats: "false" });
  assertThrows(() => parseFlags(["--stats=maybe"], flags), FlagError);
  assertThrows(() => parseFlags(["--stats", "true"], flags), FlagError);
});

Deno.test("parseDuration() takes what Go's programs take", () => {
  for (
    const [text, ms] of [
      ["60s", 60_000],
      ["500ms", 500],
      ["1m30s", 90_000],
      ["1.5s", 1_500],
      ["2h", 7_200_000],
    ] as const
  ) {
    assertEquals(parseDuration(text), ms);
  }
  for (const text of ["", "60", "s", "0s", "-1s", "1s ", "1x", "597h"]) {
    assertThrows(() => parseDuration(text), FlagError);
  }
});

Deno.test("parseCount() takes whole numbers from 1", () => {
  assertEquals(parseCount("n", "12"), 12);
  for (const text of ["", "0", "-1", "1.5", "1e3", "x", "9".repeat(16)]) {
    assertThrows(() => parseCount("n", text), FlagError, "--n");
  }
});

Deno.test("only tcp is a network", () => {
  checkNetwork("tcp");
  assertThrows(() => checkNetwork("udp"), FlagError, "need tcp");
});

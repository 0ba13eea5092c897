import {
  ConfigError,
  ENDLESS_COUNT,
  ENDLESS_MS,
} from "@frontier/platform/config";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { LIMIT_RULES } from "./limit_rules.ts";
import {
  DEFAULT_LIMITS,
  type FrontierOptions,
  type Limits,
  loadConfig,
  resolveOptions,
} from "./mod.ts";

const NAMES = Object.keys(DEFAULT_LIMITS) as (keyof Limits)[];

function keyOf(name: keyof Limits): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function fromFile(name: keyof Limits, text: string): unknown {
  const file = `servicebound: {listen: {addr: ":1"}}
edgebound: {listen: {addr: ":2"}}
limits: {${keyOf(name)}: ${text}}
`;
  return loadConfig({ path: "f.yaml", text: file }).config.limits[name];
}

function fromProgram(name: keyof Limits, value: unknown): unknown {
  const options = { limits: { [name]: value } } as FrontierOptions;
  return resolveOptions(options).limits[name];
}

/** What both ways refuse in the same words. */
const WRONG: [inFile: string, inProgram: unknown][] = [
  ["-1", -1],
  ["1.5", 1.5],
  [".nan", NaN],
  ["-.inf", -Infinity],
  ["1e300", 1e300],
  ["'5000000'", "5000000"],
  ["many", "many"],
  ["[5000000]", [5_000_000]],
  ["{a: 5000000}", { a: 5_000_000 }],
  ["true", true],
];

for (const name of NAMES) {
  const { least, most, unit } = LIMIT_RULES[name];

  Deno.test(`limit ${keyOf(name)} refuses what it cannot have, in a file and in a program`, () => {
    const below: [string, unknown] = [`${least - 1}`, least - 1];
    const above: [string, unknown] = [`${most + 1}`, most + 1];
    const bounded = most < ENDLESS_MS || name.endsWith("Bytes");
    for (
      const [text, value] of [
        ...WRONG,
        below,
        ...(bounded && most < ENDLESS_COUNT ? [above] : []),
      ]
    ) {
      if (unit === "milliseconds" && value === 1e300) continue;
      const { diagnostics: [found] } = assertThrows(
        () => fromFile(name, text),
        ConfigError,
      );
      const { message } = assertThrows(
        () => fromProgram(name, value),
        RangeError,
      );
      assert(found !== undefined);
      assert(found.message.includes(`as "limits.${keyOf(name)}": expected `));
      assert(message.includes(`as "limits.${name}": expected `), message);
      // Everything that may be, in both.
      for (const said of [found.message, message]) {
        assert(said.includes(`${least}`), said);
        if (bounded && most < ENDLESS_COUNT) {
          assert(said.includes(`to ${most}`), said);
        }
      }
      assert(found.message.includes(".inf for no limit"), found.message);
      assert(message.includes("Infinity for no limit"), message);
      assertEquals(found.position?.line, 3);
    }
    for (const value of [5_000_000n, null, Symbol("s"), () => 1]) {
      assertThrows(() => fromProgram(name, value), RangeError, "Cannot use");
    }
  });

  Deno.test(`limit ${keyOf(name)} takes its bounds, and Infinity as no limit, in a file and in a program`, () => {
    for (const value of [least, most]) {
      assertEquals(fromFile(name, String(value)), value);
      assertEquals(fromProgram(name, value), value);
    }
    for (const text of [".inf", ".Inf", ".INF", "+.inf", "Infinity"]) {
      assertEquals(fromFile(name, text), most);
    }
    assertEquals(fromProgram(name, Infinity), most);
    assertEquals(fromProgram(name, undefined), DEFAULT_LIMITS[name]);
    assertEquals(fromFile(name, "null"), DEFAULT_LIMITS[name]);
    assert(
      Number.isFinite(most),
      "What is handed on is a number to count with",
    );
  });
}

Deno.test("a time that no timer can measure is no limit", () => {
  for (const name of NAMES.filter((name) => name.endsWith("Ms"))) {
    for (const value of [2 ** 31, 2 ** 31 + 1, 2 ** 53, 1e300]) {
      assertEquals(fromProgram(name, value), ENDLESS_MS);
      assertEquals(fromFile(name, String(BigInt(value))), ENDLESS_MS);
    }
    // Still a timer, with a second to spare.
    assertEquals(fromProgram(name, 2 ** 31 - 1), ENDLESS_MS);
    assert(ENDLESS_MS + 1000 < 2 ** 31);
  }
});

const SIZES: [text: string, bytes: number][] = [
  ["256MiB", 268_435_456],
  ["1GiB", 1_073_741_824],
  ["1.5GiB", 1_610_612_736],
  ["512 MiB", 536_870_912],
  ["512Mi", 536_870_912],
  ["65536KiB", 67_108_864],
  ["100MB", 100_000_000],
  ["2gb", 2_000_000_000],
  ["99000000B", 99_000_000],
  ['"256MiB"', 268_435_456],
  ["0x10000000", 268_435_456],
  ["100_000_000", 100_000_000],
];

for (const [text, bytes] of SIZES) {
  Deno.test(`the size ${text} is understood`, () => {
    assertEquals(fromFile("maxMemory", text), bytes);
    assertEquals(fromFile("maxOutboxBytes", text), bytes);
  });
}

for (const text of ["256MiBs", "MiB", "-1MiB", "1.00001KiB", "256 M B"]) {
  Deno.test(`the size ${text} is refused`, () => {
    assertThrows(() => fromFile("maxMemory", text), ConfigError, "256MiB");
  });
}

Deno.test("a count is no size", () => {
  assertThrows(() => fromFile("maxConnections", "1KiB"), ConfigError);
});

Deno.test("max_memory may be left to the gateway", () => {
  for (const text of ["auto", "AUTO", '"auto"']) {
    assertEquals(fromFile("maxMemory", text), "auto");
  }
  assertEquals(fromProgram("maxMemory", "auto"), "auto");
  assertThrows(() => fromFile("maxConnections", "auto"), ConfigError);
  assertThrows(() => fromProgram("maxConnections", "auto"), RangeError);
});

Deno.test("no limit per address is 0 or Infinity", () => {
  assertEquals(fromFile("maxConnectionsPerAddress", "0"), 0);
  assertEquals(fromProgram("maxConnectionsPerAddress", 0), 0);
  assertEquals(
    fromProgram("maxConnectionsPerAddress", Infinity),
    ENDLESS_COUNT,
  );
});

Deno.test("numbers are understood in every notation of YAML 1.1", () => {
  assertEquals(fromFile("maxConnections", "0o17"), 15);
  assertEquals(fromFile("maxConnections", "1e3"), 1000);
  assertEquals(fromFile("maxOutboxBytes", "0x10000"), 65536);
});

Deno.test("a limit that does not exist is refused with the nearest one", () => {
  assertThrows(
    () => resolveOptions({ limits: { maxConections: 1 } as Partial<Limits> }),
    RangeError,
    'Unknown limit "maxConections", nearest known limit: "maxConnections"',
  );
});

Deno.test("no limit is printed as no limit", () => {
  const text = `servicebound: {listen: {addr: ":1"}}
edgebound: {listen: {addr: ":2"}}
limits: {max_connections: .inf, forward_timeout_ms: 9999999999, max_memory: 1GiB}
`;
  const loaded = loadConfig({ path: "f.yaml", text });
  const printed = loaded.toYaml();
  for (
    const line of [
      "max_connections: .inf",
      "forward_timeout_ms: .inf",
      "max_memory: 1073741824",
      "require_edge_online: false",
      "reask_ids: ours",
      "forward_deadlines: services",
      "max_session_meta_bytes: 65536",
      "write_stall_ms: 120000",
    ]
  ) assert(printed.includes(`  ${line}\n`), `${line} in ${printed}`);
  const again = loadConfig({ path: "p.yaml", text: printed });
  assertEquals(again.config, loaded.config);
  assertEquals(again.warnings, []);
});

Deno.test("docs/LIMITS.md names every limit and its default", () => {
  const paper = Deno.readTextFileSync(
    new URL("../../docs/LIMITS.md", import.meta.url),
  );
  const rows = new Map(
    [...paper.matchAll(/^\| `(\w+)` \| (`auto`|\d[\d ]*)/gm)]
      .map(([, key, value]) => [key, value]),
  );
  for (const name of NAMES) {
    const value = DEFAULT_LIMITS[name];
    const expected = value === "auto"
      ? "`auto`"
      : value.toLocaleString("en").replaceAll(",", " ");
    assertEquals(rows.get(keyOf(name))?.trim(), expected, keyOf(name));
  }
});

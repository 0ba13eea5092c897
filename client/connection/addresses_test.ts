import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FrontierError } from "@frontier/proto";
import { Addresses, formatGateway, parseAddress } from "./addresses.ts";

const GOOD: [string, string, number][] = [
  ["gateway.example", "gateway.example", 9],
  ["gateway.example:1", "gateway.example", 1],
  ["10.0.0.7:65535", "10.0.0.7", 65_535],
  ["[::1]:80", "::1", 80],
  ["[fe80::1%eth0]:80", "fe80::1%eth0", 80],
  ["[::1]", "::1", 9],
  ["::1", "::1", 9],
  ["2001:db8::7", "2001:db8::7", 9],
];
for (const [text, hostname, port] of GOOD) {
  Deno.test(`the address ${text} is understood`, () => {
    assertEquals(parseAddress(text, 9), { hostname, port });
  });
}

const BAD = [
  "",
  ":80",
  "a b",
  "host:",
  "host:x",
  "http://host",
  "[::1",
  "a:1:b",
];
for (const text of BAD) {
  Deno.test(`the address "${text}" is refused`, () => {
    assertThrows(() => parseAddress(text, 9), SyntaxError, `"${text}"`);
  });
}

Deno.test("there are no ports 0 and 65536", () => {
  for (const port of [0, 65_536, 99_999_999]) {
    assertThrows(() => parseAddress(`h:${port}`, 9), RangeError, `${port}`);
  }
});

Deno.test("an address is written as it is read", () => {
  for (const text of ["h:1", "10.0.0.7:2", "[::1]:3"]) {
    assertEquals(formatGateway(parseAddress(text, 9)), text);
  }
});

Deno.test("addresses take turns, and a round is over when all have failed", () => {
  const ring = new Addresses({ addresses: ["a", "b", "c"] }, 9);
  const seen: string[] = [];
  const over: boolean[] = [];
  for (let i = 0; i < 7; i++) {
    seen.push(ring.current.hostname);
    over.push(ring.failed());
  }
  assertEquals(seen, ["a", "b", "c", "a", "b", "c", "a"]);
  assertEquals(over, [false, false, true, false, false, true, false]);
  // A connection begins a new round.
  ring.succeeded();
  ring.moveOn();
  assertEquals([ring.failed(), ring.failed(), ring.failed()], [
    false,
    false,
    true,
  ]);
});

Deno.test("one address is a round of its own", () => {
  const ring = new Addresses({ hostname: "h" }, 9);
  assertEquals(ring.current, { hostname: "h", port: 9 });
  assertEquals([ring.failed(), ring.failed()], [true, true]);
  assertEquals(new Addresses({}, 9).current.hostname, "127.0.0.1");
});

Deno.test("a shuffled list has the same addresses in every order", () => {
  const orders = new Set<string>();
  for (const first of [0, 0.5, 0.99]) {
    for (const second of [0, 0.99]) {
      const numbers = [first, second];
      const ring = new Addresses(
        { addresses: ["a", "b", "c"], shuffleAddresses: true },
        9,
        () => numbers.shift()!,
      );
      const order: string[] = [];
      for (let i = 0; i < 3; i++) {
        order.push(ring.current.hostname);
        ring.moveOn();
      }
      assertEquals([...order].sort(), ["a", "b", "c"]);
      orders.add(order.join());
    }
  }
  assertEquals(orders.size, 6);
});

Deno.test("a list beside a host or port, and an empty one, are refused", () => {
  for (
    const options of [
      { addresses: ["a"], hostname: "b" },
      { addresses: ["a"], port: 1 },
      { addresses: [] },
      // deno-lint-ignore no-explicit-any
      { addresses: "a:1" as any },
      // deno-lint-ignore no-explicit-any
      { addresses: [5 as any] },
    ]
  ) assertThrows(() => new Addresses(options, 9), TypeError);
  for (const port of [-1, 0, 65_536, 1.5, NaN]) {
    assertThrows(() => new Addresses({ port }, 9), RangeError, `${port}`);
  }
});

const NEVER = new AbortController().signal;

Deno.test("a function is asked when a round begins, and its list is shuffled", async () => {
  const lists = [["a", "b", "c"], ["d"]];
  let asked = 0;
  const options = { addresses: () => lists[Math.min(asked++, 1)]! };
  const addresses = new Addresses(options, 9, () => 0);
  assertEquals([addresses.size, addresses.text, asked], [0, "", 0]);
  assertEquals(addresses.failed(), true);
  await addresses.learn(NEVER);
  assertEquals([addresses.size, addresses.text], [3, "b:9"]);
  addresses.failed();
  await addresses.learn(NEVER);
  assertEquals([asked, addresses.text], [1, "c:9"]);
  addresses.succeeded();
  // Asked a moment ago.
  await addresses.learn(NEVER);
  assertEquals([asked, addresses.text], [1, "c:9"]);
});

Deno.test("where a connection was lost is tried last, whatever the function says", async () => {
  let now = 0;
  const addresses = new Addresses(
    { addresses: () => ["a", "b", "c"], shuffleAddresses: false },
    9,
    Math.random,
    () => now,
  );
  await addresses.learn(NEVER);
  addresses.succeeded();
  addresses.moveOn();
  now += 1_000;
  await addresses.learn(NEVER);
  assertEquals(addresses.text, "b:9");
  const tried = [1, 2, 3].map(() => {
    const { text } = addresses;
    addresses.failed();
    return text;
  });
  assertEquals(tried, ["b:9", "c:9", "a:9"]);
});

Deno.test("a function that fails, or names nobody or nonsense, leaves the list as it was", async () => {
  let answer: () => unknown = () => [];
  let now = 0;
  const addresses = new Addresses(
    { addresses: () => answer() as string[] },
    9,
    Math.random,
    () => now,
  );
  const answers: [() => unknown, string][] = [
    [() => [], "there is none"],
    [() => Promise.reject(new Error("no network")), "no network"],
    [() => {
      throw new Error("at once");
    }, "at once"],
    [() => "a:1", "need a list"],
    [() => ["a:b"], '"a:b"'],
  ];
  for (const [wrong, text] of answers) {
    answer = wrong;
    const error = await assertRejects(
      () => addresses.learn(NEVER),
      FrontierError,
      text,
    );
    assert(error.retryable);
  }
  answer = () => ["good"];
  await addresses.learn(NEVER);
  for (const [wrong] of answers) {
    now += 1_000;
    answer = wrong;
    await addresses.learn(NEVER);
    assertEquals(addresses.text, "good:9");
  }
});

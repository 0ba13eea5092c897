import { assertEquals } from "@std/assert";
import { overlap, reaches } from "./overlap.ts";

const HOSTS = ["0.0.0.0", "127.0.0.1", "127.0.0.2", "::", "::1", "localhost"];

/** Whether the system refuses to listen at two addresses on one port, whichever port that is: others may have it. */
function systemRefuses(one: string, other: string): boolean {
  // Below those that connections of other tests are given, which may be using all of them.
  const ports = Array.from({ length: 20 }, (_, i) => 12_000 + i * 1_013);
  return ports.every((port) => {
    using first = listen(one, port);
    if (first === undefined) return true;
    using second = listen(other, port);
    return second === undefined;
  });
}

/** Listens, unless the port is taken. */
function listen(hostname: string, port: number): Deno.TcpListener | undefined {
  try {
    return Deno.listen({ hostname, port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}

for (const one of HOSTS) {
  for (const other of HOSTS) {
    // The system decides which address the name has: it is asked only about its likeliest one.
    const named = [one, other].includes("localhost") &&
      [one, other].includes("::1");
    if (named) continue;
    Deno.test(`listening on ${one} and on ${other} is told as the system has it`, () => {
      const [a, b] = [{ hostname: one, port: 1 }, { hostname: other, port: 1 }];
      assertEquals(overlap(a, b), systemRefuses(one, other));
    });
  }
}

Deno.test("two ports, or ports that the system chooses, do not overlap", () => {
  const at = (port: number) => ({ hostname: "::", port });
  assertEquals(overlap(at(1), at(2)), false);
  assertEquals(overlap(at(0), at(0)), false);
  assertEquals(overlap(at(1), at(1)), true);
});

Deno.test("one address in several spellings is one", () => {
  for (const hostname of ["0:0:0:0:0:0:0:1", "::0001", "[::1]".slice(1, -1)]) {
    assertEquals(
      overlap({ hostname, port: 1 }, { hostname: "::1", port: 1 }),
      true,
    );
  }
  const mapped = { hostname: "::ffff:127.0.0.1", port: 1 };
  assertEquals(overlap(mapped, { hostname: "127.0.0.1", port: 1 }), true);
  assertEquals(overlap(mapped, { hostname: "127.0.0.2", port: 1 }), false);
});

const WAYS: [to: string, on: string, reached: boolean][] = [
  ["127.0.0.1", "0.0.0.0", true],
  ["127.0.0.1", "::", true],
  ["::1", "::", true],
  ["::1", "0.0.0.0", false],
  ["localhost", "127.0.0.1", true],
  ["LOCALHOST", "0.0.0.0", true],
  ["", "127.0.0.1", true],
  ["0.0.0.0", "127.0.0.1", true],
  ["0.0.0.0", "192.0.2.1", false],
  ["127.0.0.1", "192.0.2.1", false],
  ["192.0.2.1", "192.0.2.1", true],
  ["192.0.2.1", "0.0.0.0", false],
  ["gateway.example", "gateway.example.", true],
  ["gateway.example", "0.0.0.0", false],
];

for (const [to, on, reached] of WAYS) {
  Deno.test(`a connection to "${to}" ${reached ? "comes" : "need not come"} to a listener on ${on}`, () => {
    assertEquals(
      reaches({ hostname: to, port: 5 }, { hostname: on, port: 5 }),
      reached,
    );
    assertEquals(
      reaches({ hostname: to, port: 5 }, { hostname: on, port: 6 }),
      false,
    );
  });
}

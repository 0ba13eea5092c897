import { assertEquals, assertThrows } from "@std/assert";
import { advertisedAddress, leadsNowhere, namesMachine } from "./advertised.ts";

const KEY = "edgebound.listen.advertised_addr";

function told(
  configured: string,
  hostname: string,
  local: string,
  port = 30_012,
): string {
  return advertisedAddress(
    { key: KEY, configured, hostname, port },
    { network: "tcp", hostname: local, port: 50_000 },
  );
}

Deno.test("an address that is configured is told as it is", () => {
  assertEquals(told("gw.example:7", "0.0.0.0", "10.0.0.5"), "gw.example:7");
  assertEquals(told("[2001:db8::1]:7", "::", "10.0.0.5"), "[2001:db8::1]:7");
  assertEquals(told("gw.example:0", "::", "10.0.0.5"), "gw.example:30012");
});

Deno.test("a listener of one interface is told with its port", () => {
  assertEquals(told("", "10.0.0.9", "10.0.0.5"), "10.0.0.9:30012");
  assertEquals(told("", "gw-0.local", "10.0.0.5"), "gw-0.local:30012");
  assertEquals(told("", "2001:db8::2", "10.0.0.5"), "[2001:db8::2]:30012");
});

Deno.test("every interface stands for the one that leads to the directory", () => {
  for (
    const host of ["", "0.0.0.0", "::", "0:0:0:0:0:0:0:0", "::ffff:0.0.0.0"]
  ) {
    assertEquals(namesMachine(host), false, host);
    assertEquals(told("", host, "10.0.0.5"), "10.0.0.5:30012");
    assertEquals(told("", host, "::ffff:10.0.0.5"), "10.0.0.5:30012");
    assertEquals(told("", host, "2001:db8::3"), "[2001:db8::3]:30012");
  }
  assertEquals(told(":443", "0.0.0.0", "10.0.0.5"), "10.0.0.5:443");
  assertEquals(told("0.0.0.0:443", "127.0.0.1", "10.0.0.5"), "10.0.0.5:443");
  for (const host of ["::1", "10.0.0.0", "a", "100.0.0.0", "0.0.0.1"]) {
    assertEquals(namesMachine(host), true, host);
  }
});

Deno.test("what would lead nobody here is an error that says what to set", () => {
  for (
    const [local, why] of [
      ["", "has no address of its own"],
      ["fe80::1%eth0", "reached on this network alone"],
      ["fe80::1", "reached on this network alone"],
    ] as const
  ) {
    const error = assertThrows(() => told("", "0.0.0.0", local), Error, why);
    assertEquals((error as Error).message.endsWith(`set "${KEY}"`), true);
  }
  assertThrows(() => told("", "10.0.0.9", "10.0.0.5", 0), Error, "no port");
});

Deno.test("a loopback address is of no use to a directory elsewhere", () => {
  const local = (hostname: string) => ({ network: "tcp", hostname, port: 1 });
  assertEquals(leadsNowhere("127.0.0.1:30011", local("10.0.0.5")), true);
  assertEquals(leadsNowhere("localhost:30011", local("10.0.0.5")), true);
  assertEquals(leadsNowhere("[::1]:30011", local("10.0.0.5")), true);
  assertEquals(leadsNowhere("127.0.0.1:30011", local("127.0.0.1")), false);
  assertEquals(leadsNowhere("10.0.0.5:30011", local("10.0.0.5")), false);
});

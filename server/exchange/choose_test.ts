import { assert, assertEquals } from "@std/assert";
import type { Link } from "@frontier/proto/internal";
import { EdgePeer } from "../directory/peer.ts";
import { chooseIndex, type HashBy, sourceNumber } from "./choose.ts";

function edge(id: bigint, hostname = "127.0.0.1", network = "tcp"): EdgePeer {
  const addr = { network, hostname, port: 1 };
  const peer = new EdgePeer({} as Link, addr, 0);
  peer.idHi = Number(id >> 32n);
  peer.idLo = Number(id & 0xffff_ffffn);
  peer.source = sourceNumber(addr);
  return peer;
}

Deno.test("edgeid is the exact remainder of the 64-bit id", () => {
  const ids = [
    0n,
    1n,
    2n ** 53n + 1n,
    2n ** 64n - 1n,
    7_710_919_756_154_753_889n,
    0x8000_0000_0000_0000n,
  ];
  for (const id of ids) {
    for (const count of [1, 2, 3, 7, 10, 1_000, 4_099, 65_537]) {
      assertEquals(
        chooseIndex(count, "edgeid", edge(id), () => 0),
        Number(id % BigInt(count)),
        `${id} of ${count}`,
      );
    }
  }
});

Deno.test("every mode stays within the candidates", () => {
  for (const mode of ["edgeid", "srcip", "random"] as HashBy[]) {
    for (let count = 1; count < 20; count++) {
      for (const random of [0, 0.5, 1 - 2 ** -53]) {
        const one = edge(2n ** 64n - 1n, "255.255.255.255");
        const index = chooseIndex(count, mode, one, () => random);
        assert(Number.isInteger(index) && index >= 0 && index < count);
      }
    }
  }
});

Deno.test("an address is its IPv4 number or the last four bytes of IPv6", () => {
  const cases: [string, number][] = [
    ["0.0.0.0", 0],
    ["1.2.3.4", 0x01020304],
    ["255.255.255.255", 0xffffffff],
    ["::1", 1],
    ["::", 0],
    ["2001:db8::", 0],
    ["2001:db8::a:b", 0x000a000b],
    ["1:2:3:4:5:6:7:8", 0x00070008],
    ["fe80::ffff:ffff%eth0", 0xffffffff],
    ["::ffff:1.2.3.4", 0x01020304],
    ["::ffff:102:304", 0x01020304],
    ["", 0],
    ["localhost", 0],
  ];
  for (const [hostname, number] of cases) {
    assertEquals(edge(1n, hostname).source, number, hostname);
  }
  assertEquals(edge(1n, "1.2.3.4", "memory").source, 0);
});

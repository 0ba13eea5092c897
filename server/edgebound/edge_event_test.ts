import { assertEquals } from "@std/assert";
import { encodeEdgeEvent } from "./edge_event.ts";

function event(
  id: bigint,
  hostname: string,
  meta?: Uint8Array,
): string {
  return new TextDecoder().decode(encodeEdgeEvent({
    id,
    idHi: Number(id >> 32n),
    idLo: Number(id & 0xffff_ffffn),
    source: 0,
    address: { network: "tcp", hostname, port: 7 },
    meta,
  }));
}

Deno.test("an event is what Go's encoder writes", () => {
  assertEquals(
    event((1n << 64n) - 1n, "192.0.2.7"),
    '{"EdgeID":18446744073709551615,"Meta":null,"Net":"tcp","Str":"192.0.2.7:7"}',
  );
  assertEquals(
    event(1n, "2001:db8::7", new Uint8Array([0, 255])),
    '{"EdgeID":1,"Meta":"AP8=","Net":"tcp","Str":"[2001:db8::7]:7"}',
  );
  assertEquals(
    event(1n, "192.0.2.7", new Uint8Array(0)),
    '{"EdgeID":1,"Meta":"","Net":"tcp","Str":"192.0.2.7:7"}',
  );
});

import { assertEquals, assertThrows } from "@std/assert";
import { decodeEdgeEvent, encodeEdgeId } from "./edge_event.ts";
import { Service } from "./mod.ts";
import { ScriptedGateway } from "./testing/scripted_gateway.ts";

const encoder = new TextEncoder();
const decode = (text: string) => decodeEdgeEvent(encoder.encode(text));

Deno.test("decodeEdgeEvent() keeps all 64 bits of the id", () => {
  assertEquals(
    decode(
      '{"EdgeID":18446744073709551615,"Meta":"aGk=","Net":"tcp","Str":"[::1]:7"}',
    ),
    {
      edgeId: 18446744073709551615n,
      meta: encoder.encode("hi"),
      network: "tcp",
      address: "[::1]:7",
    },
  );
});

Deno.test("decodeEdgeEvent() accepts no meta, other case, other order, white space", () => {
  assertEquals(
    decode(' {"Str":"\\"EdgeID\\":5","meta":null,\n"edgeid" : 7} '),
    {
      edgeId: 7n,
      meta: new Uint8Array(0),
      network: "",
      address: '"EdgeID":5',
    },
  );
});

Deno.test("decodeEdgeEvent() refuses what is no event", () => {
  for (const text of ["", "null", "[1]", '{"EdgeID":"x"}', "7"]) {
    assertThrows(() => decode(text), SyntaxError);
  }
});

Deno.test("encodeEdgeId() writes eight bytes, big-endian", () => {
  assertEquals([...encodeEdgeId(0x0102_0304_0506_0708n)], [
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
  ]);
});

Deno.test("the hooks of a service answer as gateways expect", async () => {
  using gateway = new ScriptedGateway();
  await using service = await Service.connect({ dial: gateway.dial });
  const seen: string[] = [];
  await service.registerGetEdgeId((meta) => {
    if (meta.length > 3) throw new Error("Cannot name it");
    return meta.length === 0 ? -1n : 1001n;
  });
  await service.registerEdgeOnline(({ edgeId, address }) => {
    if (edgeId === 666n) throw new Error("banned");
    seen.push(`${edgeId} ${address}`);
  });
  await service.registerEdgeOffline(async ({ edgeId }) => {
    await Promise.resolve();
    seen.push(`${edgeId} left`);
  });
  const { side } = gateway;
  const id = await side.request("get_edge_id", "abc");
  assertEquals([...id.value!], [0, 0, 0, 0, 0, 0, 3, 0xe9]);
  assertEquals(
    (await side.request("get_edge_id", "toolong")).error,
    "Cannot name it",
  );
  assertEquals(
    (await side.request("get_edge_id")).error,
    "Cannot take -1 as an id: need 64 unsigned bits",
  );
  const event = (id: string) =>
    `{"EdgeID":${id},"Meta":null,"Net":"tcp","Str":"1.2.3.4:5"}`;
  const online = await side.request(
    "edge_online",
    event("7405239014619127057"),
  );
  assertEquals([online.error, online.value], ["", undefined]);
  assertEquals(
    (await side.request("edge_online", event("666"))).error,
    "banned",
  );
  await side.request("edge_offline", event("7405239014619127057"));
  assertEquals(seen, [
    "7405239014619127057 1.2.3.4:5",
    "7405239014619127057 left",
  ]);
});

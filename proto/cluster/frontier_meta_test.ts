import { assertEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../errors/protocol_error.ts";
import { decodeFrontierMeta, encodeFrontierMeta } from "./frontier_meta.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const META = {
  frontierId: "frontier01",
  serviceAddr: "10.0.0.5:30011",
  edgeAddr: "10.0.0.5:30012",
  instance: "",
};
const TEXT =
  `{"frontier_id":"frontier01","advertised_servicebound_addr":"10.0.0.5:30011",` +
  `"advertised_edgebound_addr":"10.0.0.5:30012"}`;

Deno.test("a gateway without an instance introduces itself as Go's does", () => {
  assertEquals(decoder.decode(encodeFrontierMeta(META)), TEXT);
  assertEquals(decodeFrontierMeta(encoder.encode(TEXT)), META);
  // What a Go gateway says whose default route is not found.
  const lost = { ...META, serviceAddr: "<nil>:30011" };
  const text = decoder.decode(encodeFrontierMeta(lost));
  assertEquals(text.includes("\\u003cnil\\u003e:30011"), true);
  assertEquals(decodeFrontierMeta(encoder.encode(text)), lost);
});

Deno.test("a gateway with an instance says one thing more", () => {
  const meta = { ...META, instance: "00ff00ff00ff00ff" };
  const text = decoder.decode(encodeFrontierMeta(meta));
  assertEquals(text, `${TEXT.slice(0, -1)},"instance":"00ff00ff00ff00ff"}`);
  assertEquals(decodeFrontierMeta(encoder.encode(text)), meta);
});

Deno.test("an instance in another form than ours is none", () => {
  for (
    const instance of [
      "5",
      "null",
      "[]",
      `""`,
      `"00FF00FF00FF00FF"`,
      `"00ff00ff00ff00f"`,
      `"00ff00ff00ff00fff"`,
      `"00ff00ff00ff00ff\\n"`,
    ]
  ) {
    const text = `${TEXT.slice(0, -1)},"instance":${instance}}`;
    assertEquals(decodeFrontierMeta(encoder.encode(text)), META, instance);
  }
});

Deno.test("no part of a meta is one, and no other JSON", () => {
  const whole = encoder.encode(TEXT);
  for (let end = 0; end < whole.length; end++) {
    assertThrows(
      () => decodeFrontierMeta(whole.subarray(0, end)),
      ProtocolError,
      "Cannot decode meta of a gateway",
    );
  }
  for (const text of ["[]", "5", `"frontier01"`, `{"frontier_id":1}`]) {
    assertThrows(() => decodeFrontierMeta(encoder.encode(text)), ProtocolError);
  }
  assertEquals(decodeFrontierMeta(encoder.encode("{}")).frontierId, "");
});

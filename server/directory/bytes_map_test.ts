import { assertEquals } from "@std/assert";
import { BytesMap } from "./bytes_map.ts";

const utf8 = new TextEncoder();

Deno.test("a bytes map finds, replaces and deletes by content, anywhere in a buffer", () => {
  const map = new BytesMap<number>();
  const model = new Map<string, number>();
  const get = (text: string): number | undefined => {
    const buf = utf8.encode(`<<${text}>>`);
    return map.get(buf, 2, buf.length - 2);
  };
  let state = 1;
  const random = (below: number): number => {
    state = Math.imul(state, 1_103_515_245) + 12_345 >>> 0;
    return (state >>> 8) % below;
  };
  for (let i = 0; i < 20_000; i++) {
    const text = "k".repeat(random(3)) + random(500);
    if (random(3) === 0) {
      map.delete(utf8.encode(text));
      model.delete(text);
    } else {
      map.set(utf8.encode(text), i);
      model.set(text, i);
    }
    assertEquals(get(text), model.get(text));
  }
  for (const [text, value] of model) assertEquals(get(text), value);
  assertEquals(get("never"), undefined);
});

Deno.test("keys of equal hash are told apart", () => {
  // Two FNV-1a collisions in 32 bits.
  const [a, b] = [utf8.encode("costarring"), utf8.encode("liquid")];
  const map = new BytesMap<string>();
  map.set(a, "a");
  map.set(b, "b");
  assertEquals(map.get(a, 0, a.length), "a");
  assertEquals(map.get(b, 0, b.length), "b");
  map.delete(b);
  assertEquals(map.get(a, 0, a.length), "a");
  assertEquals(map.get(b, 0, b.length), undefined);
  map.set(b, "b");
  map.delete(a);
  assertEquals(map.get(b, 0, b.length), "b");
});

Deno.test("the empty key is a key", () => {
  const map = new BytesMap<number>();
  map.set(new Uint8Array(0), 1);
  assertEquals(map.get(utf8.encode("xyz"), 2, 2), 1);
  map.delete(new Uint8Array(0));
  assertEquals(map.get(utf8.encode("xyz"), 2, 2), undefined);
});

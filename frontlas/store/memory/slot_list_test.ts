import { assertEquals } from "@std/assert";
import { SlotList } from "./slot_list.ts";

Deno.test("a slot list behaves as a set whatever is done to it", () => {
  const list = new SlotList<number>();
  const model = new Map<number, number>();
  let state = 7;
  const random = () => (state = (state * 48_271) % 2_147_483_647);
  for (let step = 0; step < 20_000; step++) {
    const growing = (step >> 11) % 2 === 0;
    if (model.size === 0 || random() % 10 < (growing ? 7 : 3)) {
      const slot = list.add(step);
      assertEquals(model.has(slot), false);
      model.set(slot, step);
    } else {
      const slots = [...model.keys()];
      const slot = slots[random() % slots.length]!;
      list.remove(slot);
      model.delete(slot);
    }
    assertEquals(list.size, model.size);
    if (step % 500 !== 0) continue;
    assertEquals(
      list.end(3),
      [...model].sort(([a], [b]) => b - a).slice(0, 3).map(([, item]) => item),
    );
    const seen: number[] = [];
    let cursor = 0;
    do {
      const part = list.part(cursor, 17);
      seen.push(...part.items);
      cursor = part.cursor;
    } while (cursor !== 0);
    assertEquals(seen.sort(), [...model.values()].sort());
  }
});

Deno.test("an empty slot list has one empty part", () => {
  const list = new SlotList<number>();
  assertEquals(list.part(0, 10), { cursor: 0, items: [] });
  assertEquals(list.part(7, 10), { cursor: 0, items: [] });
  list.remove(list.add(1));
  assertEquals(list.part(0, 10), { cursor: 0, items: [] });
  assertEquals(list.add(2), 0);
});

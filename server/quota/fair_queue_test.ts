import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { FairItem, FairQueue } from "./fair_queue.ts";

class Item extends FairItem {
  readonly source: string;
  readonly number: number;

  constructor(source: string, number: number) {
    super();
    this.source = source;
    this.number = number;
  }
}

function fill(
  queue: FairQueue<Item>,
  source: string,
  count: number,
  cost = 1,
): Item[] {
  return Array.from({ length: count }, (_, i) => {
    const item = new Item(source, i);
    queue.push(item, source, cost);
    return item;
  });
}

function drain(queue: FairQueue<Item>): Item[] {
  const items: Item[] = [];
  for (let item = queue.shift(); item; item = queue.shift()) items.push(item);
  return items;
}

Deno.test("a source alone is served in order", () => {
  const queue = new FairQueue<Item>(10);
  const items = fill(queue, "a", 5, 1_000_000);
  assertEquals(queue.peek(), items[0]);
  assertEquals(drain(queue), items);
  assertEquals([queue.size, queue.cost, queue.sources], [0, 0, 0]);
});

Deno.test("one item of a latecomer waits for one round, not for the flood before it", () => {
  const queue = new FairQueue<Item>(1);
  fill(queue, "flood", 10_000);
  const [late] = fill(queue, "late", 1);
  const order = Array.from({ length: 3 }, () => queue.shift());
  assert(order.includes(late));
});

Deno.test("sources get the same in cost, whatever their items cost", () => {
  const queue = new FairQueue<Item>(1_000);
  fill(queue, "dear", 200, 9_000);
  fill(queue, "cheap", 20_000, 90);
  fill(queue, "odd", 2_000, 1_001);
  const spent: Record<string, number> = { dear: 0, cheap: 0, odd: 0 };
  for (let total = 0; total < 3_000_000;) {
    const { cost, source } = { ...queue.peek()!, source: queue.peek()!.source };
    spent[source]! += cost;
    total += cost;
    queue.shift();
  }
  for (const cost of Object.values(spent)) {
    assert(Math.abs(cost - 1_000_000) < 20_000, JSON.stringify(spent));
  }
});

Deno.test("coming one item at a time buys no more than waiting in line", () => {
  const queue = new FairQueue<Item>(100);
  fill(queue, "polite", 10_000, 100);
  fill(queue, "sly", 1, 1_000);
  let sly = 0;
  for (let i = 0; i < 1_000; i++) {
    if (queue.shift()!.source !== "sly") continue;
    sly++;
    fill(queue, "sly", 1, 1_000);
  }
  assert(sly <= 101, `${sly}`);
});

Deno.test("a full queue pushes out whoever has most, not the one who has little", () => {
  const queue = new FairQueue<Item>(1);
  const flood = fill(queue, "flood", 1_000);
  for (let i = 0; i < 50; i++) fill(queue, `one ${i}`, 1);
  assertEquals(queue.evict("new"), flood.at(-1));
  assertEquals(queue.evict("one 3"), flood.at(-2));
  assertEquals(queue.evict("flood"), undefined);
  assertEquals(queue.size, 1_048);
  const even = new FairQueue<Item>(1);
  assertEquals(even.evict("new"), undefined);
  for (let i = 0; i < 10; i++) fill(even, `one ${i}`, 2);
  assert(even.evict("new") !== undefined);
});

Deno.test("whatever comes and goes, nothing is lost, doubled or overtaken within its source", () => {
  const command = fc.tuple(
    fc.constantFrom("push", "shift", "remove", "evict", "peek"),
    fc.constantFrom("a", "b", "c", "d"),
    fc.integer({ min: 1, max: 50 }),
  );
  fc.assert(fc.property(fc.array(command, { maxLength: 300 }), (commands) => {
    const queue = new FairQueue<Item>(7);
    const waiting = new Map<string, Item[]>();
    const drop = (item: Item, at: number) => {
      const list = waiting.get(item.source)!;
      assertEquals(list.splice(at, 1), [item]);
      if (list.length === 0) waiting.delete(item.source);
    };
    commands.forEach(([what, source, n], i) => {
      if (what === "push") {
        const item = new Item(source, i);
        queue.push(item, source, n);
        waiting.set(source, [...waiting.get(source) ?? [], item]);
      } else if (what === "shift") {
        const item = queue.shift();
        assertEquals(item === undefined, waiting.size === 0);
        if (item !== undefined) drop(item, 0);
      } else if (what === "peek") {
        const item = queue.peek();
        if (item !== undefined) {
          assertEquals(waiting.get(item.source)![0], item);
        }
      } else if (what === "remove") {
        const list = waiting.get(source);
        if (list === undefined) return;
        const at = n % list.length;
        const item = list[at]!;
        queue.remove(item);
        drop(item, at);
      } else {
        const item = queue.evict(source);
        if (item !== undefined) {
          assert(item.source !== source);
          drop(item, waiting.get(item.source)!.length - 1);
        }
      }
      const all = [...waiting.values()].flat();
      assertEquals([...queue].length, all.length);
      assertEquals(queue.size, all.length);
      assertEquals(queue.sources, waiting.size);
      assertEquals(queue.cost, all.reduce((sum, one) => sum + one.cost, 0));
    });
    drain(queue);
    assertEquals([queue.size, queue.cost, queue.sources], [0, 0, 0]);
  }));
});

import { assert, assertEquals } from "@std/assert";
import type { Session } from "@frontier/proto/internal";
import { Call } from "./call.ts";
import { CallTable } from "./call_table.ts";

/** As random as any. */
const SALT = 0x9e37_79b9;
const session = { idLo: 1 } as Session;

function call(hi: number, lo: number): Call {
  const one = new Call();
  one.idHi = hi;
  one.idLo = lo;
  one.session = session;
  return one;
}

Deno.test("a call table finds what was added until it is deleted", () => {
  const table = new CallTable();
  const calls: Call[] = [];
  for (let i = 0; i < 5_000; i++) {
    const one = call(i % 7, i);
    calls.push(one);
    table.add(one, SALT);
  }
  assertEquals(table.size, 5_000);
  for (const one of calls) {
    assert(table.get(one.idHi, one.idLo, session) === one);
  }
  assertEquals(table.get(9, 9, session), undefined);
  assertEquals(table.get(0, 0, { idLo: 1 } as Session), undefined);
  assertEquals(new Set(table.requests()).size, 5_000);
  for (const [i, one] of calls.entries()) {
    if (i % 2 === 0) table.delete(one);
  }
  for (const [i, one] of calls.entries()) {
    const found = table.get(one.idHi, one.idLo, session);
    assert(found === (i % 2 === 0 ? undefined : one));
  }
  for (const one of table.requests()) table.delete(one);
  assertEquals([table.size, table.requests().length], [0, 0]);
});

Deno.test("equal ids are all held and found one after the other", () => {
  const table = new CallTable();
  const three = [call(1, 2), call(1, 2), call(1, 2)];
  for (const one of three) table.add(one, SALT);
  const found = new Set<Call>();
  for (let i = 0; i < 3; i++) {
    const one = table.get(1, 2, session)!;
    found.add(one);
    table.delete(one);
  }
  assertEquals(found.size, 3);
  assertEquals(table.get(1, 2, session), undefined);
});

Deno.test("a miss among 60 000 requests, their ids chosen to collide, looks at few", () => {
  for (const step of [1, 16, 65_536]) {
    const table = new CallTable();
    for (let i = 0; i < 60_000; i++) table.add(call(i, (i * step) >>> 0), SALT);
    const start = performance.now();
    for (let i = 0; i < 10_000; i++) table.get(99_999_999, i, session);
    const took = performance.now() - start;
    assert(took < 1_000, `10 000 misses took ${took} ms`);
  }
});

Deno.test("a call table answers like a plain list while it grows and shrinks", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor(seed / 65_536) % below;
  };
  const table = new CallTable();
  const model: Call[] = [];
  for (let wave = 0; wave < 60; wave++) {
    // Every size around the one from which there are buckets, now and then many, and down to none.
    const most = wave % 20 === 19 ? 3_000 : wave % 20;
    while (model.length < most) {
      const one = call(random(3), random(5_000));
      model.push(one);
      table.add(one, SALT);
      const asked = model[random(model.length)]!;
      const found = table.get(asked.idHi, asked.idLo, session)!;
      assertEquals([found.idHi, found.idLo], [asked.idHi, asked.idLo]);
      assertEquals(table.size, model.length);
    }
    assertEquals(new Set(table.requests()), new Set(model));
    const kept = wave % 3 === 0 ? 0 : random(most + 1);
    while (model.length > kept) {
      const [one] = model.splice(random(model.length), 1);
      table.delete(one!);
      assertEquals([one!.prev, one!.next], [undefined, undefined]);
    }
    assertEquals(new Set(table.requests()), new Set(model));
  }
  for (const one of model) table.delete(one);
  assertEquals([table.size, table.requests().length], [0, 0]);
});

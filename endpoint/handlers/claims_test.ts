import { assertEquals, assertStrictEquals } from "@std/assert";
import { Claims } from "./claims.ts";
import { MethodTable } from "./method_table.ts";

const first = () => "first";
const second = () => "second";
const third = () => "third";

function begin(): { methods: MethodTable; claims: Claims } {
  const methods = new MethodTable();
  return { methods, claims: new Claims(methods) };
}

Deno.test("the newest handler answers at once, and goes on when confirmed", () => {
  const { methods, claims } = begin();
  const one = claims.begin("m", first);
  const two = claims.begin("m", second);
  assertStrictEquals(methods.get("m"), second);
  claims.confirm(one);
  assertStrictEquals(methods.get("m"), second);
  claims.confirm(two);
  assertStrictEquals(methods.get("m"), second);
});

Deno.test("a claim that fails gives way to the handler before it", () => {
  const { methods, claims } = begin();
  claims.fail(claims.begin("m", first));
  assertStrictEquals(methods.get("m"), undefined);
  claims.confirm(claims.begin("m", first));
  claims.fail(claims.begin("m", second));
  assertStrictEquals(methods.get("m"), first);
});

Deno.test("claims may end in any order", () => {
  for (const order of [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0]]) {
    for (let outcomes = 0; outcomes < 8; outcomes++) {
      const { methods, claims } = begin();
      const handlers = [first, second, third];
      const list = handlers.map((handler) => claims.begin("m", handler));
      for (const i of order) {
        if (outcomes & (1 << i)) claims.confirm(list[i]!);
        else claims.fail(list[i]!);
      }
      // The newest that was confirmed.
      const newest = outcomes === 0 ? undefined : 31 - Math.clz32(outcomes);
      assertStrictEquals(
        methods.get("m"),
        newest === undefined ? undefined : handlers[newest],
        `${order} ${outcomes}`,
      );
    }
  }
});

Deno.test("a method that is withdrawn stays away, whatever its claims do then", () => {
  const { methods, claims } = begin();
  const stopped: string[] = [];
  const one = claims.begin("m", first);
  one.stop = () => stopped.push("one");
  const two = claims.begin("m", second);
  two.stop = () => stopped.push("two");
  assertEquals(claims.withdraw("m"), true);
  assertEquals(stopped, ["one", "two"]);
  claims.confirm(one);
  claims.fail(two);
  assertStrictEquals(methods.get("m"), undefined);
  assertEquals(claims.withdraw("m"), false);
});

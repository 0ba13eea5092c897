import { assert, assertEquals } from "@std/assert";
import type { Gateway } from "./gateway.ts";
import { Routes } from "./routes.ts";

const gateway = (id: string) => ({ id }) as Gateway;

Deno.test("routes are remembered, replaced and forgotten", () => {
  const routes = new Routes(10);
  const [a, b] = [gateway("a"), gateway("b")];
  routes.set(1n, a);
  routes.set(2n, b);
  assertEquals([routes.get(1n), routes.get(2n), routes.get(3n)], [
    a,
    b,
    undefined,
  ]);
  routes.set(1n, b);
  routes.forget(1n, a);
  assertEquals(routes.get(1n), b);
  routes.forget(1n, b);
  assertEquals(routes.get(1n), undefined);
  routes.forgetAll(b);
  assertEquals(routes.size, 0);
});

Deno.test("no more edges are remembered than allowed, and those in use stay", () => {
  const routes = new Routes(100);
  const a = gateway("a");
  for (let i = 0n; i < 10_000n; i++) {
    routes.set(i, a);
    assertEquals(routes.get(0n), a);
    assert(routes.size <= 100, `${routes.size}`);
  }
  assert(routes.size > 50);
  assertEquals(routes.get(9_990n), a);
  routes.forgetAll(a);
  assertEquals(routes.size, 0);
});

Deno.test("a place for one edge is enough to work", () => {
  const routes = new Routes(1);
  const a = gateway("a");
  routes.set(1n, a);
  routes.set(2n, a);
  assertEquals(routes.get(2n), a);
  assert(routes.size <= 2);
});

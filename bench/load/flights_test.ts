import { assertEquals, assertNotEquals } from "@std/assert";
import { Flights } from "./flights.ts";

Deno.test("Flights finds every call by its number, however many come and go", () => {
  const flights = new Flights(100);
  const open = new Map<number, number>();
  for (let turn = 1; turn <= 10_000; turn++) {
    if (open.size === 100 || (open.size > 0 && turn % 3 === 0)) {
      const [id, at] = [...open][turn % open.size]!;
      assertEquals(flights.end(id), at);
      assertEquals(flights.targetOf(id), at % 7);
      assertEquals(flights.end(id), 0);
      open.delete(id);
    } else {
      const id = flights.begin(turn, turn % 7);
      assertEquals(open.has(id), false);
      open.set(id, turn);
    }
    assertEquals(flights.count, open.size);
  }
  assertNotEquals(open.size, 0);
});

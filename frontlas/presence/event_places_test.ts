import { assertEquals } from "@std/assert";
import { EventPlaces } from "./event_places.ts";
import { settled } from "./testing/plane_world.ts";

Deno.test("who finds no places waits until it is his turn", async () => {
  const places = new EventPlaces(10);
  const got: string[] = [];
  const take = (name: string, count: number) => {
    const waits = places.take(count);
    if (waits === undefined) got.push(name);
    else void waits.then(() => got.push(name));
  };
  take("a", 8);
  take("b", 3);
  // A small one does not overtake: the large one would wait for ever.
  take("c", 1);
  assertEquals([got, places.count], [["a"], 8]);
  places.give(5);
  await settled();
  assertEquals([got, places.count], [["a", "b", "c"], 7]);
  places.give(7);
  // One that is larger than all places has them when none is taken.
  take("d", 50);
  take("e", 1);
  assertEquals([got, places.count], [["a", "b", "c", "d"], 50]);
  places.give(50);
  await settled();
  assertEquals([got, places.count], [["a", "b", "c", "d", "e"], 1]);
});

Deno.test("nothing takes no place", () => {
  const places = new EventPlaces(1);
  assertEquals(places.take(1), undefined);
  assertEquals(places.take(0), undefined);
  assertEquals(places.count, 1);
});

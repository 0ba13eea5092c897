import { assertEquals } from "@std/assert";
import { PlaneWorld } from "./testing/plane_world.ts";
import { CatchUp } from "./catch_up.ts";

Deno.test("gateways that may come are awaited, the longer of two times", () => {
  const clock = { ms: 0 };
  const catchUp = new CatchUp({ now: () => clock.ms });
  assertEquals(catchUp.active, false);
  catchUp.await(100);
  catchUp.await(50);
  clock.ms = 99;
  assertEquals(catchUp.active, true);
  clock.ms = 100;
  assertEquals(catchUp.active, false);
});

Deno.test("a gateway that never ends to tell is awaited for a bounded time", () => {
  const clock = { ms: 0 };
  const catchUp = new CatchUp({ now: () => clock.ms });
  const [slow, quick] = [{}, {}];
  catchUp.begin(slow);
  clock.ms = 29_000;
  // To begin anew adds nothing.
  catchUp.begin(slow);
  assertEquals(catchUp.active, true);
  clock.ms = 30_000;
  assertEquals(catchUp.active, false);
  catchUp.begin(quick);
  assertEquals(catchUp.active, true);
  catchUp.end(quick);
  assertEquals(catchUp.active, false);
  catchUp.end(slow);
  catchUp.begin(slow);
  assertEquals(catchUp.active, true);
});

Deno.test("a directory catches up after its start, while a gateway tells, and after its store was away", async () => {
  using world = new PlaneWorld();
  const { presence } = world;
  assertEquals(presence.catchingUp, true);
  await world.advance(8_000);
  assertEquals(presence.catchingUp, false);
  const gateway = await world.ours("f1");
  assertEquals(presence.catchingUp, true);
  await gateway.tell([], "whole");
  await world.advance(100);
  assertEquals(presence.catchingUp, false);
  gateway.session.lost();
  assertEquals(presence.catchingUp, true);
  world.presence.ended(gateway.session, { kind: "going-away", text: "" });
  assertEquals(presence.catchingUp, false);
  presence.storeIs("up");
  assertEquals(presence.catchingUp, true);
  await world.advance(8_000);
  assertEquals(presence.catchingUp, false);
});

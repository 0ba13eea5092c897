import { assert, assertEquals } from "@std/assert";
import { TimerWheel } from "@frontier/proto";
import { HandshakePlaces, type Place } from "./places.ts";

/** Places whose clients note what happens to them. */
class Hall {
  readonly wheel = new TimerWheel();
  readonly places: HandshakePlaces;
  readonly log: string[] = [];
  readonly #clients: Map<string, Place> = new Map();

  constructor(max: number) {
    this.places = new HandshakePlaces(max, this.wheel);
  }

  /** A client's name begins with its address. */
  enter(...names: string[]): void {
    for (const name of names) {
      const place = this.places.enter(
        name[0]!,
        () => this.log.push(`+${name}`),
        () => this.log.push(`-${name}`),
      );
      this.#clients.set(name, place);
    }
  }

  leave(...names: string[]): void {
    for (const name of names) this.places.leave(this.#clients.get(name)!);
  }

  /** @returns What happened since the last call. */
  news(): string {
    return this.log.splice(0).join(" ");
  }
}

Deno.test("places that are free are anybody's, however many one address has", () => {
  const hall = new Hall(4);
  hall.enter("a1", "a2", "a3", "a4");
  assertEquals(hall.news(), "+a1 +a2 +a3 +a4");
  hall.wheel.advance(60_000);
  assertEquals(hall.news(), "");
  assertEquals(hall.places.taken, 4);
  hall.leave("a1", "a2", "a3", "a4", "a4");
  assertEquals(hall.places.taken, 0);
  assertEquals(hall.wheel.size, 0);
});

Deno.test("addresses that wait are served in turn", () => {
  const hall = new Hall(1);
  hall.enter("a1", "a2", "a3", "a4", "b1", "b2", "c1");
  hall.news();
  const order = ["a1", "b1", "c1", "a2", "b2", "a3", "a4"];
  for (const [i, name] of order.entries()) {
    hall.leave(name);
    const next = order[i + 1];
    assertEquals(hall.news(), next === undefined ? "" : `+${next}`);
  }
  assertEquals(hall.wheel.size, 0);
});

Deno.test("an address with more than its share gives way to one with less", () => {
  const hall = new Hall(4);
  hall.enter("a1", "a2", "a3", "a4");
  hall.wheel.advance(8);
  hall.enter("a5", "a6", "b1");
  hall.news();
  hall.wheel.advance(480);
  assertEquals(hall.news(), "");
  hall.wheel.advance(504);
  assertEquals(hall.news(), "-a1 +b1");
  hall.enter("b2");
  assertEquals(hall.news(), "-a2 +b2", "it holds its share now");
  hall.enter("b3");
  assertEquals(hall.news(), "", "neither has more than its share");
  hall.leave("b1");
  assertEquals(hall.news(), "+b3");
});

Deno.test("nobody keeps a place for long while others wait", () => {
  const hall = new Hall(2);
  hall.enter("a1", "a2");
  hall.wheel.advance(1_000);
  hall.enter("a3", "a4", "a5");
  hall.news();
  hall.wheel.advance(1_992);
  assertEquals(hall.news(), "");
  hall.wheel.advance(2_000);
  assertEquals(hall.news(), "-a1 +a3 -a2 +a4");
  hall.leave("a5");
  hall.wheel.advance(60_000);
  assertEquals(hall.news(), "", "nobody waits any more");
});

Deno.test("one who gave up waiting gets no place", () => {
  const hall = new Hall(1);
  hall.enter("a1", "b1", "b2");
  hall.leave("b1");
  hall.leave("a1");
  assertEquals(hall.news(), "+a1 +b2");
  hall.leave("b2");
  assertEquals(hall.places.taken, 0);
});

Deno.test("a victim of thousands waits no longer than one of few", () => {
  const hall = new Hall(1_024);
  const flood = Array.from({ length: 5_000 }, (_, i) => `a${i}`);
  hall.enter(...flood);
  hall.wheel.advance(1_000);
  hall.news();
  hall.enter("b1");
  assertEquals(hall.news(), "-a0 +b1");
  // Others come and go, and the places stay full and in use.
  hall.leave("a1", "a2");
  assert(hall.news().startsWith("+a1024 +a1025"));
  assertEquals(hall.places.taken, 1_024);
});

Deno.test("addresses that have nothing under way come first", () => {
  const hall = new Hall(4);
  hall.enter("a1", "b1", "c1", "d1", "a2", "b2", "c2", "e1", "e2", "f1");
  hall.news();
  assertEquals(["a", "b", "e", "g"].map((one) => hall.places.heldBy(one)), [
    1,
    1,
    0,
    0,
  ]);
  hall.leave("d1");
  assertEquals(hall.news(), "+e1");
  // One that has lost its last place is new again, behind those who wait.
  hall.leave("a1");
  assertEquals(hall.news(), "+f1");
  hall.leave("b1");
  assertEquals(hall.news(), "+a2");
  hall.leave("e1");
  assertEquals(hall.news(), "+b2");
  hall.leave("c1", "c2", "e2", "f1", "a2", "b2");
  assertEquals(hall.places.taken, 0);
  assertEquals(hall.wheel.size, 0);
});

import { assertEquals } from "@std/assert";
import type { TurnClock } from "../turn_clock.ts";
import { type AnswerTurn, AnswerTurns } from "./answer_turns.ts";

/** A clock that stands still while answers are not computed, and an event loop that comes round when told to. */
class Clock implements TurnClock<number> {
  at = 1_000;
  readonly #turns: Map<number, () => void> = new Map();
  #id = 0;

  now(): number {
    return this.at;
  }

  later(turn: () => void): number {
    this.#turns.set(++this.#id, turn);
    return this.#id;
  }

  cancel(id: number): void {
    this.#turns.delete(id);
  }

  /** Turns asked for. */
  get pending(): number {
    return this.#turns.size;
  }

  turn(): void {
    const turns = [...this.#turns.values()];
    this.#turns.clear();
    for (const turn of turns) turn();
  }
}

/** Clients that note when they are to be answered. */
class Hall {
  readonly clock = new Clock();
  /** Handshakes under way, by address. */
  readonly underWay: Record<string, number> = {};
  readonly turns = new AnswerTurns(
    this.clock,
    (address) => this.underWay[address] ?? 0,
  );
  readonly #clients: Map<string, AnswerTurn> = new Map();
  readonly #news: string[] = [];

  /** A client's name begins with its address. */
  enter(...names: string[]): void {
    for (const name of names) {
      const granted = () => this.#news.push(name);
      this.#clients.set(name, this.turns.enter(name[0]!, granted));
    }
  }

  /** A client's answer is computed, which takes a while; or it goes. */
  leave(name: string, tookMs = 0): void {
    this.clock.at += tookMs;
    this.turns.leave(this.#clients.get(name)!);
  }

  /** The event loop comes round. */
  turn(): void {
    this.clock.at += 1;
    this.clock.turn();
  }

  /** @returns Who is to be answered since the last call. */
  news(): string {
    return this.#news.splice(0).join(" ");
  }
}

Deno.test("a client that comes alone is answered at once, without a timer", () => {
  const hall = new Hall();
  for (const name of ["a1", "a2", "b1"]) {
    hall.enter(name);
    assertEquals(hall.news(), name);
    hall.leave(name, 1);
    hall.leave(name);
    hall.clock.at += 20;
  }
  assertEquals(hall.clock.pending, 0);
});

Deno.test("answers are computed one after the other, a few milliseconds of them in each turn", () => {
  const hall = new Hall();
  const names = Array.from({ length: 9 }, (_, i) => `a${i}`);
  hall.enter(...names);
  for (let i = 0; i < 9; i += 3) {
    // Each takes a millisecond: three fit.
    for (const name of names.slice(i, i + 3)) {
      assertEquals(hall.news(), name);
      hall.leave(name, 1);
    }
    assertEquals(hall.news(), "");
    hall.turn();
  }
  assertEquals(hall.clock.pending, 0);
});

Deno.test("who comes in a turn that is used up waits for the next one, though nobody else waits", () => {
  const hall = new Hall();
  hall.enter("a1");
  hall.leave("a1", 5);
  hall.news();
  hall.enter("a2");
  assertEquals(hall.news(), "");
  hall.turn();
  assertEquals(hall.news(), "a2");
});

Deno.test("a client whose answer cannot be computed yet holds nobody up beyond the turn", () => {
  const hall = new Hall();
  hall.enter("a1", "a2", "b1");
  assertEquals(hall.news(), "a1");
  hall.turn();
  assertEquals(hall.news(), "a2");
  // Its answer does not come from the turn of another one.
  hall.leave("a1");
  assertEquals(hall.news(), "");
  hall.turn();
  assertEquals(hall.news(), "b1");
  assertEquals(hall.clock.pending, 0);
  // Nobody waits: the next one need not either.
  hall.clock.at += 20;
  hall.enter("c1");
  assertEquals(hall.news(), "c1");
});

Deno.test("addresses with least under way come first, others in turn", () => {
  const hall = new Hall();
  Object.assign(hall.underWay, { a: 9, b: 4, c: 4, d: 1 });
  hall.enter("a1", "a2", "b1", "b2", "c1", "d1");
  const order = ["a1", "d1", "b1", "c1", "b2", "a2"];
  for (const name of order) {
    assertEquals(hall.news(), name);
    hall.leave(name);
  }
  assertEquals(hall.news(), "");
});

Deno.test("who goes while it waits is not answered, and leaves nothing behind", () => {
  const hall = new Hall();
  hall.enter("a1", "a2", "b1", "b2");
  assertEquals(hall.news(), "a1");
  hall.leave("a2");
  hall.leave("b1");
  hall.leave("a1");
  assertEquals(hall.news(), "b2");
  hall.enter("c1", "c2");
  hall.leave("c1");
  hall.leave("c2");
  assertEquals(hall.clock.pending, 0);
  hall.leave("b2");
  assertEquals(hall.news(), "");
});

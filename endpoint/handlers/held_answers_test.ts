import { assertEquals } from "@std/assert";
import { HeldAnswers } from "./held_answers.ts";

Deno.test("answers are sent in their order, as far as there is room", () => {
  const held = new HeldAnswers();
  const sent: number[] = [];
  let room = 0;
  for (let i = 0; i < 5; i++) {
    held.add({
      fits: () => room > 0,
      send: () => {
        room--;
        sent.push(i);
      },
    });
  }
  held.retry();
  assertEquals(sent, []);
  room = 2;
  held.retry();
  assertEquals(sent, [0, 1]);
  room = 9;
  held.retry();
  held.retry();
  assertEquals(sent, [0, 1, 2, 3, 4]);
});

Deno.test("what is added while others are sent waits for the next time", () => {
  const held = new HeldAnswers();
  const sent: string[] = [];
  const later = { fits: () => true, send: () => void sent.push("later") };
  held.add({
    fits: () => true,
    send: () => {
      sent.push("first");
      held.add(later);
    },
  });
  held.retry();
  assertEquals(sent, ["first"]);
  held.retry();
  assertEquals(sent, ["first", "later"]);
});

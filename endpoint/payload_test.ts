import { assertEquals } from "@std/assert";
import { utf8Length } from "./payload.ts";

Deno.test("utf8Length() counts what the encoder writes", () => {
  const encoder = new TextEncoder();
  const parts = ["a", "\x7f", "\x80", "é", "\u07ff", "\u0800", "漢", "\uffff"];
  // A pair, and halves that are alone.
  parts.push("𝄞", "\ud834", "\udd1e", "");
  for (const first of parts) {
    for (const second of parts) {
      for (const third of parts) {
        const text = first + second + third;
        assertEquals(utf8Length(text), encoder.encode(text).length, text);
      }
    }
  }
});

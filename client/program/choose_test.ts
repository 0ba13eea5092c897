import { assertEquals, assertThrows } from "@std/assert";
import { applyArguments, defaultOptions } from "../agent/options.ts";
import { FLAGS } from "../agent/flags.ts";
import { MAX_SECONDS, whole } from "./choose.ts";
import { settle } from "./settle.ts";

const agent = (...args: string[]) =>
  applyArguments(defaultOptions(), settle(FLAGS, args, "X_", () => undefined));

Deno.test("a number that is too great is refused with its bounds", () => {
  assertEquals(whole("--n", "7", 1, 1, 7), 7);
  assertThrows(
    () => whole("--n", "8", 1, 1, 7),
    SyntaxError,
    'Cannot use "8" for --n: need a whole number from 1 to 7',
  );
});

Deno.test("the longest wait fits into a timer, and a longer one is refused", () => {
  assertEquals(MAX_SECONDS * 1_000 < 2 ** 31, true);
  for (const flag of ["--exec-timeout", "--stop-seconds"]) {
    agent(flag, `${MAX_SECONDS}`);
    assertThrows(
      () => agent(flag, `${MAX_SECONDS + 1}`),
      Error,
      `for ${flag}: need a whole number from`,
    );
  }
});

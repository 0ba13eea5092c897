import { assertEquals } from "@std/assert";
import { failures } from "./retry_failed.ts";

const log = (...report: string[]) =>
  [
    "one ... ok (1ms)",
    " ERRORS ",
    "",
    "two (new) => ./tests/a_test.ts:1:6",
    "error: AssertionError",
    "",
    " FAILURES ",
    "",
    ...report,
    "",
    "FAILED | 1 passed | 2 failed (2 steps) (1s)",
    "",
    "error: Test failed",
  ].join("\n");

Deno.test("failures() names what a run reports as failed, each test once", () => {
  assertEquals(
    failures(log(
      "\x1b[1mtwo (new)\x1b[0m => ./tests/a_test.ts:1:6",
      "three ... first step => ./tests/b_test.ts:3:11",
      "three ... second step => ./tests/b_test.ts:9:11",
    )),
    { tests: ["two (new)", "three"], files: [] },
  );
});

Deno.test("failures() names a file that broke down, for its other tests did not run", () => {
  assertEquals(failures(log("./tests/c_test.ts (uncaught error)")), {
    tests: [],
    files: ["./tests/c_test.ts"],
  });
});

Deno.test("failures() knows nothing of what it does not understand", () => {
  assertEquals(failures("error: Type checking failed.\n"), undefined);
  assertEquals(failures(log("something else")), undefined);
});

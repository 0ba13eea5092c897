import { assertEquals } from "@std/assert";
import { problemOf } from "./problem.ts";

Deno.test("a problem is told with its causes, without credentials", () => {
  const refused = new Error("connect ECONNREFUSED bob:secret@127.0.0.1:1");
  const error = new Error("Cannot connect", { cause: refused });
  assertEquals(
    problemOf(error),
    "Cannot connect: connect ECONNREFUSED ***@127.0.0.1:1",
  );
  assertEquals(problemOf("text"), "text");
  assertEquals(problemOf(undefined), "unknown problem");
});

Deno.test("of several attempts the last one tells what is wrong", () => {
  const network = (text: string) =>
    new Error("Connection failed.", { cause: new Error(text) });
  const connect = () =>
    new AggregateError(
      [network("connect ETIMEDOUT"), network("connect ECONNREFUSED")],
      "Cannot connect to any broker.",
    );
  const error = new AggregateError(
    [new Error("before"), connect()],
    "metadata failed 3 times.",
  );
  assertEquals(
    problemOf(error),
    "metadata failed 3 times: Cannot connect to any broker: Connection failed: connect ECONNREFUSED",
  );
  assertEquals(problemOf(new AggregateError([], "none")), "none");
});

Deno.test("a problem that is its own cause is told once", () => {
  const error: Error = new Error("again");
  error.cause = error;
  assertEquals(problemOf(error), "again");
});

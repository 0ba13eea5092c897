import { assertEquals } from "@std/assert";
import { healthPages } from "./pages.ts";
import { Readiness } from "./readiness.ts";

const signal = new AbortController().signal;

async function ask(
  readiness: Readiness,
  path: "/healthz" | "/readyz",
  query = "",
) {
  const url = new URL(`http://x${path}${query}`);
  const { status = 200, body } = await healthPages(readiness)[path]({
    url,
    signal,
  });
  return [status, body];
}

Deno.test("without conditions a program is ready", async () => {
  assertEquals(await ask(new Readiness(), "/readyz"), [200, "ready"]);
});

Deno.test("what is required and missing makes it not ready, and says why; what is not required is reported", async () => {
  const readiness = new Readiness();
  let problem = "";
  readiness.add("listeners", () => problem);
  readiness.add("nats", () => "no server", { required: false });
  assertEquals(await ask(readiness, "/readyz"), [200, "ready"]);
  assertEquals(await ask(readiness, "/readyz", "?verbose"), [
    200,
    "[+] listeners: ok\n[-] nats: no server (not required)\nready\n",
  ]);
  problem = "draining";
  assertEquals(await ask(readiness, "/readyz"), [
    503,
    "not ready: listeners: draining",
  ]);
  assertEquals(await ask(readiness, "/readyz", "?verbose"), [
    503,
    "[-] listeners: draining\n[-] nats: no server (not required)\nnot ready: listeners: draining\n",
  ]);
  assertEquals(await ask(readiness, "/healthz"), [200, "ok"]);
});

Deno.test("several problems are all said; a check that throws is one", async () => {
  const readiness = new Readiness();
  readiness.add("a", () => "one");
  readiness.add("b", () => {
    throw new Error("two");
  });
  assertEquals(await ask(readiness, "/readyz"), [
    503,
    "not ready: a: one; b: cannot be checked: two",
  ]);
});

Deno.test("a condition is replaced by one of its name, and taken away by its own key only", () => {
  const readiness = new Readiness();
  const first = readiness.add("a", () => "one");
  const second = readiness.add("a", () => "two");
  first();
  assertEquals(readiness.problem, "a: two");
  second();
  assertEquals(readiness.conditions(), []);
});

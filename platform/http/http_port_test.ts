import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type LogFields, NULL_LOGGER } from "../log/mod.ts";
import { type HttpPort, openHttpPort, type Page } from "./http_port.ts";

const pages: Record<string, Page> = {
  "/hello": ({ url }) => ({ body: `hello ${url.searchParams.get("who")}` }),
  "/bytes": () => ({
    status: 202,
    type: "application/octet-stream",
    body: new Uint8Array([0, 1, 255]),
  }),
  "/broken": () => {
    throw new Error("secret");
  },
  "/rejects": () => Promise.reject(new Error("secret")),
};

async function open(more: Record<string, Page> = {}, idleMs?: number) {
  const errors: [string, LogFields | undefined][] = [];
  const port = await openHttpPort({
    hostname: "127.0.0.1",
    port: 0,
    pages: { ...pages, ...more },
    log: {
      ...NULL_LOGGER,
      error: (message, fields) => void errors.push([message, fields]),
    },
    ...(idleMs !== undefined && { idleMs }),
  });
  return {
    port,
    errors,
    [Symbol.asyncDispose]: () => port[Symbol.asyncDispose](),
  };
}

function at(port: HttpPort, path: string, method = "GET"): Promise<Response> {
  return fetch(`http://127.0.0.1:${port.addr.port}${path}`, { method });
}

async function raw(port: HttpPort, text: string): Promise<string> {
  using conn = await Deno.connect(port.addr);
  await conn.write(new TextEncoder().encode(text));
  let got = "";
  const chunk = new Uint8Array(65_536);
  for (;;) {
    const n = await conn.read(chunk).catch(() => null);
    if (n === null) return got;
    got += new TextDecoder().decode(chunk.subarray(0, n));
  }
}

Deno.test("a page is read by GET and by HEAD, with its type and its length", async () => {
  await using opened = await open();
  const { port } = opened;
  const text = await at(port, "/hello?who=you%20all");
  assertEquals([text.status, await text.text()], [200, "hello you all"]);
  assertEquals(text.headers.get("content-type"), "text/plain; charset=utf-8");
  assertEquals(text.headers.get("cache-control"), "no-store");
  const bytes = await at(port, "/bytes");
  assertEquals([bytes.status, await bytes.bytes()], [
    202,
    new Uint8Array([0, 1, 255]),
  ]);
  const head = await at(port, "/bytes", "HEAD");
  assertEquals([head.status, head.headers.get("content-length")], [202, "3"]);
  assertEquals(await head.text(), "");
});

Deno.test("what there is not is said clearly, and what is there is named", async () => {
  await using opened = await open();
  for (const path of ["/", "/hello/", "/__proto__", "/toString", "/hello%00"]) {
    const response = await at(opened.port, path);
    assertEquals(response.status, 404, path);
    assertStringIncludes(
      await response.text(),
      "404 page not found: there is /hello, /bytes",
    );
  }
});

Deno.test("whoever wants to change something is refused, and told what is allowed", async () => {
  await using opened = await open();
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    const response = await at(opened.port, "/hello", method);
    assertEquals(response.status, 405, method);
    assertEquals(response.headers.get("allow"), "GET, HEAD");
    assertStringIncludes(await response.text(), `Cannot ${method} /hello`);
  }
});

Deno.test("a page that fails is logged, and tells the asker nothing of it", async () => {
  await using opened = await open();
  for (const path of ["/broken", "/rejects"]) {
    const response = await at(opened.port, path);
    assertEquals(response.status, 500);
    const text = await response.text();
    assert(!text.includes("secret"), text);
  }
  assertEquals(opened.errors.map(([, fields]) => fields?.["path"]), [
    "/broken",
    "/rejects",
  ]);
});

Deno.test("a request that never ends, or is too large, or is none, ends its connection and nothing else", async () => {
  await using opened = await open();
  const { port } = opened;
  const started = performance.now();
  const answers = await Promise.all([
    raw(port, "GET /hello HTTP/1.1\r\nHost: x\r\n"),
    raw(port, ""),
    raw(port, `GET /hello HTTP/1.1\r\nX: ${"x".repeat(100_000)}\r\n\r\n`),
    raw(port, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    raw(port, "GET http://[bad/ HTTP/1.1\r\nHost: x\r\n\r\n"),
  ]);
  for (const answer of answers) assert(!answer.includes("200"), answer);
  assert(performance.now() - started < 60_000);
  assertEquals(await (await at(port, "/hello?who=me")).text(), "hello me");
});

Deno.test("a flood of connections is cut down; afterwards the port answers again", async () => {
  await using opened = await open();
  const { port } = opened;
  const crowd = await Promise.all(
    Array.from({ length: 400 }, () => Deno.connect(port.addr)),
  );
  // Those who are too many see the end at once, the others after their time for a request.
  const ends = await Promise.all(crowd.map(async (conn) => {
    const since = performance.now();
    await conn.read(new Uint8Array(1)).catch(() => null);
    conn.close();
    return performance.now() - since;
  }));
  const early = ends.filter((ms) => ms < 4_000).length;
  assert(early >= 200, `${early} of 400 were cut at once`);
  assertEquals(await (await at(port, "/hello?who=me")).text(), "hello me");
});

Deno.test("a page hears when nobody waits for it any more", async () => {
  const gone = Promise.withResolvers<void>();
  await using opened = await open({
    "/slow": async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      gone.resolve();
      return { body: "" };
    },
  });
  const conn = await Deno.connect(opened.port.addr);
  await conn.write(
    new TextEncoder().encode("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"),
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  conn.close();
  await gone.promise;
  assertEquals(opened.errors, []);
});

Deno.test("a port that is taken is an error with the reason", async () => {
  await using opened = await open();
  const { addr } = opened.port;
  let error: unknown = undefined;
  try {
    await openHttpPort({ ...addr, pages, log: NULL_LOGGER });
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof Error);
  assertStringIncludes(error.message, "EADDRINUSE");
});

Deno.test("its disposal ends what is under way", async () => {
  const opened = await open({ "/slow": () => new Promise(() => {}) });
  const answer = raw(opened.port, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  await new Promise((resolve) => setTimeout(resolve, 50));
  await opened.port[Symbol.asyncDispose]();
  assertEquals(await answer, "");
});

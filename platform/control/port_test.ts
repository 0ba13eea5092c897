import "./http2_guard.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect } from "node:http2";
import { NULL_LOGGER } from "../log/mod.ts";
import { ControlPort, type ControlPortOptions } from "./port.ts";
import type { CallContext } from "./api.ts";
import { ApiError } from "./api_error.ts";
import { HealthState } from "./health.ts";
import { echoApi, renamed } from "./testing/echo_api.ts";
import { BytesClient, outcomeOf } from "./testing/grpc_client.ts";
import {
  callHeaders,
  DATA,
  END_HEADERS,
  END_STREAM,
  frame,
  HEADERS,
  join,
  PREFACE,
  SETTINGS,
} from "./testing/http2_frames.ts";

/** Status codes of gRPC. */
const CANCELLED = 1;
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;
const UNIMPLEMENTED = 12;
const INTERNAL = 13;
const UNAVAILABLE = 14;

function open(options: Partial<ControlPortOptions> = {}): Promise<ControlPort> {
  return ControlPort.open({
    hostname: "127.0.0.1",
    port: 0,
    apis: [echoApi()],
    log: NULL_LOGGER,
    ...options,
  });
}

/** Asks over HTTP/1.1. */
async function rest(
  port: ControlPort,
  path: string,
  init?: RequestInit,
): Promise<{ status: number; text: string; headers: Headers }> {
  const url = `http://127.0.0.1:${port.addr.port}${path}`;
  const response = await fetch(url, init);
  const { status, headers } = response;
  return { status, text: await response.text(), headers };
}

/** Asks over HTTP/2, with prior knowledge. */
async function rest2(
  port: ControlPort,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const session = connect(`http://127.0.0.1:${port.addr.port}`);
  try {
    const stream = session.request(headers);
    stream.end();
    let status = 0;
    let text = "";
    stream.on("response", (head) => status = Number(head[":status"]));
    stream.setEncoding("utf8");
    stream.on("data", (part: string) => text += part);
    await new Promise((resolve, reject) =>
      stream.once("end", resolve).once("error", reject)
    );
    return { status, text };
  } finally {
    await new Promise<void>((resolve) => session.close(resolve));
  }
}

/** Writes and reads bytes. */
async function raw(
  port: ControlPort,
  parts: readonly (string | Uint8Array)[],
  until: (text: string) => boolean,
): Promise<string> {
  using conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: port.addr.port,
  });
  const utf8 = new TextEncoder();
  for (const part of parts) {
    await conn.write(typeof part === "string" ? utf8.encode(part) : part);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const text = new TextDecoder();
  const buf = new Uint8Array(4096);
  let read = "";
  while (!until(read)) {
    const count = await conn.read(buf);
    if (count === null) break;
    read += text.decode(buf.subarray(0, count), { stream: true });
  }
  return read;
}

/** Waits until something holds. */
async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 30_000;
  while (!holds()) {
    assert(Date.now() < end, "it never came about");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function untilAsync(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000;
  while (!await holds()) {
    assert(Date.now() < end, "it never came about");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("one port answers REST over HTTP/1.1 and HTTP/2, and gRPC", async () => {
  await using port = await open();
  assertEquals((await rest(port, "/check")).text, '{"status":"SERVING"}');
  assertEquals(await rest2(port, { ":path": "/check" }), {
    status: 200,
    text: '{"status":"SERVING"}',
  });
  using client = new BytesClient(port.addr.port);
  const { code, bytes } = await client.call("/test.Echo/Check");
  assertEquals([code, bytes], [0, new Uint8Array([8, 1])]);
});

Deno.test("gRPC is told by any content type that begins with its name", async () => {
  await using port = await open();
  for (
    const type of [
      "application/grpc",
      "application/grpc+proto",
      "Application/gRPC",
      "application/grpc;charset=utf-8",
    ]
  ) {
    // An empty body is no call, but what says so is gRPC.
    const session = connect(`http://127.0.0.1:${port.addr.port}`);
    const stream = session.request({
      ":path": "/test.Echo/Nothing",
      ":method": "POST",
      "content-type": type,
    });
    stream.end();
    const status = await new Promise((resolve) =>
      stream.on("response", (head) => resolve(head["grpc-status"]))
    );
    assertEquals(status, String(UNIMPLEMENTED), type);
    await new Promise<void>((resolve) => session.close(resolve));
  }
});

Deno.test("a request that comes byte by byte is served", async () => {
  await using port = await open();
  const request = "GET /check HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
  const text = await raw(port, [...request], () => false);
  assert(text.startsWith("HTTP/1.1 200 OK\r\n"), text);
  // It shares its first letter with HTTP/2.
  const post = await raw(
    port,
    [..."POST /check HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"],
    () => false,
  );
  assert(post.startsWith("HTTP/1.1 405 Method Not Allowed\r\n"), post);
});

Deno.test("requests that come at once on one connection are answered in order", async () => {
  await using port = await open();
  const request = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
  const text = await raw(
    port,
    [request("/check") + request("/nothing") + request("/check")],
    (read) => read.split("HTTP/1.1").length === 4 && read.endsWith("}"),
  );
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, s]) => s);
  assertEquals(statuses, ["200", "404", "200"]);
});

Deno.test("a request need not say whom it asks, but must not say nonsense", async () => {
  const logged: string[] = [];
  await using port = await open({
    log: { ...NULL_LOGGER, error: (message: string) => logged.push(message) },
  });
  const ask = async (head: string) =>
    (await raw(
      port,
      [`GET /check ${head}connection: close\r\n\r\n`],
      () => false,
    ))
      .split(" ")[1];
  assertEquals(await ask("HTTP/1.0\r\n"), "200");
  assertEquals(await ask("HTTP/1.1\r\nhost: [::1]:80\r\n"), "200");
  for (const host of ["a b", "a/b", "[", "a@b"]) {
    assertEquals(await ask(`HTTP/1.1\r\nhost: ${host}\r\n`), "400", host);
  }
  // Strangers do not fill the log.
  assertEquals(logged, []);
});

Deno.test("what is no request ends its connection and nothing else", async () => {
  await using port = await open();
  for (
    const bytes of [
      "\0\0\0\0",
      "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
      "GET\r\n\r\n",
    ]
  ) {
    await raw(port, [bytes], () => false).catch(() => {});
  }
  assertEquals((await rest(port, "/check")).status, 200);
});

Deno.test("a method that nobody knows, and a request that cannot be read", async () => {
  await using port = await open();
  using client = new BytesClient(port.addr.port);
  const unknown = await client.call("/test.Echo/Nothing");
  assertEquals(unknown.code, UNIMPLEMENTED);
  const broken = await client.call(
    "/test.Echo/Check",
    new Uint8Array([10, 200, 1]),
  );
  assertEquals(broken.code, INVALID_ARGUMENT);
  assert(broken.details.startsWith("Cannot read the request"), broken.details);
  const large = await client.call("/test.Echo/Check", new Uint8Array(70_000));
  assertEquals(large.code, RESOURCE_EXHAUSTED);
});

Deno.test("a failure within is not told to callers, but to the log", async () => {
  const logged: unknown[] = [];
  const log = {
    ...NULL_LOGGER,
    error: (message: string, fields?: unknown) => logged.push(message, fields),
  };
  const check = () => {
    throw new Error("secret of the house");
  };
  await using port = await open({ apis: [echoApi({ check })], log });
  const { status, text } = await rest(port, "/check");
  assertEquals(status, 500);
  assert(!text.includes("secret"), text);
  using client = new BytesClient(port.addr.port);
  const { code, details } = await client.call("/test.Echo/Check");
  assertEquals(code, INTERNAL);
  assert(!details.includes("secret"), details);
  assertEquals(logged.length, 4);
});

Deno.test("whoever leaves a watch ends it, over gRPC and REST alike", async () => {
  const ended: string[] = [];
  const watch = async function* (
    { service }: { service: string },
    { signal }: { signal: AbortSignal },
  ) {
    try {
      yield { status: 1 };
      await new Promise<void>((resolve) =>
        signal.addEventListener("abort", () => resolve())
      );
    } finally {
      ended.push(service);
    }
  };
  await using port = await open({
    apis: [echoApi({ watch })],
    limits: { watches: 1 },
  });
  using client = new BytesClient(port.addr.port);
  const stream = client.stream(
    "/test.Echo/Watch",
    new Uint8Array([10, 1, 65]),
  );
  await new Promise((resolve) => stream.once("data", resolve));
  // There is only one place.
  assertEquals((await rest(port, "/watch?service=C")).status, 429);
  const outcome = outcomeOf(stream);
  stream.cancel();
  assertEquals((await outcome).code, CANCELLED);
  await until(() => ended.length === 1);

  const leave = new AbortController();
  const url = `http://127.0.0.1:${port.addr.port}/watch?service=B`;
  const response = await fetch(url, { signal: leave.signal });
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream())
    .getReader();
  let text = "";
  while (!text.includes("data:")) text += (await reader.read()).value;
  assertEquals(text, ': watching\n\ndata: {"status":"SERVING"}\n\n');
  leave.abort();
  await assertRejects(() => reader.read());
  await until(() => ended.length === 2);
  assertEquals(ended, ["A", "B"]);
});

Deno.test("a watch that is one too many for its connection is refused, and does not wait in silence", async () => {
  await using port = await open({ limits: { watches: 200 } });
  using client = new BytesClient(port.addr.port);
  const watches = Array.from(
    { length: 96 },
    () => client.stream("/test.Echo/Watch"),
  );
  await Promise.all(
    watches.map((stream) =>
      new Promise((resolve) => stream.once("data", resolve))
    ),
  );
  const { code, details } = await outcomeOf(client.stream("/test.Echo/Watch"));
  assertEquals(code, RESOURCE_EXHAUSTED);
  assert(details.includes("has 96 watches, which is the most"), details);
  // The connection has room for everything else, and for a watch once one has ended.
  assertEquals((await client.call("/test.Echo/Check")).code, 0);
  using other = new BytesClient(port.addr.port);
  assertEquals((await other.call("/test.Echo/Check")).code, 0);
  const ends = watches.map((stream) => {
    const outcome = outcomeOf(stream);
    return () => {
      stream.cancel();
      return outcome;
    };
  });
  await ends[0]!();
  await untilAsync(async () => {
    const stream = client.stream("/test.Echo/Watch");
    const begun = new Promise<boolean>((resolve) => {
      stream.once("data", () => resolve(true));
      stream.once("error", () => resolve(false));
    });
    const has = await begun;
    if (has) {
      const outcome = outcomeOf(stream);
      stream.cancel();
      await outcome;
    }
    return has;
  });
  await Promise.all(ends.slice(1).map((end) => end()));
});

Deno.test("over REST, too, a connection of HTTP/2 has so many watches and no more", async () => {
  await using port = await open({ limits: { watches: 200 } });
  const session = connect(`http://127.0.0.1:${port.addr.port}`);
  const statusOf = () =>
    new Promise<number>((resolve) => {
      const stream = session.request({ ":path": "/watch?service=a" });
      stream.on("error", () => {});
      stream.on("response", (head) => resolve(Number(head[":status"])));
      stream.resume();
    });
  const statuses = [];
  for (let i = 0; i < 97; i++) statuses.push(await statusOf());
  assertEquals(statuses, [...Array(96).fill(200), 429]);
  await new Promise<void>((resolve) => {
    session.once("close", () => resolve());
    session.destroy();
  });
});

Deno.test("a head that is too large is refused in words that name the limit and the way round it", async () => {
  await using port = await open();
  const ids = Array.from({ length: 3_000 }, (_, i) => `service=${i}`).join("&");
  const head = `GET /check?${ids} HTTP/1.1\r\nhost: a\r\n\r\n`;
  const answer = await raw(port, [head], (text) => text.endsWith("}"));
  assert(answer.startsWith("HTTP/1.1 431 "), answer);
  const body = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")));
  assertEquals([body.code, body.reason], [431, "HEAD_TOO_LARGE"]);
  assertEquals(body.metadata, { max: "16384" });
  assert(/at most 16384 bytes; .*POST/.test(body.message), body.message);
  const strange = await raw(
    port,
    ["NONSENSE\r\n\r\n"],
    (text) => text.endsWith("}"),
  );
  assert(strange.startsWith("HTTP/1.1 400 "), strange);
  assert(strange.includes("it is no HTTP/1.1"), strange);
});

Deno.test("what more can be asked for than an address can hold is had by POST, too", async () => {
  const echo = echoApi({
    check: ({ service }: { service: string }) => ({
      status: service.length > 20_000 ? 2 : 1,
    }),
  } as never);
  const api = {
    ...echo,
    routes: {
      ...echo.routes,
      check: { ...echo.routes.check!, alsoPost: true },
    },
  };
  await using port = await open({ apis: [api] });
  const post = (body: string, type = "application/json") =>
    rest(port, "/check", {
      method: "POST",
      body,
      headers: { "content-type": type },
    });
  const large = JSON.stringify({ service: "x".repeat(30_000) });
  assertEquals((await post(large)).text, '{"status":"NOT_SERVING"}');
  assertEquals((await rest(port, "/check")).text, '{"status":"SERVING"}');
  assertEquals((await post("{", "application/json")).status, 400);
  assertEquals((await post("{}", "text/plain")).status, 415);
  assertEquals((await post(" ".repeat(70_000))).status, 413);
  const refused = await rest(port, "/check", { method: "DELETE" });
  assertEquals(
    [refused.status, refused.headers.get("allow")],
    [405, "GET, POST"],
  );
});

Deno.test("a watcher that does not read is not written to without end", async () => {
  let written = 0;
  const watch = async function* (
    _request: unknown,
    { signal }: { signal: AbortSignal },
  ) {
    while (!signal.aborted) {
      written++;
      yield { status: 1 };
    }
  };
  await using port = await open({ apis: [echoApi({ watch })] });
  using conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: port.addr.port,
  });
  await conn.write(join([
    PREFACE,
    frame(SETTINGS, 0, 0),
    frame(HEADERS, END_HEADERS, 1, callHeaders("/test.Echo/Watch")),
    frame(DATA, END_STREAM, 1, new Uint8Array(5)),
  ]));
  await until(() => written > 0);
  let before = 0;
  const end = Date.now() + 30_000;
  while (before !== written) {
    assert(Date.now() < end, `${written} answers and no end`);
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  // One answer has 7 bytes, and the peer has room for 65 535.
  assert(written > 9_000 && written < 30_000, String(written));
});

Deno.test("a body may have 64 KiB", async () => {
  await using port = await open({
    apis: [{
      ...echoApi(),
      routes: {
        ...echoApi().routes,
        check: { verb: "POST", path: "/check", role: "read", kind: "query" },
      },
    }],
  });
  const post = (body: BodyInit, type = "application/json") =>
    rest(port, "/check", {
      method: "POST",
      body,
      headers: { "content-type": type },
    });
  assertEquals((await post('{"service":"x"}')).status, 200);
  assertEquals((await post("")).status, 200);
  const large = `{"service":"${"x".repeat(66_000)}"}`;
  assertEquals((await post(large)).status, 413);
  // Without a length in advance.
  const parts = ReadableStream.from([new TextEncoder().encode(large)]);
  assertEquals((await post(parts)).status, 413);
  // What follows on the connection is answered, whatever was wrong before.
  const began = performance.now();
  assertEquals((await post("service=x", "text/plain")).status, 415);
  assertEquals((await post("{")).status, 400);
  assertEquals((await post('{"service":7}')).status, 400);
  assertEquals((await post(new Uint8Array([0xff]))).status, 400);
  // Far more than that is not even read.
  const endless = Array.from({ length: 400 }, () => new Uint8Array(10_000));
  await post(ReadableStream.from(endless)).catch(() => {});
  assertEquals((await post("")).status, 200);
  assert(performance.now() - began < 15_000);
});

Deno.test("a page from elsewhere may look, but not change anything", async () => {
  await using port = await open({
    apis: [{
      ...echoApi(),
      routes: {
        ...echoApi().routes,
        check: { verb: "DELETE", path: "/check", role: "read", kind: "query" },
      },
    }],
  });
  const ask = async (origin: string) => {
    const host = `127.0.0.1:${port.addr.port}`;
    const text = await raw(port, [
      `DELETE /check HTTP/1.1\r\nhost: ${host}\r\norigin: ${origin}\r\nconnection: close\r\n\r\n`,
    ], () => false);
    return text.split(" ")[1];
  };
  assertEquals(await ask("https://elsewhere.example"), "403");
  assertEquals(await ask("null"), "403");
  assertEquals(await ask(`http://127.0.0.1:${port.addr.port}`), "200");
});

Deno.test("when connections are short, the one that is idle for longest makes room", async () => {
  await using port = await open({ limits: { connections: 2 } });
  const { port: number } = port.addr;
  const connections: Deno.TcpConn[] = [];
  for (let i = 0; i < 3; i++) {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: number });
    connections.push(conn);
    await until(() => port.connections >= Math.min(i + 1, 2));
  }
  const [first, ...others] = connections;
  assertEquals(await first!.read(new Uint8Array(1)), null);
  const request = "GET /check HTTP/1.1\r\nhost: x\r\n\r\n";
  for (const conn of others) {
    await conn.write(new TextEncoder().encode(request));
    assert(await conn.read(new Uint8Array(1)) === 1);
  }
  for (const conn of connections) conn.close();
});

Deno.test("a connection that is used is not ended for a new one", async () => {
  await using port = await open({ limits: { connections: 1 } });
  using client = new BytesClient(port.addr.port);
  const stream = client.stream("/test.Echo/Watch");
  await new Promise((resolve) => stream.once("data", resolve));
  using conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: port.addr.port,
  });
  assertEquals(await conn.read(new Uint8Array(1)), null);
  stream.cancel();
});

Deno.test("a port that closes lets calls end, ends watches, and takes nobody", async () => {
  let begun = 0;
  let finish = () => {};
  const held = new Promise<void>((resolve) => finish = resolve);
  const check = async () => {
    begun++;
    await held;
    return { status: 1 };
  };
  const port = await open({ apis: [echoApi({ check })] });
  const { port: number } = port.addr;
  using client = new BytesClient(number);
  const call = client.call("/test.Echo/Check");
  const get = rest(port, "/check");
  const watch = client.stream("/test.Echo/Watch");
  const outcome = outcomeOf(watch);
  await new Promise((resolve) => watch.once("data", resolve));
  const events = rest(port, "/watch");
  await until(() => begun === 2);
  await new Promise((resolve) => setTimeout(resolve, 50));

  const closed = port.close(30_000);
  assertEquals((await outcome).code, UNAVAILABLE);
  const { text } = await events;
  assert(text.includes('event: error\ndata: {"code":503,'), text);
  await assertRejects(() =>
    Deno.connect({ hostname: "127.0.0.1", port: number })
  );
  finish();
  assertEquals((await call).code, 0);
  assertEquals((await get).status, 200);
  await closed;
  assertEquals(port.connections, 0);
});

Deno.test("a port that closes does not wait for ever", async () => {
  const check = () => new Promise<never>(() => {});
  const port = await open({ apis: [echoApi({ check })] });
  using client = new BytesClient(port.addr.port);
  const call = client.call("/test.Echo/Check");
  const get = rest(port, "/check");
  get.catch(() => {});
  await until(() => port.connections === 2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await port.close(100);
  assert((await call).code !== 0);
  await assertRejects(() => get);
});

Deno.test("an address that is taken is named, and nothing is left open", async () => {
  await using port = await open();
  const { port: number } = port.addr;
  await assertRejects(
    () => open({ port: number }),
    Error,
    `Cannot listen on 127.0.0.1:${number}: `,
  );
});

Deno.test("health is there, and follows what the program says", async () => {
  await using port = await open();
  using client = new BytesClient(port.addr.port);
  const check = (service: string) =>
    client.call(
      "/grpc.health.v1.Health/Check",
      new Uint8Array([
        10,
        service.length,
        ...new TextEncoder().encode(service),
      ]),
    );
  for (const service of ["", "test.Echo"]) {
    assertEquals((await check(service)).bytes, new Uint8Array([8, 1]));
  }
  assertEquals((await check("other")).code, 5);
  const watch = client.stream("/grpc.health.v1.Health/Watch");
  const answers: number[] = [];
  watch.on("data", ([, status]: Uint8Array) => answers.push(status!));
  await until(() => answers.length === 1);
  port.serving = false;
  await until(() => answers.length === 2);
  port.serving = true;
  await until(() => answers.length === 3);
  assertEquals(answers, [1, 2, 1]);
  watch.cancel();
});

Deno.test("what a method says beside its answer is a header of REST and metadata of gRPC", async () => {
  const check = (_request: never, { reply }: CallContext) => {
    reply.header("said-of-it", "that it is old");
    reply.restStatus(503);
    return { status: 2 };
  };
  await using port = await open({ apis: [echoApi({ check })] });
  const { status, text, headers } = await rest(port, "/check");
  assertEquals([status, text], [503, '{"status":"NOT_SERVING"}']);
  assertEquals(headers.get("said-of-it"), "that it is old");
  assertEquals(headers.get("cache-control"), "no-store");
  using client = new BytesClient(port.addr.port);
  const { code, bytes, metadata } = await client.call("/test.Echo/Check");
  assertEquals([code, bytes], [0, new Uint8Array([8, 2])]);
  assertEquals(metadata!["said-of-it"], "that it is old");
});

Deno.test("look-ups wait for each other, not for queries, and there is an end to them", async () => {
  const query = Promise.withResolvers<{ status: 1 }>();
  const lookup = Promise.withResolvers<{ status: 1 }>();
  let under = 0;
  const check = () => {
    under++;
    return lookup.promise;
  };
  const slow = echoApi({ check: () => query.promise });
  const quick = echoApi({ check, kind: "lookup" });
  await using port = await open({
    apis: [slow, {
      ...quick,
      service: renamed(quick.service, "test.Quick"),
      routes: {
        check: { ...quick.routes.check!, path: "/quick" },
        watch: { ...quick.routes.watch!, path: "" },
      },
    }],
    limits: { queries: 1, lookups: 20, waiting: 5 },
  });
  using client = new BytesClient(port.addr.port);
  const held = client.call("/test.Echo/Check");
  const calls = Array.from(
    { length: 25 },
    () => client.call("/test.Quick/Check"),
  );
  await until(() => under === 20);
  const { code, details } = await client.call("/test.Quick/Check");
  assertEquals(code, RESOURCE_EXHAUSTED);
  assert(details.includes("5 look-ups wait"), details);
  lookup.resolve({ status: 1 });
  for (const { code } of await Promise.all(calls)) assertEquals(code, 0);
  assertEquals(under, 25);
  query.resolve({ status: 1 });
  assertEquals((await held).code, 0);
});

Deno.test("calls are counted by method and by how they end", async () => {
  let fails = false;
  const check = () => {
    if (fails) throw new ApiError("NOT_FOUND", "no");
    return { status: 1 as const };
  };
  await using port = await open({ apis: [echoApi({ check })] });
  await rest(port, "/check");
  using client = new BytesClient(port.addr.port);
  await client.call("/test.Echo/Check");
  fails = true;
  await rest(port, "/check");
  const stream = client.stream("/test.Echo/Watch");
  stream.on("data", () => stream.cancel());
  await outcomeOf(stream);
  await until(() => [...port.figures.counts()].length === 3);
  assertEquals([...port.figures.counts()], [
    ["Health.Check", "OK", 2],
    ["Health.Check", "NOT_FOUND", 1],
    ["Health.Watch", "CANCELLED", 1],
  ]);
  assertEquals(
    [...port.figures.spans()].map(([method, { count }]) => [method, count]),
    [["Health.Check", 3]],
  );
});

Deno.test("whoever asks for its health is told what the program says", async () => {
  const health = new HealthState();
  await using port = await open({ health });
  using client = new BytesClient(port.addr.port);
  const status = async () =>
    (await client.call("/grpc.health.v1.Health/Check")).bytes![1];
  assertEquals(await status(), 1);
  health.serving = false;
  assertEquals([await status(), port.serving], [2, false]);
});

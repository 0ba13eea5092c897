import { assert, assertEquals, assertRejects } from "@std/assert";
import { Service } from "@frontier/client";
import { startFrontier } from "@frontier/server";
import { parseAddress } from "../flags.ts";
import { GatewayProgram } from "../testing/gateway_program.ts";
import { Program, runToEnd } from "../testing/run_program.ts";

const hostname = "127.0.0.1";
/** Bytes of what is large. */
const LARGE = 8_000_000;

/** A web server as developers run one, with what is hard to pass on. */
function startTarget(name: string): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname, port: 0, onListen() {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    switch (pathname) {
      case "/socket": {
        const { socket, response } = Deno.upgradeWebSocket(request);
        socket.onmessage = ({ data }) => socket.send(`${name}: ${data}`);
        return response;
      }
      case "/redirect":
        return new Response(null, {
          status: 302,
          headers: { location: "/landed?x=1", "set-cookie": "a=1; Path=/" },
        });
      case "/large":
        return new Response(new Uint8Array(LARGE).fill(7));
      case "/slow":
        return new Response(ticks());
      case "/length": {
        const bytes = await request.bytes();
        return new Response(`${bytes.length} ${bytes[LARGE - 1]}`);
      }
      default:
        return Response.json({
          name,
          path: pathname + search,
          method: request.method,
          forwarded: request.headers.get("x-forwarded-prefix"),
          client: request.headers.get("x-forwarded-for"),
          secret: request.headers.get("x-hop"),
        });
    }
  });
}

/** A body that never ends. */
function ticks(): ReadableStream<Uint8Array> {
  let timer: ReturnType<typeof setInterval>;
  return new ReadableStream({
    start(controller) {
      const tick = () => controller.enqueue(new TextEncoder().encode("tick\n"));
      tick();
      timer = setInterval(tick, 50);
    },
    cancel() {
      clearInterval(timer);
    },
  });
}

/** A gateway, the service, and edges that lend web servers. */
class Stage implements AsyncDisposable {
  url = "";
  readonly edges = new Map<string, Program>();
  readonly #stack = new AsyncDisposableStack();
  #gateway!: Awaited<ReturnType<typeof startFrontier>>;
  #service!: Program;

  static async start(): Promise<Stage> {
    const stage = new Stage();
    stage.#gateway = stage.#stack.use(
      await startFrontier({
        edgebound: { hostname, port: 0, allocateEdgeIds: true },
        servicebound: { hostname, port: 0 },
      }),
    );
    stage.#service = stage.#stack.use(
      Program.example(
        "http_proxy_service",
        `--address=${hostname}:${stage.#gateway.serviceAddr.port}`,
        `--listen=${hostname}:0`,
      ),
    );
    stage.url = await stage.#service.prints(/listening on (http:\S+)\//);
    return stage;
  }

  async lend(name: string, port: number): Promise<Program> {
    const edge = this.#stack.use(
      Program.example(
        "http_proxy_edge",
        `--address=${hostname}:${this.#gateway.edgeAddr.port}`,
        `--name=${name}`,
        `--target=${hostname}:${port}`,
      ),
    );
    await edge.prints(`as ${name}`);
    await this.#service.prints(`> online, name: ${name}`);
    this.edges.set(name, edge);
    return edge;
  }

  async get(path: string, init?: RequestInit): Promise<Response> {
    return await fetch(this.url + path, { redirect: "manual", ...init });
  }

  async text(path: string, init?: RequestInit): Promise<string> {
    return await (await this.get(path, init)).text();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

Deno.test("web servers of two edges are published under their names", async () => {
  await using stage = await Stage.start();
  assertEquals(await stage.text("/"), "no edge is online\n");
  await using first = startTarget("first");
  await using second = startTarget("second");
  const edge = await stage.lend("alice", first.addr.port);
  await stage.lend("b ob", second.addr.port);
  assertEquals(await stage.text("/"), "/alice/\n/b%20ob/\n");

  const answer = await stage.get("/alice/a/b?c=%20d", {
    method: "DELETE",
    headers: { connection: "close, x-hop", "x-hop": "1" },
  });
  assertEquals(await answer.json(), {
    name: "first",
    path: "/a/b?c=%20d",
    method: "DELETE",
    forwarded: "/alice",
    client: "127.0.0.1",
    secret: null,
  });
  const other = await stage.get("/b%20ob/");
  assertEquals((await other.json()).name, "second");
  const id = /edge (\d+) lends/.exec(edge.output)![1];
  assertEquals((await (await stage.get(`/${id}/x`)).json()).path, "/x");

  const slash = await stage.get("/alice?x=1");
  assertEquals(slash.status, 308);
  assertEquals(slash.headers.get("location"), "/alice/?x=1");
  await slash.body?.cancel();
  const redirect = await stage.get("/alice/redirect");
  assertEquals(redirect.status, 302);
  assertEquals(redirect.headers.get("location"), "/alice/landed?x=1");
  assertEquals(redirect.headers.get("set-cookie"), "a=1; Path=/alice/");
  await redirect.body?.cancel();

  for (const path of ["/nobody/", "/42/"]) {
    const missing = await stage.get(path);
    assertEquals(missing.status, 404);
    await missing.body?.cancel();
  }
});

Deno.test("large bodies both ways, many requests at a time", async () => {
  await using stage = await Stage.start();
  await using target = startTarget("it");
  await stage.lend("it", target.addr.port);
  const bytes = await (await stage.get("/it/large")).bytes();
  assertEquals(bytes.length, LARGE);
  assert(bytes.every((byte) => byte === 7));
  const body = new Uint8Array(LARGE).fill(9);
  assertEquals(
    await stage.text("/it/length", { method: "POST", body }),
    `${LARGE} 9`,
  );
  const chunked = new Blob([body]).stream();
  assertEquals(
    await stage.text("/it/length", { method: "PUT", body: chunked }),
    `${LARGE} 9`,
  );
  const many = Array.from(
    { length: 60 },
    async (_, i) => (await (await stage.get(`/it/${i}`)).json()).path,
  );
  assertEquals(await Promise.all(many), many.map((_, i) => `/${i}`));
});

Deno.test("WebSockets go through", async () => {
  await using stage = await Stage.start();
  await using target = startTarget("it");
  await stage.lend("it", target.addr.port);
  const socket = new WebSocket(`${stage.url.replace("http", "ws")}/it/socket`);
  const heard: string[] = [];
  const closed = Promise.withResolvers<void>();
  socket.onopen = () => socket.send("one");
  socket.onmessage = ({ data }) => {
    heard.push(data);
    if (heard.length === 1) socket.send("x".repeat(200_000));
    else socket.close();
  };
  socket.onclose = () => closed.resolve();
  await closed.promise;
  assertEquals(heard, ["it: one", `it: ${"x".repeat(200_000)}`]);

  const nobody = new WebSocket(`${stage.url.replace("http", "ws")}/no/socket`);
  const refused = Promise.withResolvers<void>();
  nobody.onerror = () => {};
  nobody.onclose = () => refused.resolve();
  await refused.promise;
});

Deno.test("where a server does not change the protocol, nothing more of the client reaches it", async () => {
  await using stage = await Stage.start();
  const asked: string[] = [];
  await using target = Deno.serve(
    { hostname, port: 0, onListen() {} },
    ({ url }) => {
      asked.push(new URL(url).pathname);
      return new Response("{}");
    },
  );
  await stage.lend("it", target.addr.port);
  using client = await Deno.connect(parseAddress(new URL(stage.url).host));
  const head = (path: string, rest: string) =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\n${rest}\r\n`;
  const forged = head("/forged", "X-Forwarded-For: forged\r\n");
  const asks = "Connection: Upgrade\r\nUpgrade: other\r\n";
  const encoder = new TextEncoder();
  await client.write(encoder.encode(head("/it/plain", asks) + forged));
  let answer = "";
  for await (const part of client.readable) {
    answer += new TextDecoder().decode(part);
    if (answer.includes("}")) break;
  }
  assert(/^HTTP\/1\.1 200/.test(answer), answer);
  assert(/\r\nconnection: close\r\n/i.test(answer), answer);
  await stage.text("/it/after");
  assertEquals(asked, ["/plain", "/after"]);
});

Deno.test("what arrives bit by bit is passed on at once, and given up when nobody reads", async () => {
  await using stage = await Stage.start();
  await using target = startTarget("it");
  const edge = await stage.lend("it", target.addr.port);
  const abort = new AbortController();
  const slow = await stage.get("/it/slow", { signal: abort.signal });
  const reader = slow.body!.getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), "tick\n");
  abort.abort();
  await assertRejects(() => reader.closed);

  // An edge that dies in the middle: the body breaks off instead of ending.
  const broken = await stage.get("/it/slow");
  const rest = broken.body!.getReader();
  await rest.read();
  edge.kill("SIGKILL");
  await assertRejects(async () => {
    while (!(await rest.read()).done);
  });
});

Deno.test("a web server that is not there is said so", async () => {
  await using stage = await Stage.start();
  const gone = startTarget("gone");
  const { port } = gone.addr;
  await gone.shutdown();
  const edge = await stage.lend("gone", port);
  const answer = await stage.get("/gone/");
  assertEquals(answer.status, 502);
  assertEquals(
    await answer.text(),
    "the web server of the edge does not answer\n",
  );
  await edge.prints(`> cannot connect to ${hostname}:${port}: `);
});

Deno.test("a gateway that dies takes its edges from the list; they come back", async () => {
  await using gateway = await GatewayProgram.start();
  await using ids = await Service.connect(parseAddress(gateway.serviceAddr));
  await ids.registerGetEdgeId(() => BigInt(Date.now()));
  await using service = Program.example(
    "http_proxy_service",
    `--address=${gateway.serviceAddr}`,
    `--listen=${hostname}:0`,
  );
  const url = await service.prints(/listening on (http:\S+)/);
  await using target = startTarget("it");
  const lend = (name: string) =>
    Program.example(
      "http_proxy_edge",
      `--address=${gateway.edgeAddr}`,
      `--name=${name}`,
      `--target=${hostname}:${target.addr.port}`,
    );
  await using leaves = lend("leaves");
  await using stays = lend("stays");
  // The service hears of them before they are in.
  await leaves.prints("lends");
  await stays.prints("lends");
  const list = async () => await (await fetch(url)).text();
  const until = async (wanted: string) => {
    const endsAt = performance.now() + 30_000;
    while (await list() !== wanted) {
      assert(
        performance.now() < endsAt,
        await list(),
      );
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await until("/leaves/\n/stays/\n");
  await gateway.kill();
  leaves.kill("SIGKILL");
  const away = await fetch(`${url}stays/`);
  assertEquals(away.status, 502);
  await away.body?.cancel();
  await gateway.restart();
  await until("/stays/\n");
  // It is announced a moment before it can be reached.
  const back = async () => {
    const answer = await fetch(`${url}stays/x`);
    return answer.ok ? (await answer.json()).path : await answer.text();
  };
  while (await back() !== "/x") {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

Deno.test("both programs say what is wrong", async () => {
  for (const name of ["http_proxy_edge", "http_proxy_service"] as const) {
    const nobody = await runToEnd(name, "--address=127.0.0.1:1");
    assertEquals(nobody.code, 1);
    assert(/^new (edge|service) err: .*127\.0\.0\.1:1/.test(nobody.output));
  }
  assertEquals((await runToEnd("http_proxy_edge", "--target=x")).code, 2);
  assertEquals((await runToEnd("http_proxy_service", "--listen=x")).code, 2);
});

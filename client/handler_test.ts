import { assert, assertEquals } from "@std/assert";
import { Edge, encodeJson, type HandlerContext, Service } from "./mod.ts";
import { ScriptedGateway, until } from "./testing/scripted_gateway.ts";

const decoder = new TextDecoder();
const text = (bytes: Uint8Array | undefined) => decoder.decode(bytes);

Deno.test("a handler gets the request, and its return value is the response", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    methods: {
      bytes: (request) => request.data,
      text: (request) => `${request.method}: ${request.text()}`,
      json: (request) => encodeJson(request.json()),
      nothing: () => {},
      later: async (request) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return request.custom;
      },
    },
  });
  const { side } = gateway;
  assertEquals(text((await side.request("bytes", "b")).value), "b");
  assertEquals(text((await side.request("text", "t")).value), "text: t");
  assertEquals(text((await side.request("json", " [1] ")).value), "[1]");
  assertEquals((await side.request("nothing", "x")).value, undefined);
  const custom = new TextEncoder().encode("12345678-9");
  const later = await side.request("later", "", { custom });
  assertEquals(later.value, custom);
  assertEquals(edge.state, "connected");
});

Deno.test("a service's handler gets the edge and the custom bytes without its id", async () => {
  using gateway = new ScriptedGateway();
  await using _service = await Service.connect({
    dial: gateway.dial,
    methods: {
      who: (request) =>
        `${request.edgeId} ${request.custom.length} ${request.rawCustom.length}`,
    },
  });
  const ask = async (custom: number[]) =>
    text(
      (await gateway.side.request("who", "", {
        custom: new Uint8Array(custom),
      })).value,
    );
  const tail = [0x66, 0xc4, 0xb1, 0xa6, 0, 0, 0, 1];
  assertEquals(await ask([9, 9, ...tail]), "7405239013826625537 2 10");
  assertEquals(await ask(tail), "7405239013826625537 0 8");
  assertEquals(await ask([1, 2, 3]), "0 3 3");
});

Deno.test("a handler that throws ends only its own call, with the text", async () => {
  using gateway = new ScriptedGateway();
  await using _edge = await Edge.connect({
    dial: gateway.dial,
    methods: {
      sync: () => {
        throw new Error("Out of paper");
      },
      async: () => Promise.reject(new Error("Out of ink")),
      empty: () => {
        throw new Error("");
      },
      odd: () => {
        throw "just text";
      },
      wrong: () => 42 as unknown as string,
      strange: () => {
        throw Object.create(null);
      },
      thenable: () => ({
        then: () => {
          throw new Error("Out of promises");
        },
      }),
      good: () => "ok",
    },
  });
  const { side } = gateway;
  const error = async (method: string) => (await side.request(method)).error;
  assertEquals(await error("sync"), "Out of paper");
  assertEquals(await error("async"), "Out of ink");
  assertEquals(await error("empty"), "error");
  assertEquals(await error("odd"), "just text");
  assertEquals(
    await error("wrong"),
    "Cannot send number: need a Uint8Array or text, encodeJson makes one of any other value",
  );
  assertEquals(await error("strange"), "error");
  assertEquals(await error("thenable"), "Out of promises");
  assertEquals(await error("none"), "no such rpc: none");
  assertEquals(text((await side.request("good")).value), "ok");
});

Deno.test("context.signal is aborted by a cancel", async () => {
  using gateway = new ScriptedGateway();
  const contexts: HandlerContext[] = [];
  await using _edge = await Edge.connect({
    dial: gateway.dial,
    methods: {
      wait: (_request, context) => {
        contexts.push(context);
        return new Promise((resolve) =>
          context.signal.addEventListener("abort", () => resolve("stopped"))
        );
      },
    },
  });
  const response = gateway.side.request("wait");
  await until(() => contexts.length === 1);
  assertEquals(contexts[0]!.remainingMs, Infinity);
  gateway.side.link.sendCancel(response.pending);
  assertEquals(text((await response).value), "stopped");
  assertEquals(contexts[0]!.signal.reason.code, "canceled");
});

Deno.test("context.signal is aborted when the caller's time is over", async () => {
  using gateway = new ScriptedGateway();
  let remaining = 0;
  await using _edge = await Edge.connect({
    dial: gateway.dial,
    methods: {
      wait: (_request, context) => {
        remaining = context.remainingMs;
        return new Promise((_, reject) =>
          context.signal.addEventListener(
            "abort",
            () => reject(context.signal.reason),
          )
        );
      },
    },
  });
  const timeoutNs = 40_000_000n;
  const response = await gateway.side.request("wait", "", { timeoutNs });
  assertEquals(response.error, "timeout");
  assert(remaining > 0 && remaining <= 40);
});

Deno.test("context.signal is aborted by the loss of the connection", async () => {
  using gateway = new ScriptedGateway();
  let signal: AbortSignal | undefined;
  await using _edge = await Edge.connect({
    dial: gateway.dial,
    methods: {
      wait: (_request, context) => {
        signal = context.signal;
        return new Promise(() => {});
      },
    },
  });
  void gateway.side.request("wait");
  await until(() => signal !== undefined);
  gateway.side.cut();
  await until(() => signal!.aborted);
  assertEquals(signal!.reason.code, "force-closed");
});

Deno.test("handlers run up to the limit, the rest waits, the overflow is answered", async () => {
  using gateway = new ScriptedGateway();
  const running: (() => void)[] = [];
  await using edge = await Edge.connect({
    dial: gateway.dial,
    limits: { handlers: 2, requests: 3 },
    methods: {
      slow: () => new Promise((resolve) => running.push(() => resolve("done"))),
    },
  });
  const { side } = gateway;
  const responses = Array.from({ length: 6 }, () => side.request("slow"));
  assertEquals((await responses[5]!).error, "short buffer");
  assertEquals(running.length, 2);
  // Nothing else is delayed by busy handlers.
  assertEquals((await edge.call("echo", "x")).text(), "x");
  while (running.length > 0) {
    running.shift()!();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (const response of responses.slice(0, 5)) {
    assertEquals(text((await response).value), "done");
  }
});

Deno.test("a response that is too large is an error, and the connection stays", async () => {
  using gateway = new ScriptedGateway();
  await using _edge = await Edge.connect({
    dial: gateway.dial,
    methods: { large: () => new Uint8Array(8_000_000), small: () => "x" },
  });
  const { side } = gateway;
  assertEquals((await side.request("large")).error, "packet payload too large");
  assertEquals(text((await side.request("small")).value), "x");
});

Deno.test("unregister() answers later calls as unknown; register() replaces", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  const { side } = gateway;
  await edge.register("m", () => "first");
  assertEquals(text((await side.request("m")).value), "first");
  await edge.register("m", () => "second");
  assertEquals(text((await side.request("m")).value), "second");
  assertEquals(edge.unregister("m"), true);
  assertEquals(edge.unregister("m"), false);
  assertEquals((await side.request("m")).error, "no such rpc: m");
  assertEquals(
    gateway.log.filter((line) => line === "register m").length,
    1,
  );
});

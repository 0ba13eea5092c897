/**
 * What ends of the SDK learn about what failed, through a real gateway.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  connectTcp,
  Edge,
  FrontierError,
  Service,
  type Transport,
} from "@frontier/client";
import { type Frontier, startFrontier } from "@frontier/server";

const LOOPBACK = "127.0.0.1";

function start(limits = {}): Promise<Frontier> {
  return startFrontier({
    edgebound: { hostname: LOOPBACK, port: 0 },
    servicebound: { hostname: LOOPBACK, port: 0 },
    limits,
  });
}

async function rejection(promise: Promise<unknown>): Promise<FrontierError> {
  return await assertRejects(() => promise, FrontierError);
}

Deno.test("a handler that lets an error of the gateway through does not make its caller repeat", async () => {
  await using gateway = await start();
  let runs = 0;
  await using service = await Service.connect({
    port: gateway.serviceAddr.port,
    topics: ["t"],
    methods: {
      order: async () => {
        runs++;
        await service.call(12_345n, "print");
      },
      forged: () => {
        throw new Error("record not found");
      },
    },
  });
  await using edge = await Edge.connect({ port: gateway.edgeAddr.port });
  const error = await rejection(edge.call("order"));
  assertEquals([error.code, error.retryable], ["remote", false]);
  assertEquals([error.wireText, runs], ["edge not online", 1]);
  const forged = await rejection(edge.call("forged"));
  assertEquals([forged.code, forged.retryable], ["remote", false]);
  const publishing = rejection(edge.publish("t", ""));
  (await service.receive()).error("topic not online");
  const refused = await publishing;
  assertEquals([refused.code, refused.retryable], ["remote", false]);
});

Deno.test("what the gateway or the other side's library did not carry out may be repeated", async () => {
  await using gateway = await start();
  await using service = await Service.connect({
    port: gateway.serviceAddr.port,
  });
  await using edge = await Edge.connect({ port: gateway.edgeAddr.port });
  const errors = await Promise.all([
    edge.call("nobody"),
    edge.publish("nobody", ""),
    edge.openStream("nobody"),
    service.call(1n, "m"),
    service.publish(1n, ""),
    service.openStream(1n),
    service.call(edge.edgeId, "none"),
  ].map(rejection));
  assertEquals(errors.map(({ code }) => code), [
    "rpc-not-online",
    "topic-not-online",
    "service-not-online",
    "edge-not-online",
    "edge-not-online",
    "edge-not-online",
    "no-such-rpc",
  ]);
  for (const { retryable } of errors) assert(retryable);
});

Deno.test("an answer that is lost on its way is not taken for a call that did not run", async () => {
  await using gateway = await start({ maxOutboxBytes: 2_000_000 });
  let runs = 0;
  await using _service = await Service.connect({
    port: gateway.serviceAddr.port,
    methods: {
      big: () => {
        runs++;
        return new Uint8Array(100_000);
      },
    },
  });
  // An edge that reads nothing while the answers come.
  let gate = Promise.resolve();
  await using edge = await Edge.connect({
    dial: async ({ signal }) => {
      const inner = await connectTcp({ port: gateway.edgeAddr.port, signal });
      return {
        localAddr: inner.localAddr,
        remoteAddr: inner.remoteAddr,
        read: async (buf) => {
          await gate;
          return await inner.read(buf);
        },
        write: (buf) => inner.write(buf),
        close: () => inner.close(),
      };
    },
  });
  const open = Promise.withResolvers<void>();
  gate = open.promise;
  const calls = Array.from({ length: 120 }, () => edge.call("big"));
  const settled = Promise.allSettled(calls);
  while (runs < 120) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 200));
  open.resolve();
  const outcomes = await settled;
  const errors = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? [outcome.reason as FrontierError] : []
  );
  assert(errors.length > 0 && errors.length < 120, `${errors.length} lost`);
  for (const { code, retryable } of errors) {
    assertEquals([code, retryable], ["answer-lost", false]);
  }
});

Deno.test("an answer that is too large is a lost one, not a question that was not sent", async () => {
  await using gateway = await start();
  let runs = 0;
  const methods = {
    big: () => {
      runs++;
      return new Uint8Array(8_000_000);
    },
  };
  await using service = await Service.connect({
    port: gateway.serviceAddr.port,
    methods,
  });
  await using edge = await Edge.connect({
    port: gateway.edgeAddr.port,
    methods,
  });
  for (
    const call of [
      () => edge.call("big"),
      () => service.call(edge.edgeId, "big"),
    ]
  ) {
    const error = await rejection(call());
    assertEquals([error.code, error.retryable], ["answer-lost", false]);
    assert(error.message.includes("too large"), error.message);
  }
  assertEquals(runs, 2);
  const question = await rejection(edge.call("big", new Uint8Array(8_000_000)));
  assertEquals([question.code, runs], ["payload-too-large", 2]);
});

Deno.test("the reader of a stream whose sender dies does not take it for complete", async () => {
  await using gateway = await start();
  await using service = await Service.connect({
    port: gateway.serviceAddr.port,
    name: "files",
  });
  let transport: Transport | undefined;
  await using edge = await Edge.connect({
    reconnect: false,
    dial: async ({ signal }) =>
      transport = await connectTcp({ port: gateway.edgeAddr.port, signal }),
  });
  const sending = await edge.openStream("files");
  const reading = await service.acceptStream();
  await sending.write("half of a file");
  const buf = new Uint8Array(64);
  assertEquals(await reading.read(buf), 14);
  transport!.close();
  const error = await rejection(reading.read(buf));
  assertEquals([error.code, error.retryable], ["force-closed", false]);
  await rejection(reading.closed);
});

Deno.test("a slow reader gets all of a stream that was closed meanwhile", async () => {
  await using gateway = await start();
  await using service = await Service.connect({
    port: gateway.serviceAddr.port,
    name: "files",
  });
  await using edge = await Edge.connect({ port: gateway.edgeAddr.port });
  const sending = await edge.openStream("files");
  const reading = await service.acceptStream();
  const write = sending.write(new Uint8Array(8_000_000));
  await sending.close({ timeoutMs: 100 });
  let count = 0;
  for await (const chunk of reading.readable) count += chunk.length;
  await write;
  assertEquals(count, 8_000_000);
});

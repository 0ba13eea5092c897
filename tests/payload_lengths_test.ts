/**
 * Payloads of every awkward length between the SDK's ends, through a real gateway.
 */
import { Edge, type Message, Service } from "@frontier/client";
import { startFrontier } from "@frontier/server";
import { awkwardLengths, checkData, DATA } from "../proto/testdata/lengths.ts";

const HOST = "127.0.0.1";
const TOPIC = "t";
/** What may be under way at a time. */
const MOST = 64;
const MOST_BYTES = 4_000_000;
/** A loaded machine may take its time. */
const TIMEOUT = { timeoutMs: 120_000 };

/** Runs a task for every length, many at a time. */
async function forEachLength(
  task: (data: Uint8Array, what: string) => Promise<void>,
): Promise<void> {
  const lengths = awkwardLengths();
  while (lengths.length > 0) {
    const batch: number[] = [];
    let bytes = 0;
    while (lengths.length > 0 && batch.length < MOST && bytes < MOST_BYTES) {
      bytes += lengths.at(-1)!;
      batch.push(lengths.pop()!);
    }
    await Promise.all(
      batch.map((length) => task(DATA.subarray(0, length), `${length}`)),
    );
  }
}

/** Takes messages, which say in their custom bytes how long they are; a wrong one is refused. */
async function check(messages: AsyncIterable<Message>): Promise<void> {
  for await (const message of messages) {
    try {
      const length = Number(new TextDecoder().decode(message.custom));
      checkData(message.data, length, "message");
      message.done();
    } catch (error) {
      message.error(error as Error);
    }
  }
}

/** A gateway with a service and an edge that answer with what they are asked. */
async function start(): Promise<
  AsyncDisposable & { service: Service; edge: Edge }
> {
  await using stack = new AsyncDisposableStack();
  const gateway = stack.use(
    await startFrontier({
      edgebound: { hostname: HOST, port: 0, allocateEdgeIds: true },
      servicebound: { hostname: HOST, port: 0 },
    }),
  );
  const methods = { echo: (request: { data: Uint8Array }) => request.data };
  const service = stack.use(
    await Service.connect({
      port: gateway.serviceAddr.port,
      topics: [TOPIC],
      methods,
    }),
  );
  const edge = stack.use(
    await Edge.connect({ port: gateway.edgeAddr.port, methods }),
  );
  const rest = stack.move();
  return { service, edge, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

Deno.test("calls and answers of all lengths go both ways", async () => {
  await using ends = await start();
  const { service, edge } = ends;
  await forEachLength(async (data, what) => {
    const up = await edge.call("echo", data, TIMEOUT);
    checkData(up.data, data.length, `answer to the edge, ${what}`);
    const down = await service.call(edge.edgeId, "echo", data, TIMEOUT);
    checkData(down.data, data.length, `answer to the service, ${what}`);
  });
});

Deno.test("messages of all lengths go both ways", async () => {
  const ends = await start();
  const { service, edge } = ends;
  const receivers = Promise.all([
    check(service.messages()),
    check(edge.messages()),
  ]);
  {
    await using _ = ends;
    await forEachLength(async (data, custom) => {
      const options = { ...TIMEOUT, custom };
      await edge.publish(TOPIC, data, options);
      await service.publish(edge.edgeId, data, options);
    });
  }
  await receivers;
});

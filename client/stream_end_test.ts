import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Session } from "@frontier/proto/internal";
import { Edge, type EdgeOptions, FrontierError, type Stream } from "./mod.ts";
import {
  type Script,
  ScriptedGateway,
  until,
} from "./testing/scripted_gateway.ts";

const encoder = new TextEncoder();

/** A stream of an edge, and the gateway's side of it. */
interface Ends extends AsyncDisposable {
  gateway: ScriptedGateway;
  edge: Edge;
  stream: Stream;
  session: Session;
}

async function open(
  script: Script = {},
  options: EdgeOptions = {},
): Promise<Ends> {
  const gateway = new ScriptedGateway(script);
  const edge = await Edge.connect({ dial: gateway.dial, ...options });
  const session = gateway.side.link.openSession("")!;
  const stream = await edge.acceptStream();
  await until(() => session.state === "open");
  const close = async () => {
    await edge.close();
    gateway[Symbol.dispose]();
  };
  return { gateway, edge, stream, session, [Symbol.asyncDispose]: close };
}

function send(session: Session, text: string): void {
  const bytes = encoder.encode(text);
  assertEquals(session.send(bytes, 0, bytes.length), bytes.length);
}

async function rejection(promise: Promise<unknown>): Promise<FrontierError> {
  return await assertRejects(() => promise, FrontierError);
}

Deno.test("a stream that the other side broke off ends with an error that says why", async () => {
  for (
    const [reason, code] of [
      ["force closed", "force-closed"],
      ["context canceled", "canceled"],
      ["short buffer", "short-buffer"],
      ["nothing was taken for 10 s", "force-closed"],
    ] as const
  ) {
    await using ends = await open();
    const { stream, session } = ends;
    send(session, "half");
    session.close(reason);
    const closed = await rejection(stream.closed);
    assertEquals([closed.code, closed.retryable], [code, false]);
    const buf = new Uint8Array(16);
    assertEquals(await stream.read(buf), 4);
    const error = await rejection(stream.read(buf));
    assertEquals(error.code, code);
    assert(error.message.endsWith(reason), error.message);
  }
});

Deno.test("a reader that waits hears of the cut, whatever it reads with", async () => {
  const readers: ((stream: Stream) => Promise<unknown>)[] = [
    (stream) => stream.read(new Uint8Array(16)),
    (stream) => new Response(stream.readable).text(),
    (stream) => stream.readable.pipeTo(new WritableStream()),
    (stream) =>
      stream.readable.getReader({ mode: "byob" }).read(new Uint8Array(4)),
    (stream) => stream.receive(),
  ];
  for (const read of readers) {
    await using ends = await open();
    const reading = read(ends.stream);
    ends.session.close("force closed");
    const error = await rejection(reading);
    assert(/force-closed|eof/.test(error.code), error.code);
  }
});

Deno.test("whoever pipes into a stream that is cut hears of it without another chunk", async () => {
  await using ends = await open();
  const { stream, session } = ends;
  const endless = new ReadableStream<Uint8Array>({ start: () => {} });
  const piping = endless.pipeTo(stream.writable);
  session.close("force closed");
  assertEquals((await rejection(piping)).code, "force-closed");
});

Deno.test("a complete stream ends without an error", async () => {
  await using ends = await open();
  const { stream, session } = ends;
  send(session, "all of it");
  session.close();
  await stream.closed;
  assertEquals(await new Response(stream.readable).text(), "all of it");
});

Deno.test("aborting the writable breaks the stream off", async () => {
  await using ends = await open();
  const { stream, session } = ends;
  const writer = stream.writable.getWriter();
  await writer.write(encoder.encode("half"));
  await writer.abort("changed my mind");
  await until(() => session.state === "closed");
  assertEquals(session.endReason, "context canceled");
  await stream.closed;
});

Deno.test("close() sends everything first, as long as the other side takes something", async () => {
  let received = 0;
  let taken = 0;
  const begin = performance.now();
  await using ends = await open({
    // Slow: 800 bytes a millisecond, 2.5 s for all of it.
    onStream: (session, bytes) => {
      received += bytes.length;
      const due = begin + received / 800;
      setTimeout(() => {
        taken += bytes.length;
        session.consume(bytes.length);
      }, Math.max(0, due - performance.now()));
    },
  });
  const { stream, session } = ends;
  const write = stream.write(new Uint8Array(2_000_000));
  await stream.close({ timeoutMs: 2_000 });
  await write;
  await until(() => session.state === "closed" && taken === 2_000_000);
  assertEquals([received, session.endReason], [2_000_000, ""]);
});

Deno.test("a stream whose connection is closed before everything was sent is not complete", async () => {
  await using ends = await open({ onStream: () => {} });
  const { stream, session, edge } = ends;
  const write = rejection(stream.write(new Uint8Array(2_000_000)));
  await stream.close({ timeoutMs: 10 });
  await edge.close();
  assertEquals((await write).code, "eof");
  await until(() => session.state === "closed");
  assert(session.endReason !== "");
});

Deno.test("closing an end ends its streams like their own close", async () => {
  let taken = "";
  const ends = await open({
    onStream: (_session, bytes) => taken += new TextDecoder().decode(bytes),
  });
  const { stream, session, edge, gateway } = ends;
  await stream.write("all of it");
  await edge.close();
  await until(() => session.state === "closed");
  assertEquals([taken, session.endReason], ["all of it", ""]);
  assert(gateway.log.includes("session end"));
  gateway[Symbol.dispose]();
});

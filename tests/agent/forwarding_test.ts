/** What a forwarded connection is to both of its ends: that of TCP. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError } from "@frontier/client";
import { connectTarget } from "../../client/forwarding/connect_target.ts";
import { ForwardError } from "../../client/forwarding/forward_error.ts";
import { ForwardListener } from "../../client/forwarding/forward_listener.ts";
import type { SocketAddress } from "../../client/forwarding/socket_connection.ts";
import { SeededRandom } from "../interop/seeded_random.ts";
import { eventually } from "../support/gateway.ts";
import {
  close,
  echo,
  readText,
  readToEnd,
  resetting,
  sendRandom,
  target,
  type TargetPeer,
  writeAll,
} from "./peers.ts";
import { type Stage, stage } from "./stage.ts";

const encoder = new TextEncoder();
const GIGABYTE = 2 ** 30;

async function forwarded(
  peer: TargetPeer,
  run: (connect: () => Promise<Deno.TcpConn>, stage: Stage) => Promise<void>,
): Promise<void> {
  using _ = peer;
  await using all = await stage(new Map([["x", peer.address]]));
  await using listener = await ForwardListener.listen(all.service, {
    edgeId: all.edge.edgeId,
    target: "x",
    port: 0,
  });
  await run(() => Deno.connect(listener.addr), all);
  await eventually(() =>
    Promise.resolve(
      listener.connections === 0 && all.server.connections === 0 &&
        all.edge.listStreams().length === 0 &&
        all.service.listStreams().length === 0,
    ), 20_000);
}

Deno.test("1 GB comes through unchanged", async () => {
  let sent = "";
  const peer = target(async (conn) => {
    sent = await sendRandom(conn, GIGABYTE);
    conn.closeWrite();
    await readToEnd(conn);
  });
  await forwarded(peer, async (connect) => {
    using conn = await connect();
    const { bytes, sha256 } = await readToEnd(conn);
    assertEquals(bytes, GIGABYTE);
    assertEquals(sha256, sent);
  });
});

Deno.test("bytes go both ways at a time, unchanged", async () => {
  const bytes = 64 * 2 ** 20;
  await forwarded(echo(), async (connect) => {
    using conn = await connect();
    const [sent, received] = await Promise.all([
      sendRandom(conn, bytes).finally(() => conn.closeWrite()),
      readToEnd(conn),
    ]);
    assertEquals(received, { bytes, sha256: sent });
  });
});

Deno.test("either side may end first, and still hears the other", async () => {
  const late = target(async (conn) => {
    const { bytes } = await readToEnd(conn);
    await writeAll(conn, encoder.encode(`got ${bytes}`));
    conn.closeWrite();
  });
  await forwarded(late, async (connect) => {
    const conn = await connect();
    await writeAll(conn, encoder.encode("hello"));
    conn.closeWrite();
    assertEquals(await readText(conn), "got 5");
  });
  const heard = Promise.withResolvers<number>();
  const early = target(async (conn) => {
    await writeAll(conn, encoder.encode("bye"));
    conn.closeWrite();
    heard.resolve((await readToEnd(conn)).bytes);
  });
  await forwarded(early, async (connect) => {
    using conn = await connect();
    assertEquals((await readToEnd(conn)).bytes, 3);
    await writeAll(conn, encoder.encode("too"));
    conn.closeWrite();
    assertEquals(await heard.promise, 3);
  });
});

Deno.test("who does not read stops who sends, and holds nothing up but itself", async () => {
  let taken = 0;
  const flood = target(async (conn) => {
    const piece = new Uint8Array(65_536);
    for (;;) taken += await conn.write(piece);
  });
  await forwarded(flood, async (connect) => {
    const conn = await connect();
    const settled = async () => {
      let before = -1;
      await eventually(async () => {
        before = taken;
        await new Promise((resolve) => setTimeout(resolve, 400));
        return taken === before && taken > 0;
      }, 20_000);
      return taken;
    };
    const first = await settled();
    // The buffers of two sockets of the system are most of it.
    assert(first < 32 * 2 ** 20, `${first} bytes were taken`);
    using other = await connect();
    assert(await other.read(new Uint8Array(10)) !== null);
    // It goes on where it stopped.
    const buf = new Uint8Array(1 << 20);
    for (let read = 0; read < first + (8 << 20);) {
      read += (await conn.read(buf))!;
    }
    conn.close();
  });
});

Deno.test("a sender is stopped by a target that does not read", async () => {
  const { promise: go, resolve } = Promise.withResolvers<void>();
  const lazy = target(async (conn) => {
    await go;
    const { bytes } = await readToEnd(conn);
    await writeAll(conn, encoder.encode(`${bytes}`));
  });
  await forwarded(lazy, async (connect) => {
    using conn = await connect();
    const piece = new Uint8Array(65_536);
    let sent = 0;
    let stopped = false;
    const sending = (async () => {
      while (!stopped) sent += await conn.write(piece);
    })();
    let before = -1;
    await eventually(async () => {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 400));
      return sent === before && sent > 0;
    }, 20_000);
    assert(sent < 32 * 2 ** 20, `${sent} bytes were sent`);
    stopped = true;
    resolve();
    await sending;
    conn.closeWrite();
    const buf = new Uint8Array(20);
    const count = await conn.read(buf);
    assertEquals(new TextDecoder().decode(buf.subarray(0, count!)), `${sent}`);
  });
});

Deno.test("a reset passes from the target to the client", async () => {
  await forwarded(await resetting(), async (connect) => {
    using conn = await connect();
    await writeAll(conn, encoder.encode("x"));
    await assertRejects(
      () => conn.read(new Uint8Array(1)),
      Deno.errors.ConnectionReset,
    );
  });
});

Deno.test("a client that is gone resets its target, also after its end", async () => {
  const ends: string[] = [];
  const flood = target(async (conn) => {
    try {
      for (;;) await conn.write(new Uint8Array(65_536));
    } catch (error) {
      ends.push((error as Error).name);
      throw error;
    }
  });
  await forwarded(flood, async (connect) => {
    const conn = await connect();
    await conn.read(new Uint8Array(1));
    close(conn);
    await eventually(() => Promise.resolve(ends.length === 1), 20_000);
    assert(/ConnectionReset|BrokenPipe/.test(ends[0]!), ends[0]);
    const halved = await connect();
    halved.closeWrite();
    await halved.read(new Uint8Array(1));
    close(halved);
    await eventually(() => Promise.resolve(ends.length === 2), 20_000);
  });
});

Deno.test("without extensions bytes, ends and cuts are told apart all the same", async () => {
  using echoing = echo();
  using early = target(async (conn) => {
    await writeAll(conn, encoder.encode("bye"));
    conn.closeWrite();
    await readToEnd(conn);
  });
  const targets = new Map([["x", echoing.address], ["y", early.address]]);
  await using all = await stage(targets, 9, []);
  const listen = (target: string) =>
    ForwardListener.listen(all.service, {
      edgeId: all.edge.edgeId,
      target,
      port: 0,
    });
  await using x = await listen("x");
  await using y = await listen("y");
  {
    using conn = await Deno.connect(x.addr);
    const bytes = 32 * 2 ** 20;
    const [sent, received] = await Promise.all([
      sendRandom(conn, bytes).finally(() => conn.closeWrite()),
      readToEnd(conn),
    ]);
    assertEquals(received, { bytes, sha256: sent });
    using half = await Deno.connect(y.addr);
    assertEquals((await readToEnd(half)).bytes, 3);
  }
  using conn = await Deno.connect(x.addr);
  await conn.write(encoder.encode("x"));
  assertEquals(await conn.read(new Uint8Array(2)), 1);
  // Nobody says why the stream ends, only that it does: END has not come.
  all.server.abort();
  await assertRejects(
    () => conn.read(new Uint8Array(1)),
    Deno.errors.ConnectionReset,
  );
});

Deno.test("200 connections at a time have each their own bytes", async () => {
  await forwarded(echo(), async (connect) => {
    await Promise.all(Array.from({ length: 200 }, async (_, i) => {
      const conn = await connect();
      const text = `${i} `.repeat(5_000);
      const [echoed] = await Promise.all([
        readText(conn),
        writeAll(conn, encoder.encode(text)).then(() => conn.closeWrite()),
      ]);
      assert(echoed === text, `connection ${i}`);
    }));
  });
});

Deno.test("who is lost in the middle is told by a reset", async () => {
  for (const lost of ["edge", "service", "gateway"] as const) {
    using peer = target(async (conn) => {
      await writeAll(conn, encoder.encode("x"));
      await readToEnd(conn);
    });
    await using all = await stage(new Map([["x", peer.address]]));
    await using listener = await ForwardListener.listen(all.service, {
      edgeId: all.edge.edgeId,
      target: "x",
      port: 0,
    });
    using conn = await Deno.connect(listener.addr);
    assertEquals(await conn.read(new Uint8Array(2)), 1);
    // Its own direction has ended: it waits for the target alone.
    using halved = await Deno.connect(listener.addr);
    halved.closeWrite();
    assertEquals(await halved.read(new Uint8Array(2)), 1);
    await all[lost].close();
    for (const one of [conn, halved]) {
      await assertRejects(
        () => one.read(new Uint8Array(1)),
        Deno.errors.ConnectionReset,
        undefined,
        lost,
      );
    }
  }
});

Deno.test("what cannot be reached says why", async () => {
  using gone = echo();
  const { address } = gone;
  gone[Symbol.dispose]();
  await using all = await stage(
    new Map<string, SocketAddress>([
      ["gone", address],
      ["web", { path: "/nowhere/app.sock" }],
    ]),
  );
  const { edgeId } = all.edge;
  const refusal = async (target: string) => {
    const error = await assertRejects(
      () => connectTarget(all.service, { edgeId, target }),
      ForwardError,
    );
    return [error.code, error.message];
  };
  assertEquals(await refusal("shh"), [
    "unknown-target",
    'This agent has no target "shh": it has gone, web',
  ]);
  assertEquals(await refusal("gone"), [
    "unreachable",
    'The agent cannot connect to its target "gone": connection refused',
  ]);
  assertEquals(await refusal("web"), [
    "unreachable",
    'The agent cannot connect to its target "web": there is no such socket',
  ]);
  assertEquals((await refusal("__proto__"))[0], "unknown-target");
  const error = await assertRejects(
    () => connectTarget(all.service, { edgeId: 1n, target: "web" }),
    FrontierError,
  );
  assertEquals(error.code, "edge-not-online");
  assertEquals(all.server.connections, 0);
});

Deno.test("a target that does not answer holds up neither a place nor a stop", async () => {
  // With its queue full, the system lets whoever comes wait.
  using deaf = Deno.listen({
    hostname: "127.0.0.1",
    port: 0,
    ...{ tcpBacklog: 1 },
  });
  const addr = { hostname: "127.0.0.1", port: deaf.addr.port };
  using _first = await Deno.connect(addr);
  using _second = await Deno.connect(addr);
  await using all = await stage(new Map([["deaf", addr]]));
  const begin = async () => {
    const stream = await all.service.openStream(all.edge.edgeId);
    await stream.write(Uint8Array.of(1, 0, 0, 5, 1, 100, 101, 97, 102));
    await eventually(() => Promise.resolve(all.server.connections === 1));
    return stream;
  };
  // Well below the eight seconds that a target has.
  const given = await begin();
  await given.writable.abort();
  await eventually(() => Promise.resolve(all.server.connections === 0), 5_000);
  const cut = await begin();
  all.server.abort();
  await assertRejects(() => cut.read(new Uint8Array(1)), FrontierError);
  await eventually(() => Promise.resolve(all.server.connections === 0), 5_000);
  assertEquals(all.server.accepted, 0);
});

Deno.test("more connections than allowed are refused", async () => {
  using peer = echo();
  await using all = await stage(new Map([["x", peer.address]]), 2);
  const options = { edgeId: all.edge.edgeId, target: "x" };
  const one = await connectTarget(all.service, options);
  await connectTarget(all.service, options);
  const error = await assertRejects(
    () => connectTarget(all.service, options),
    ForwardError,
    "This agent forwards 2 connections already",
  );
  assertEquals(error.code, "busy");
  one.reset();
  await eventually(() => Promise.resolve(all.server.connections === 1));
  await connectTarget(all.service, options);
});

Deno.test("an edge that is no agent is told apart", async () => {
  await using all = await stage(new Map());
  const port = all.gateway.edgeAddr.port;
  await using silent = await Edge.connect({ port });
  await using other = await Edge.connect({ port });
  const answering = (async () => {
    const stream = await other.acceptStream();
    await stream.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    await stream.close();
  })();
  const reach = (edge: Edge, timeoutMs: number) =>
    assertRejects(
      () =>
        connectTarget(all.service, {
          edgeId: edge.edgeId,
          target: "x",
          timeoutMs,
        }),
      ForwardError,
    );
  assertEquals((await reach(silent, 300)).code, "no-answer");
  assertEquals((await reach(other, 20_000)).code, "protocol");
  await answering;
  const hangingUp = other.acceptStream().then((stream) => stream.close());
  assertEquals((await reach(other, 20_000)).code, "no-answer");
  await hangingUp;
});

Deno.test("a stream that asks for no target is refused and forgotten", async () => {
  await using all = await stage(new Map());
  const { edgeId } = all.edge;
  const stream = await all.service.openStream(edgeId);
  await stream.write("GET / HTTP/1.0\r\n\r\n");
  assertEquals(await stream.read(new Uint8Array(1)), 1);
  const newer = await all.service.openStream(edgeId);
  await newer.write(Uint8Array.of(1, 0, 0, 2, 9, 120));
  const text = await new Response(newer.readable).text();
  assert(text.includes("This agent speaks version 1, not 9"), text);
  await eventually(() => Promise.resolve(all.server.connections === 0));
});

Deno.test("random: whatever a stream says, it leaves nothing behind and disturbs nobody", async () => {
  using peer = echo();
  await using all = await stage(new Map([["x", peer.address]]));
  const { edgeId } = all.edge;
  const options = { edgeId, target: "x" };
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const random = new SeededRandom(seed);
  const below = (most: number) => random.int(most);
  const steady = await connectTarget(all.service, options);
  const one = async () => {
    const stream = await all.service.openStream(edgeId);
    if (below(2) === 0) await stream.write(Uint8Array.of(1, 0, 0, 2, 1, 120));
    const bytes = Uint8Array.from({ length: below(3_000) }, () => below(256));
    // Often nearly a frame.
    if (bytes.length > 3 && below(2) === 0) bytes.set([below(7), 0, below(3)]);
    await stream.write(bytes).catch(() => {});
    const reading = below(2) === 0 ? stream.read(new Uint8Array(99)) : null;
    reading?.catch(() => {});
    if (below(2) === 0) await stream.writable.abort().catch(() => {});
    else await stream.close({ timeoutMs: 100 });
  };
  for (let i = 0; i < 20; i++) {
    await Promise.all(Array.from({ length: 10 }, one));
    await steady.write(Uint8Array.of(i));
    assertEquals([...(await steady.read())!], [i], `seed ${seed}`);
  }
  await steady.end();
  assertEquals(await steady.read(), null);
  await steady.close();
  await eventually(() =>
    Promise.resolve(
      all.server.connections === 0 && all.edge.listStreams().length === 0,
    ), 30_000);
});

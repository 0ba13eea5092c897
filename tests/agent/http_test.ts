/** Web servers behind an agent, over TCP and over a Unix socket. */

import { assert, assertEquals } from "@std/assert";
import { eventually } from "../support/gateway.ts";
import { ForwardListener } from "../../client/forwarding/forward_listener.ts";
import type { SocketAddress } from "../../client/forwarding/socket_connection.ts";
import { stage } from "./stage.ts";

const LARGE = 50_000_000;

/** A real web server: pages, a large download, an upload, a WebSocket, a stream of events. */
function respond(request: Request): Response | Promise<Response> {
  const { pathname } = new URL(request.url);
  switch (pathname) {
    case "/large": {
      let left = LARGE;
      const piece = new Uint8Array(65_536).fill(7);
      return new Response(
        new ReadableStream({
          pull(controller) {
            const part = piece.subarray(0, Math.min(left, piece.length));
            left -= part.length;
            controller.enqueue(part.slice());
            if (left === 0) controller.close();
          },
        }),
      );
    }
    case "/upload":
      return request.arrayBuffer().then(({ byteLength }) =>
        new Response(`${byteLength}`)
      );
    case "/socket": {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => {
        socket.send(data);
        if (data === "bye") socket.close(1000, "done");
      };
      return response;
    }
    default:
      return new Response(`hello from ${pathname}`);
  }
}

async function withServer(
  address: SocketAddress,
  run: (url: string, connections: () => number) => Promise<void>,
): Promise<void> {
  await using all = await stage(new Map([["web", address]]));
  await using listener = await ForwardListener.listen(all.service, {
    edgeId: all.edge.edgeId,
    target: "web",
    port: 0,
  });
  await run(`127.0.0.1:${listener.addr.port}`, () => all.server.accepted);
}

Deno.test("a web server is reached through an agent as if it were here", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    respond,
  );
  const { hostname, port } = server.addr;
  await withServer({ hostname, port }, async (host, accepted) => {
    const client = Deno.createHttpClient({ poolMaxIdlePerHost: 1 });
    const get = (path: string, init: RequestInit = {}) =>
      fetch(`http://${host}${path}`, { ...init, client });
    for (let i = 0; i < 20; i++) {
      assertEquals(await (await get(`/${i}`)).text(), `hello from /${i}`);
    }
    assertEquals(accepted(), 1, "the connection was kept alive");

    const large = new Uint8Array(await (await get("/large")).arrayBuffer());
    assertEquals(large.length, LARGE);
    assert(large.every((byte) => byte === 7));
    const body = new Uint8Array(LARGE);
    const upload = await get("/upload", { method: "POST", body });
    assertEquals(await upload.text(), `${LARGE}`);

    const many = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => (await get(`/${i}`)).text()),
    );
    assertEquals(many.length, 50);
    client.close();

    const heard: unknown[] = [];
    const closed = Promise.withResolvers<CloseEvent>();
    const socket = new WebSocket(`ws://${host}/socket`);
    socket.onmessage = ({ data }) => void heard.push(data);
    socket.onclose = closed.resolve;
    socket.onopen = () => {
      socket.send("x".repeat(200_000));
      socket.send("bye");
    };
    const { code, reason } = await closed.promise;
    assertEquals([code, reason], [1000, "done"]);
    assertEquals(heard, ["x".repeat(200_000), "bye"]);
  });
});

Deno.test("a download that is given up stops its server", async () => {
  let sent = 0;
  let canceled = false;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            controller.enqueue(new Uint8Array(65_536));
            sent += 65_536;
          },
          cancel() {
            canceled = true;
          },
        }),
      ),
  );
  const { hostname, port } = server.addr;
  await withServer({ hostname, port }, async (host) => {
    const stop = new AbortController();
    const client = Deno.createHttpClient({});
    const response = await fetch(`http://${host}/`, {
      signal: stop.signal,
      client,
    });
    const reader = response.body!.getReader();
    await reader.read();
    stop.abort();
    await reader.cancel().catch(() => {});
    client.close();
    await eventually(() => Promise.resolve(canceled), 20_000);
    assert(sent < 64 * 2 ** 20, `${sent} bytes were sent`);
  });
});

Deno.test({
  name: "a web server on a Unix socket is reached, too",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/app.sock`;
    {
      await using _server = Deno.serve(
        { path, onListen: () => {} },
        respond,
      );
      await withServer({ path }, async (host) => {
        const client = Deno.createHttpClient({});
        const get = (path: string) =>
          fetch(`http://${host}${path}`, { client });
        assertEquals(await (await get("/unix")).text(), "hello from /unix");
        const large = await (await get("/large")).arrayBuffer();
        assertEquals(large.byteLength, LARGE);
        client.close();
      });
    }
    await Deno.remove(folder, { recursive: true });
  },
});

/**
 * The services that attackers and victims share, in a process of their own.
 *
 * Services of our SDK: `svc` answers `echo`, answers `slow` never, sends a
 * megabyte for `big`, opens a stream to whoever calls `fetch` and sends a megabyte on it, takes the topics `t`, `lazy` (2 ms a message) and `bad`
 * (never done with), and sends back what comes on a stream. `files` sends a megabyte on every
 * stream, `late` reads a stream after a call of `go` in it, `shy` accepts one
 * stream after the other, `mute` none. Raw services act as Go peers: `go`
 * answers `go.echo` and topic `go.t`, and nothing else. `hooks` decides who may
 * come in, `names` which id an edge gets, by a meta such as `id 77`; `dead hooks`
 * is asked for both and never answers about those with a long meta, `mad hooks` answers nonsense.
 */

import {
  type Endpoint,
  type Handler,
  type RpcRequest,
  Service,
  type Stream,
} from "../../client/mod.ts";
import { obey } from "../support/obey.ts";
import { rawFrame } from "../../proto/testing/raw_frame.ts";
import {
  concat,
  frames,
  type RawFrame,
  RawSocket,
  textOf,
} from "../support/raw_socket.ts";

const BLOCK = new Uint8Array(65_536);
/** Blocks of a download. */
export const DOWNLOAD_BLOCKS = 16;

if (import.meta.main) {
  const [port, ...names] = Deno.args;
  await Promise.all(names.map((name) => start(name, Number(port))));
  await obey("ready", {});
}

function start(name: string, port: number): Promise<unknown> {
  switch (name) {
    case "svc":
      return startService(port);
    case "hooks":
      return startHooks(port);
    case "names":
      return startNames(port);
    case "dead hooks":
      return startBadHooks(port, () => new Promise(() => {}));
    case "mad hooks":
      return startBadHooks(port, () => new Uint8Array(500_000));
    case "go":
      return startGoService(port);
    case "files":
      return accepting(port, name, sendFile);
    case "late":
      return accepting(port, name, readAfterCall);
    case "shy":
      return accepting(port, name, readAll, true);
    case "mute":
      return Service.connect({ port, name });
    default:
      throw new TypeError(`Cannot start service ${name}: it is not known`);
  }
}

async function startService(port: number): Promise<void> {
  const service = await Service.connect({
    port,
    name: "svc",
    topics: ["t", "bad", "lazy"],
    methods: {
      echo: (request) => request.data,
      slow: () => new Promise<void>(() => {}),
      big: () => new Uint8Array(1_048_576),
      fetch: (request) => {
        // The caller may be gone, or take nothing.
        service.openStream(request.edgeId!).then(sendFile).catch(() => {});
      },
    },
  });
  void each(service, sendBack);
  void takeMessages(service);
}

async function takeMessages(service: Service): Promise<void> {
  for await (const message of service.messages()) {
    if (message.topic === "bad") continue;
    if (message.topic === "lazy") await pause(2);
    message.done();
  }
}

async function startHooks(port: number): Promise<void> {
  const service = await Service.connect({ port, name: "hooks" });
  await service.registerEdgeOnline(() => pause(2));
  await service.registerEdgeOffline(() => {});
}

async function startNames(port: number): Promise<void> {
  const service = await Service.connect({ port, name: "names" });
  await service.registerGetEdgeId((meta) => {
    const id = /^id (\d+)$/.exec(textOf(meta))?.[1];
    return BigInt(id ?? 0);
  });
  await service.registerEdgeOnline(() => {});
  await service.registerEdgeOffline(() => pause(2));
}

async function startBadHooks(port: number, answer: Handler): Promise<void> {
  const service = await Service.connect({ port, name: "bad hooks" });
  // Whoever says little of itself comes in: the victims.
  const good = (request: RpcRequest) => request.data.length < 1_000;
  await service.register(
    "edge_online",
    (request, context) => good(request) ? undefined : answer(request, context),
  );
  await service.register(
    "get_edge_id",
    (request, context) =>
      good(request) ? new Uint8Array(8) : answer(request, context),
  );
  await service.register("edge_offline", answer);
}

/** A service that takes streams, all at once or one after the other. */
async function accepting(
  port: number,
  name: string,
  serve: (stream: Stream) => Promise<void>,
  oneByOne = false,
): Promise<void> {
  const service = await Service.connect({ port, name });
  void each(service, serve, oneByOne);
}

async function each(
  service: Endpoint,
  serve: (stream: Stream) => Promise<void>,
  oneByOne = false,
): Promise<void> {
  for await (const stream of service.streams()) {
    // A stream may end at any time: attackers leave.
    const served = serve(stream).catch(() => {});
    if (oneByOne) await served;
  }
}

async function sendBack(stream: Stream): Promise<void> {
  const buf = new Uint8Array(65_536);
  for (let count; (count = await stream.read(buf)) !== null;) {
    await stream.write(buf.slice(0, count));
  }
  await stream.close();
}

async function sendFile(stream: Stream): Promise<void> {
  for (let i = 0; i < DOWNLOAD_BLOCKS; i++) await stream.write(BLOCK);
  await stream.close();
}

async function readAfterCall(stream: Stream): Promise<void> {
  await stream.register("go", () => void readAll(stream).catch(() => {}));
}

async function readAll(stream: Stream): Promise<void> {
  const buf = new Uint8Array(65_536);
  while (await stream.read(buf) !== null);
  await stream.close();
}

/** A service in the manner of Go peers: it answers little and knows no extension. */
async function startGoService(port: number): Promise<void> {
  const socket = await RawSocket.dial(port);
  await socket.admit({ meta: '{"service":"go","topics":["go.t","go.bad"]}' });
  await socket.send(concat([
    ...["go.echo", "go.slow"].map((method) =>
      rawFrame(0x81, socket.nextId(), 1n, method)
    ),
  ]));
  await socket.until(() => socket.seen.get(0x82) === 2);
  const echo = btoa("go.echo");
  const topic = '"go.t"';
  socket.onFrame = ({ type, id, payload, session }: RawFrame) => {
    const head = () => textOf(payload.subarray(8, 100_000));
    if (type === 0x71 && session === 1n) {
      if (head().includes(echo)) void socket.send(rawFrame(0x72, id, 1n, "{}"));
    } else if (type === 0x51 && session === 1n) {
      if (head().includes(topic)) {
        void socket.send(rawFrame(0x52, id, 1n, "{}"));
      }
    } else if (type === 0x31) {
      const own = payload.slice(2, 10);
      void socket.send(rawFrame(0x32, id, new Uint8Array(2), own, own, "{}"));
    } else if (type === 0x41) {
      void socket.send(frames.dismissAck(id, session));
      void socket.send(frames.dismiss(session));
    } else if (type === 0x21) void socket.send(rawFrame(0x22, id));
    else if (type === 0x61 && payload.length < 100) {
      // Told a number of kilobytes, it sends them, whoever reads them.
      const kilobytes = Number(textOf(payload.subarray(8)));
      const block = frames.stream(session, BLOCK);
      for (let i = 0; i < kilobytes / 64; i++) void socket.send(block);
    }
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect as connectFrom, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import {
  connectTcp,
  listenTcp,
  MemoryNetwork,
  StrangerLog,
  systemTimers,
  type Transport,
  type TransportListener,
} from "../internal.ts";
import { connectTls, TlsServer } from "../net.ts";
import { LINK_SETTINGS } from "@frontier/proto/internal";
import { Lines } from "../../tests/gateway/simulation.ts";
import type { Connection } from "./connection.ts";
import { Gate, type GateOptions } from "./gate.ts";
import { openListener } from "./open_listener.ts";
import { plainRefusal } from "./plain_refusal.ts";
import { Port, type PortOptions } from "./port.ts";
import { speaksProtocol } from "./sniff.ts";

const here = (name: string): string =>
  fileURLToPath(
    new URL(`../../platform/testdata/${name}`, import.meta.url),
  );
const TLS = {
  mtls: false,
  caCerts: [],
  certs: [{ cert: here("localhost.pem"), key: here("localhost.key") }],
};
const HELLO = new Uint8Array([1, 1, 0, 0, 0, 0, 0, 0, 0, 9]);
const BUF = new Uint8Array(1_024);
const utf8 = (text: string) => new TextEncoder().encode(text);

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 1_000 && !holds(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert(holds(), `${holds}`);
}

/** A listener that fails when told to. */
class Faulty implements TransportListener {
  readonly network = new MemoryNetwork();
  failures: Error[] = [];
  get addr() {
    return this.network.addr;
  }
  accept(): Promise<Transport> {
    const failure = this.failures.shift();
    return failure === undefined
      ? this.network.accept()
      : Promise.reject(failure);
  }
  close(): void {
    this.network.close();
  }
}

interface Setup extends AsyncDisposable {
  port: Port;
  gate: Gate;
  log: Lines;
  taken: Connection[];
  /** What was read of each when it was taken. */
  firsts: Uint8Array[];
}

function setup(
  listener: TransportListener,
  options: Partial<PortOptions> = {},
  limits: Partial<GateOptions> = {},
): Setup {
  const log = new Lines();
  const taken: Connection[] = [];
  const firsts: Uint8Array[] = [];
  const gate = new Gate({
    maxConnections: 1_000,
    maxConnectionsPerAddress: 0,
    now: () => systemTimers.now(),
    log,
    ...limits,
  });
  const strangers = new StrangerLog({ log, level: "info" });
  const port = new Port({
    name: "edgebound",
    listener,
    gate,
    handlers: [{
      sniff: speaksProtocol,
      handle: (connection) => {
        taken.push(connection);
        firsts.push(connection.first!.slice());
      },
    }],
    timeoutMs: 10_000,
    timers: systemTimers,
    log,
    strangers,
    ...options,
  });
  return {
    port,
    gate,
    log,
    taken,
    firsts,
    async [Symbol.asyncDispose]() {
      await port.close();
      port.abandon();
      strangers[Symbol.dispose]();
      for (const connection of taken) connection.close();
      await until(() => gate.connections === 0 && port.waiting === 0);
    },
  };
}

/** What a log shows at its usual level. */
function shown({ log }: Setup): string[] {
  return log.lines.filter(({ level }) => level !== "debug")
    .map(({ message, fields }) => `${message} ${Deno.inspect(fields)}`);
}

/** A listener at which somebody always waits, or has just gone, until it is closed. */
class Flooded implements TransportListener {
  readonly addr = { network: "memory", hostname: "flood", port: 1 } as const;
  accepted = 0;
  readonly #error: Error | undefined;
  readonly #closed = Promise.withResolvers<never>();

  constructor(error?: Error) {
    this.#error = error;
    this.#closed.promise.catch(() => {});
  }

  accept(): Promise<Transport> {
    // Otherwise a test would not fail but hang.
    if (++this.accepted > 20_000) return this.#closed.promise;
    if (this.#error !== undefined) return Promise.reject(this.#error);
    return Promise.resolve({
      localAddr: this.addr,
      remoteAddr: this.addr,
      read: () => Promise.resolve(null),
      write: (buf) => Promise.resolve(buf.length),
      close: () => {},
    });
  }

  close(): void {
    this.#closed.reject(new Error("Closed"));
  }
}

for (
  const error of [
    undefined,
    new Deno.errors.NotConnected("Gone"),
    new Deno.errors.ConnectionAborted("Gone"),
  ]
) {
  const who = error === undefined ? "connect" : `are gone (${error.name})`;
  Deno.test(`the event loop looks at others while very many ${who}`, async () => {
    const listener = new Flooded(error);
    await using one = setup(listener);
    for (let turns = 0; turns < 20; turns++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    const { accepted } = listener;
    assert(accepted >= 64, `${accepted} in 20 turns`);
    assert(accepted < 20_000, "all were accepted before anything else");
    // It goes on, and does not take it for a fault.
    await until(() => listener.accepted > accepted);
    assertEquals(shown(one), []);
  });
}

Deno.test("a connection goes to the first handler that knows it, with what was read", async () => {
  const network = new MemoryNetwork();
  const others: Connection[] = [];
  const mine: Connection[] = [];
  const firsts: Uint8Array[] = [];
  const into = (list: Connection[]) => (connection: Connection) => {
    list.push(connection);
    firsts.push(connection.first!.slice());
  };
  await using one = setup(network, {
    handlers: [
      { sniff: speaksProtocol, handle: into(mine) },
      { sniff: () => true, handle: into(others) },
    ],
  });
  const peer = network.connect();
  await peer.write(HELLO.subarray(0, 1));
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals([mine.length, others.length, one.port.waiting], [0, 0, 1]);
  await peer.write(HELLO.subarray(1));
  await until(() => mine.length === 1);
  const stranger = network.connect();
  await stranger.write(utf8("GET"));
  await until(() => others.length === 1);
  assertEquals(firsts, [HELLO, utf8("GET")]);
  assertEquals([one.gate.connections, one.port.waiting], [2, 0]);
  // Whoever has it releases it, once.
  mine[0]!.close();
  mine[0]!.release();
  others[0]!.close();
  assertEquals(one.gate.connections, 0);
  assertEquals(await peer.read(BUF), null);
});

Deno.test("health checks leave nothing above debug", async () => {
  for (const tls of [undefined, TLS]) {
    const open = await openListener(
      { hostname: "127.0.0.1", port: 0, tls },
      new Lines(),
    );
    await using one = setup(open.listener, { tls: open.tls });
    const { port } = open.listener.addr;
    for (let i = 0; i < 100; i++) {
      const probe = await connectTcp({ port });
      // A byte that nobody reads makes the close a reset.
      if (i % 4 === 1) await probe.write(new Uint8Array([1]));
      if (i % 4 === 2) await probe.write(utf8("GET /healthz HTTP/1.0\r\n\r\n"));
      if (i % 4 === 3 && tls) await probe.write(new Uint8Array([0x16, 3, 1]));
      probe.close();
    }
    // The last ones may not be accepted yet.
    await until(() => one.log.lines.length >= 100);
    await until(() => one.gate.connections === 0);
    assertEquals(one.log.lines.length, 100);
    assertEquals(shown(one), []);
  }
});

Deno.test("strangers are one line each minute, and told apart", async () => {
  const open = await openListener(
    { hostname: "127.0.0.1", port: 0 },
    new Lines(),
  );
  await using one = setup(open.listener);
  for (let i = 0; i < 50; i++) {
    const client = await connectTcp({ port: open.listener.addr.port });
    await client.write(new Uint8Array([0x16, 3, 1, 2, 0]));
    assertEquals(await client.read(BUF).catch(() => null), null);
    client.close();
  }
  assertEquals(shown(one).length, 1);
  assert(shown(one)[0]!.includes('speaks: "TLS"'));
  assert(shown(one)[0]!.includes("this port has no TLS"));
});

Deno.test("who stays silent is ended in time, on a TLS port as well", async () => {
  for (const tls of [undefined, TLS]) {
    const open = await openListener(
      { hostname: "127.0.0.1", port: 0, tls },
      new Lines(),
    );
    await using one = setup(open.listener, { tls: open.tls, timeoutMs: 50 });
    for (const bytes of [[], [0x16], [1]]) {
      const client = await connectTcp({ port: open.listener.addr.port });
      if (bytes.length > 0) await client.write(new Uint8Array(bytes));
      assertEquals(await client.read(BUF).catch(() => null), null);
      client.close();
    }
    await until(() => one.gate.connections === 0);
  }
});

Deno.test("connections are counted before TLS, and what is too many is closed and logged", async () => {
  const open = await openListener(
    { hostname: "127.0.0.1", port: 0, tls: TLS },
    new Lines(),
  );
  for (
    const limits of [{ maxConnections: 2 }, { maxConnectionsPerAddress: 2 }]
  ) {
    const { listener, tls } = open.tls && limits.maxConnections
      ? open
      : await openListener(
        { hostname: "127.0.0.1", port: 0, tls: TLS },
        new Lines(),
      );
    await using one = setup(listener, { tls }, limits);
    const connect = () => connectTcp({ port: listener.addr.port });
    const silent = [await connect(), await connect()];
    await until(() => one.gate.connections === 2);
    const third = await connect();
    assertEquals(await third.read(BUF).catch(() => null), null);
    third.close();
    await until(() => one.log.has("Connections refused: too many", "warn"));
    silent[0]!.close();
    await until(() => one.gate.connections === 1);
    const client = await connectTls({
      hostname: "127.0.0.1",
      port: listener.addr.port,
      tls: {
        mtls: true,
        caCerts: [here("ca.pem")],
        certs: [],
        insecureSkipVerify: false,
      },
    });
    await client.write(HELLO);
    await until(() => one.taken.length === 1);
    assertEquals(one.firsts, [HELLO]);
    client.close();
    silent[1]!.close();
  }
});

Deno.test("one address that is silent or stalls keeps no other from its handshake", async () => {
  const tls = await TlsServer.read({ ...TLS, maxHandshakes: 8 }, new Lines());
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  await using one = setup(listener, { tls });
  const { port } = listener.addr;
  const attackers: Socket[] = [];
  for (let i = 0; i < 120; i++) {
    const socket = connectFrom({
      host: "127.0.0.1",
      port,
      localAddress: "127.0.0.2",
    });
    socket.on("error", () => {});
    // Every third begins a handshake and leaves it at that.
    if (i % 3 === 0) socket.write(new Uint8Array([0x16]));
    attackers.push(socket);
  }
  await until(() => one.gate.connections === 120 && tls.handshakes === 8);
  const begun = performance.now();
  for (let i = 0; i < 4; i++) {
    const client = await connectTls({
      hostname: "127.0.0.1",
      port,
      tls: {
        mtls: true,
        caCerts: [here("ca.pem")],
        certs: [],
        insecureSkipVerify: false,
      },
    });
    await client.write(HELLO);
    await until(() => one.taken.length === i + 1);
    client.close();
  }
  // A place of the attacker's is free for them after half a second.
  assert(performance.now() - begun < 10_000);
  for (const socket of attackers) socket.destroy();
  await until(() => tls.handshakes === 0);
});

Deno.test("a peer without TLS on a TLS port is told so, and the log as well", async () => {
  const open = await openListener(
    { hostname: "127.0.0.1", port: 0, tls: TLS },
    new Lines(),
  );
  await using one = setup(open.listener, {
    tls: open.tls,
    onPlain: plainRefusal(LINK_SETTINGS),
  });
  const { Edge } = await import("@frontier/client");
  const error = await assertRejects(() =>
    Edge.connect({ port: open.listener.addr.port, reconnect: false })
  );
  assert(String(error).includes("this port speaks TLS"), String(error));
  assertEquals(shown(one).length, 1);
  assert(shown(one)[0]!.includes("plain protocol on edgebound"));
  assertEquals(one.taken.length, 0);
  await until(() => one.gate.connections === 0);
});

Deno.test("accepts that fail for want of descriptors are logged, paused and survived, those of peers that have gone are nothing", async () => {
  const listener = new Faulty();
  listener.failures = [
    new Error("Too many open files (os error 24)"),
    new Deno.errors.ConnectionAborted("Software caused connection abort"),
    new Error("Too many open files (os error 24)"),
  ];
  const begun = performance.now();
  await using one = setup(listener);
  const client = listener.network.connect();
  await client.write(HELLO);
  await until(() => one.taken.length === 1);
  assert(performance.now() - begun > 100, "it pauses between failures");
  assertEquals(
    one.log.lines.filter(({ level }) => level === "error").length,
    2,
  );
  assert(one.log.has("Too many open files", "error"));
  client.close();
});

Deno.test("a port survives connections that cannot be taken, and closes while it pauses", async () => {
  const listener = new Faulty();
  let calls = 0;
  await using one = setup(listener, {
    handlers: [{
      sniff: speaksProtocol,
      handle: () => {
        calls++;
        throw new Error("no room");
      },
    }],
  });
  const first = listener.network.connect();
  await first.write(HELLO);
  assertEquals(await first.read(BUF), null, "it is closed");
  assert(one.log.has("no room", "error"));
  const second = listener.network.connect();
  await second.write(HELLO);
  await until(() => calls === 2);
  // Whatever a transport does wrong is its own affair.
  const accept = listener.network.accept.bind(listener.network);
  const misdeeds: Partial<Transport>[] = [
    { read: () => Promise.resolve(0) },
    { read: () => Promise.resolve(100_000) },
    { read: () => Promise.reject(Object.create(null)) },
    { read: () => undefined as never },
    {
      read: () => {
        throw new Error("no");
      },
      close: () => {
        throw new Error("no");
      },
    },
    Object.defineProperty({}, "remoteAddr", {
      get: () => {
        throw new Error("no address");
      },
    }),
  ];
  // The port waits for the next connection already: each takes effect one later.
  for (const misdeed of [...misdeeds, {}]) {
    listener.network.accept = async () => {
      const inner = await accept();
      const bad = {
        localAddr: inner.localAddr,
        remoteAddr: inner.remoteAddr,
        read: (buf: Uint8Array) => inner.read(buf),
        write: (buf: Uint8Array) => inner.write(buf),
        close: () => inner.close(),
      };
      return Object.defineProperties(
        bad,
        Object.getOwnPropertyDescriptors(misdeed),
      );
    };
    const peer = listener.network.connect();
    await new Promise((resolve) => setTimeout(resolve, 5));
    peer.close();
  }
  listener.network.accept = accept;
  const third = listener.network.connect();
  await third.write(HELLO);
  await until(() => calls === 3);
  listener.failures = [new Error("EMFILE")];
  const fourth = listener.network.connect();
  await until(() => one.log.has("no address", "error"));
  await until(() => one.log.has("EMFILE"));
  await one.port.close();
  one.port.abandon();
  await until(() => one.gate.connections === 0);
  for (const client of [second, third, fourth]) client.close();
});

Deno.test("a listener that throws when it is closed is logged", async () => {
  const listener = new Faulty();
  await using one = setup(listener);
  const { network } = listener;
  listener.close = () => {
    network.close();
    throw new Error("closed already");
  };
  await one.port.close();
  assert(one.log.has("closed already", "error"));
});

Deno.test("abandon() ends who has said nothing yet, and not who was taken", async () => {
  const network = new MemoryNetwork();
  await using one = setup(network);
  const silent = network.connect();
  const peer = network.connect();
  await peer.write(HELLO);
  await until(() => one.taken.length === 1 && one.port.waiting === 1);
  await one.port.close();
  assertEquals(one.gate.connections, 2);
  one.port.abandon();
  assertEquals(await silent.read(BUF), null);
  await until(() => one.gate.connections === 1);
  await one.taken[0]!.transport.write(HELLO);
  assertEquals(await peer.read(BUF), HELLO.length);
});

Deno.test("openListener() names an address that it cannot have", async () => {
  const place = { hostname: "127.0.0.1", port: 0 };
  const { listener } = await openListener(place, new Lines());
  const { port } = listener.addr;
  for (const tls of [undefined, TLS]) {
    await assertRejects(
      () => openListener({ hostname: "127.0.0.1", port, tls }, new Lines()),
      Error,
      `Cannot listen on 127.0.0.1:${port}: `,
    );
  }
  listener.close();
  // A certificate that is no good leaves the address free.
  await assertRejects(() =>
    openListener(
      { hostname: "127.0.0.1", port, tls: { ...TLS, certs: [] } },
      new Lines(),
    )
  );
  const again = await openListener(
    { hostname: "127.0.0.1", port },
    new Lines(),
  );
  assertEquals(again.listener.addr.port, port);
  again.listener.close();
});

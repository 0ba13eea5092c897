import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  connectTcp,
  listenTcp,
  MemoryNetwork,
  type Transport,
} from "@frontier/platform";
import type { LogFields, Logger } from "@frontier/platform/log";
import { Connection } from "@frontier/platform/ports";
import { Bypass, type BypassOptions } from "./bypass.ts";

class Notes implements Logger {
  text = "";
  readonly #note = (message: string, fields?: LogFields) => {
    this.text += `${message} ${JSON.stringify(fields)}\n`;
  };
  debug = this.#note;
  info = this.#note;
  warn = this.#note;
  error = this.#note;
}

/** A bypass whose targets are networks in memory, by address. */
function setup(
  addrs: string[],
  options: Partial<BypassOptions> = {},
): {
  bypass: Bypass;
  log: Notes;
  targets: Map<string, MemoryNetwork>;
  connect: () => Promise<[client: Transport, server: Connection]>;
} {
  const log = new Notes();
  const targets = new Map(addrs.map((addr) => [addr, new MemoryNetwork()]));
  const bypass = new Bypass({
    config: { addrs },
    log,
    random: Math.random,
    dial: (addr) => Promise.resolve(targets.get(addr)!.connect()),
    ...options,
  });
  const edges = new MemoryNetwork();
  const connect = async (): Promise<[Transport, Connection]> => {
    const client = edges.connect();
    return [client, take(await edges.accept())];
  };
  return { bypass, log, targets, connect };
}

let held = 0;

/** What a port hands over that has read a request. */
function take(transport: Transport): Connection {
  held++;
  const connection = new Connection(transport, transport.remoteAddr, {
    leave: () => void held--,
  });
  connection.first = GET;
  return connection;
}

const GET = new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n");
const buf = new Uint8Array(1024);

Deno.test("handle() passes connections on to a random address", async () => {
  let next = 0;
  const { bypass, targets, connect, log } = setup(["a:1", "b:2", "c:3"], {
    random: () => next,
  });
  for (const [chance, addr] of [[0, "a:1"], [0.5, "b:2"], [0.99, "c:3"]]) {
    next = chance as number;
    const [client, server] = await connect();
    const handled = bypass.handle(server);
    const target = await targets.get(addr as string)!.accept();
    assertEquals(await target.read(buf), GET.length);
    assertEquals(buf.subarray(0, GET.length), GET);
    assertEquals(bypass.size, 2);
    await target.write(new Uint8Array(5));
    target.close();
    assertEquals(await client.read(buf), 5);
    assertEquals(await client.read(buf), null);
    assertEquals(await handled, undefined);
    assertStringIncludes(log.text, `"target":"${addr}","up":18,"down":5`);
  }
  assertEquals(bypass.size, 0);
});

Deno.test("handle() drops them when there is no address", async () => {
  const { bypass, connect, log } = setup([]);
  const [client, server] = await connect();
  assertEquals(await bypass.handle(server), undefined);
  assertEquals(await client.read(buf), null);
  assertStringIncludes(log.text, "illegal bypass addrs");
});

Deno.test("handle() never rejects", async () => {
  const { bypass, connect, log } = setup(["gone:1"], {
    dial: () => Promise.reject(new Error("Cannot connect to gone:1")),
  });
  const [client, server] = await connect();
  assertEquals(await bypass.handle(server), undefined);
  assertEquals(await client.read(buf), null);
  assertStringIncludes(log.text, "Cannot connect to gone:1");
  const broken: Transport = {
    localAddr: client.localAddr,
    remoteAddr: client.remoteAddr,
    read: () => Promise.reject(new Error("Connection reset")),
    write: () => Promise.reject(new Error("Connection reset")),
    close: () => {
      throw new Error("Cannot close");
    },
  };
  assertEquals(await bypass.handle(take(broken)), undefined);
  assertEquals(bypass.size, 0);
  assertEquals(held, 0);
});

Deno.test("close() ends what is dialled and passed on", async () => {
  let aborted = false;
  const { bypass, targets, connect } = setup(["a:1", "slow:2"], {
    random: () => 0,
  });
  const [passed, first] = await connect();
  const handled = [bypass.handle(first)];
  const target = await targets.get("a:1")!.accept();
  assertEquals(await target.read(buf), GET.length);
  const slow = new Bypass({
    config: { addrs: ["slow:2"] },
    log: new Notes(),
    random: () => 0,
    dial: (_addr, _tls, { signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => {
          aborted = true;
          reject(signal.reason);
        })
      ),
  });
  const [dialled, third] = await connect();
  handled.push(slow.handle(third));
  await new Promise((resolve) => setTimeout(resolve, 10));
  bypass.close();
  slow.close();
  assertEquals(await Promise.all(handled), [undefined, undefined]);
  assert(aborted);
  for (const transport of [passed, dialled, target]) {
    assertEquals(await transport.read(buf), null);
  }
  // What comes later is closed at once.
  const [late, fourth] = await connect();
  assertEquals(await bypass.handle(fourth), undefined);
  assertEquals(await late.read(buf), null);
  assertEquals(held, 0);
});

Deno.test("handle() serves real connections side by side", async () => {
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const old = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const bypass = new Bypass({
    config: { addrs: [`127.0.0.1:${old.addr.port}`] },
    log: new Notes(),
    random: Math.random,
    dial: () => connectTcp({ port: old.addr.port }),
  });
  const count = 20;
  const clients = Array.from({ length: count }, async (_, i) => {
    const client = await connectTcp({ port: listener.addr.port });
    await client.write(new Uint8Array([i + 2, i]));
    const answer = new Uint8Array(32);
    for (let size = 0; size < GET.length + 2;) {
      size += (await client.read(answer.subarray(size)))!;
    }
    assertEquals(answer.subarray(0, GET.length), GET);
    assertEquals(answer[GET.length], i + 2);
    client.close();
  });
  const handled: Promise<unknown>[] = [];
  const echoes: Promise<void>[] = [];
  await Promise.all([
    (async () => {
      while (handled.length < count) {
        handled.push(bypass.handle(take(await listener.accept())));
      }
    })(),
    (async () => {
      while (echoes.length < count) echoes.push(echo(await old.accept()));
    })(),
  ]);
  await Promise.all([...clients, ...handled, ...echoes]);
  assertEquals(bypass.size, 0);
  listener.close();
  old.close();
});

async function echo(transport: Transport): Promise<void> {
  const seen = new Uint8Array(32);
  for (let n; (n = await transport.read(seen)) !== null;) {
    await transport.write(seen.subarray(0, n));
  }
  transport.close();
}

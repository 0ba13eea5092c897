import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { fileURLToPath } from "node:url";
import type { Logger } from "../log/mod.ts";
import { connectTcp, listenTcp } from "../tcp.ts";
import { connectTls } from "./connect.ts";
import type { TlsClientOptions, TlsServerOptions } from "./credentials.ts";
import { TlsHandshakeError } from "./handshake_error.ts";
import { TlsServer, type TlsServerBounds } from "./server.ts";
import type {
  PeerAddress,
  Transport,
  TransportListener,
} from "../transport.ts";

const here = (name: string): string =>
  fileURLToPath(new URL(`../testdata/${name}`, import.meta.url));
const pair = (name: string): { cert: string; key: string } => ({
  cert: here(`${name}.pem`),
  key: here(`${name}.key`),
});
const CA = Deno.readTextFileSync(here("ca.pem"));
const BUF = new Uint8Array(65_536);

/** Remembers what was said, one line each. */
class Notes implements Logger {
  readonly lines: string[] = [];
  readonly #note = (message: string, fields?: Record<string, unknown>) => {
    const error = fields?.error;
    const reason = error instanceof Error ? `: ${error.message}` : "";
    this.lines.push(`${message} ${fields?.path ?? ""}${reason}`);
  };
  debug = this.#note;
  info = this.#note;
  warn = this.#note;
  error = this.#note;
  get text(): string {
    return this.lines.join("\n");
  }
}

/** What a {@linkcode TlsListener} is told. */
interface ServeOptions extends TlsServerOptions, TlsServerBounds {
  handshakeTimeoutMs: number;
  onHandshakeError: (error: TlsHandshakeError) => void;
  log: Logger;
}

const CLOSED = new Error("Cannot accept: the listener is closed");

/** Accepts TCP connections and shakes hands with all of them side by side. */
class TlsListener {
  readonly #raw: TransportListener;
  readonly #tls: TlsServer;
  readonly #options: Partial<ServeOptions>;
  readonly #stop = new AbortController();
  readonly #handshakes: Set<Promise<void>> = new Set();
  #ready: Transport[] = [];
  #waiting: PromiseWithResolvers<Transport>[] = [];

  constructor(
    raw: TransportListener,
    tls: TlsServer,
    options: Partial<ServeOptions>,
  ) {
    this.#raw = raw;
    this.#tls = tls;
    this.#options = options;
    void this.#run();
  }

  get addr(): PeerAddress {
    return this.#raw.addr;
  }

  get handshakes(): number {
    return this.#tls.handshakes;
  }

  reload(): Promise<void> {
    return this.#tls.reload();
  }

  accept(): Promise<Transport> {
    const next = this.#ready.shift();
    if (next !== undefined) return Promise.resolve(next);
    const waiting = Promise.withResolvers<Transport>();
    if (this.#stop.signal.aborted) waiting.reject(CLOSED);
    else this.#waiting.push(waiting);
    return waiting.promise;
  }

  close(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort(CLOSED);
    this.#raw.close();
    for (const { reject } of this.#waiting.splice(0)) reject(CLOSED);
    for (const transport of this.#ready) transport.close();
  }

  async #run(): Promise<void> {
    while (true) {
      let raw: Transport;
      try {
        raw = await this.#raw.accept();
      } catch {
        return;
      }
      const handshake = this.#shake(raw);
      this.#handshakes.add(handshake);
      void handshake.finally(() => this.#handshakes.delete(handshake));
    }
  }

  async #shake(raw: Transport): Promise<void> {
    const { handshakeTimeoutMs = 10_000, onHandshakeError } = this.#options;
    try {
      const transport = await this.#tls.secure(
        raw,
        handshakeTimeoutMs,
        this.#stop.signal,
      );
      const waiting = this.#waiting.shift();
      if (waiting !== undefined) waiting.resolve(transport);
      else this.#ready.push(transport);
    } catch (error) {
      assert(error instanceof TlsHandshakeError);
      if (error.kind === "plain") raw.close();
      onHandshakeError?.(error);
    }
  }
}

async function serve(options: Partial<ServeOptions>): Promise<TlsListener> {
  const tls = await TlsServer.read({
    mtls: false,
    caCerts: [],
    certs: [pair("localhost")],
    ...options,
  }, options.log ?? new Notes());
  return new TlsListener(
    listenTcp({ hostname: "127.0.0.1", port: 0 }),
    tls,
    options,
  );
}

function join(
  listener: TlsListener,
  tls: Partial<TlsClientOptions> = {},
  hostname = "127.0.0.1",
): Promise<Transport> {
  return connectTls({
    hostname,
    port: listener.addr.port,
    tls: {
      mtls: true,
      caCerts: [here("ca.pem")],
      certs: [],
      insecureSkipVerify: false,
      ...tls,
    },
  });
}

/** Echoes until the listener is closed; returns when all echoes ended. */
async function echo(listener: TlsListener): Promise<void> {
  const running: Promise<void>[] = [];
  while (true) {
    let transport: Transport;
    try {
      transport = await listener.accept();
    } catch {
      break;
    }
    running.push(echoOne(transport));
  }
  await Promise.all(running);
}

async function echoOne(transport: Transport): Promise<void> {
  const buf = new Uint8Array(65_536);
  try {
    for (let n; (n = await transport.read(buf)) !== null;) {
      await writeAll(transport, buf.subarray(0, n));
    }
  } catch {
    // The peer is gone.
  }
  transport.close();
}

async function writeAll(transport: Transport, bytes: Uint8Array) {
  for (let at = 0; at < bytes.length;) {
    at += await transport.write(bytes.subarray(at));
  }
}

/** Sends a byte and waits for its echo, so that the server has had its say. */
async function ask(transport: Transport): Promise<number | null> {
  try {
    await transport.write(new Uint8Array([42]));
    return await transport.read(BUF);
  } finally {
    transport.close();
  }
}

/** Asserts that a client gets no answer: some refusals are an error, some an end. */
async function assertRefused(
  listener: TlsListener,
  tls: Partial<TlsClientOptions>,
): Promise<void> {
  let answer: number | null;
  try {
    answer = await ask(await join(listener, tls));
  } catch {
    return;
  }
  assertEquals(answer, null);
}

/** The name on the certificate that a server shows to who asks for `name`. */
async function shownTo(
  listener: TlsListener,
  name: string | undefined,
): Promise<string> {
  // An independent client: the transports do not tell certificates.
  const { connect } = await import("node:tls");
  return await new Promise((resolve, reject) => {
    const socket = connect({
      host: "127.0.0.1",
      port: listener.addr.port,
      ca: CA,
      checkServerIdentity: () => undefined,
      ...(name !== undefined && { servername: name }),
    }, () => {
      const { subject } = socket.getPeerCertificate();
      socket.once("close", () => resolve(String(subject.CN)));
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

Deno.test("TlsServer carries bytes both ways", async () => {
  const listener = await serve({});
  const done = echo(listener);
  const client = await join(listener);
  assertEquals(client.remoteAddr, listener.addr);
  const data = crypto.getRandomValues(new Uint8Array(50_000));
  const sending = writeAll(client, data);
  const got: number[] = [];
  while (got.length < data.length) {
    const n = await client.read(BUF);
    assert(n !== null);
    got.push(...BUF.subarray(0, n));
  }
  await sending;
  assertEquals(new Uint8Array(got), data);
  client.close();
  assertEquals(await client.read(BUF), null);
  await assertRejects(() => client.write(data), Error, "Cannot write");
  listener.close();
  await done;
});

Deno.test("TlsServer serves a client of another make", async () => {
  const listener = await serve({});
  const done = echo(listener);
  const conn = await Deno.connectTls({
    hostname: "localhost",
    port: listener.addr.port,
    caCerts: [CA],
  });
  await conn.write(new Uint8Array([1, 2, 3]));
  assertEquals(await conn.read(BUF), 3);
  conn.close();
  listener.close();
  await done;
});

Deno.test("close() is an orderly end for the peer", async () => {
  const listener = await serve({});
  const accepted = listener.accept();
  const conn = await Deno.connectTls({
    hostname: "localhost",
    port: listener.addr.port,
    caCerts: [CA],
  });
  const server = await accepted;
  await writeAll(server, new Uint8Array(100_000).fill(1));
  server.close();
  server.close();
  // Without a farewell the last read would throw "unexpected EOF".
  let total = 0;
  for (let n; (n = await conn.read(BUF)) !== null;) total += n;
  assertEquals(total, 100_000);
  conn.close();
  listener.close();
});

Deno.test("read() returns what came before a peer that vanishes", async () => {
  const listener = await serve({});
  const accepted = listener.accept();
  const client = await join(listener);
  const server = await accepted;
  await client.write(new Uint8Array(7));
  client.close();
  assertEquals(await server.read(BUF), 7);
  assertEquals(await server.read(BUF), null);
  server.close();
  listener.close();
});

Deno.test("close() ends a pending read and a pending write", async () => {
  const listener = await serve({});
  const accepted = listener.accept();
  const client = await join(listener);
  const server = await accepted;
  const reading = server.read(BUF);
  const writing = assertRejects(async () => {
    while (true) await server.write(new Uint8Array(65_536));
  });
  await delay(100);
  server.close();
  assertEquals(await reading, null);
  await writing;
  client.close();
  listener.close();
});

Deno.test("a transport takes no more than its user reads", async () => {
  const listener = await serve({});
  const accepted = listener.accept();
  const client = await join(listener);
  const server = await accepted;
  let sent = 0;
  const chunk = new Uint8Array(65_536);
  const sending = (async () => {
    try {
      while (true) sent += await client.write(chunk);
    } catch {
      // Closed below.
    }
  })();
  let before = -1;
  while (before !== sent) {
    before = sent;
    await delay(100);
  }
  // What fits into the kernel's buffers on both sides, not what the peer has.
  assert(sent < 16_000_000, `${sent} bytes went into nothing`);
  let got = 0;
  while (got < sent) got += (await server.read(BUF))!;
  await delay(50);
  assert(sent > before, "reading lets the sender go on");
  server.close();
  client.close();
  await sending;
  listener.close();
});

Deno.test("TlsServer shows the certificate that the name asks for", async () => {
  const listener = await serve({
    certs: [pair("localhost"), pair("alpha"), pair("wildcard")],
  });
  const done = echo(listener);
  const cases: [string | undefined, string][] = [
    ["localhost", "localhost"],
    ["alpha.test", "alpha"],
    ["ALPHA.test", "alpha"],
    ["one.wild.test", "wildcard"],
    ["wild.test", "localhost"],
    ["a.b.wild.test", "localhost"],
    ["unknown.test", "localhost"],
    [undefined, "localhost"],
  ];
  for (const [name, expected] of cases) {
    assertEquals(await shownTo(listener, name), expected, `for ${name}`);
  }
  listener.close();
  await done;
});

Deno.test("TlsServer skips a pair that cannot be used, and says so", async () => {
  const log = new Notes();
  const listener = await serve({
    log,
    certs: [
      pair("missing"),
      { cert: here("make_certificates.sh"), key: here("client.key") },
      { cert: here("localhost.pem"), key: here("make_certificates.sh") },
      { cert: here("localhost.pem"), key: here("client.key") },
      pair("alpha"),
    ],
  });
  const done = echo(listener);
  assertEquals(await shownTo(listener, "localhost"), "alpha");
  assertEquals(log.lines.length, 4);
  assertStringIncludes(log.text, 'Cannot read the certificate "');
  assertStringIncludes(log.text, "it holds no PEM certificate");
  assertStringIncludes(log.text, 'Cannot use the private key "');
  assertStringIncludes(log.text, "it is not the key of");
  listener.close();
  await done;
});

Deno.test("TlsServer does not start without a usable certificate", async () => {
  await assertRejects(
    () => serve({ certs: [pair("missing")] }),
    Error,
    "Cannot serve TLS without a certificate",
  );
  await assertRejects(
    () => serve({ certs: [] }),
    Error,
    "Cannot serve TLS without a certificate: none is configured",
  );
});

Deno.test("TlsServer does not start without its CA file", async () => {
  const error = await assertRejects(
    () => serve({ mtls: true, caCerts: [here("missing.pem")] }),
    Error,
    "Cannot read the CA file",
  );
  assertStringIncludes(error.message, "missing.pem");
});

Deno.test("mtls lets in who shows a certificate of its authorities", async () => {
  const failures: string[] = [];
  const listener = await serve({
    mtls: true,
    caCerts: [here("ca.pem")],
    onHandshakeError: (error) => failures.push(error.message),
  });
  const done = echo(listener);
  assertEquals(await ask(await join(listener, { certs: [pair("client")] })), 1);
  assertEquals(failures, []);
  // With TLS 1.3 the refusal arrives after the client's handshake.
  for (const name of ["stranger", "expired", "localhost"]) {
    await assertRefused(listener, { certs: [pair(name)] });
  }
  await assertRefused(listener, {});
  assertEquals(failures.length, 4);
  assertEquals(await ask(await join(listener, { certs: [pair("client")] })), 1);
  listener.close();
  await done;
});

Deno.test("mtls without a usable authority refuses everybody", async () => {
  const log = new Notes();
  for (const caCerts of [[], [here("client.key")]]) {
    const listener = await serve({ mtls: true, caCerts, log });
    const done = echo(listener);
    await assertRefused(listener, { certs: [pair("client")] });
    listener.close();
    await done;
  }
  assertStringIncludes(log.text, "A CA file holds no usable certificate");
  assertStringIncludes(log.text, "every client is refused");
});

Deno.test("without mtls a client's certificate does not matter", async () => {
  // The CA file is not even read.
  const listener = await serve({ caCerts: [here("missing.pem")] });
  const done = echo(listener);
  assertEquals(
    await ask(await join(listener, { certs: [pair("stranger")] })),
    1,
  );
  listener.close();
  await done;
});

Deno.test("reload() changes certificates for new connections only", async () => {
  const dir = await Deno.makeTempDir();
  const cert = `${dir}/cert.pem`;
  const key = `${dir}/key.pem`;
  const ca = `${dir}/ca.pem`;
  const put = async (name: string, authority: string) => {
    await Deno.copyFile(here(`${name}.pem`), cert);
    await Deno.copyFile(here(`${name}.key`), key);
    await Deno.copyFile(here(`${authority}.pem`), ca);
  };
  await put("localhost", "ca");
  const listener = await serve({
    certs: [{ cert, key }],
    mtls: true,
    caCerts: [ca],
  });
  const done = echo(listener);
  const old = await join(listener, { certs: [pair("client")] });
  await put("renewed", "other_ca");
  await listener.reload();
  assertEquals(
    await ask(await join(listener, { certs: [pair("stranger")] })),
    1,
  );
  await assertRefused(listener, { certs: [pair("client")] });
  assertEquals(await ask(old), 1);
  // What cannot be used does not replace what works.
  await Deno.writeTextFile(cert, "nonsense");
  await assertRejects(
    () => listener.reload(),
    Error,
    `Cannot use the certificate "${cert}"`,
  );
  assertEquals(
    await ask(await join(listener, { certs: [pair("stranger")] })),
    1,
  );
  listener.close();
  await done;
  await Deno.remove(dir, { recursive: true });
});

Deno.test("reload() shows the new certificate", async () => {
  const dir = await Deno.makeTempDir();
  const files = { cert: `${dir}/cert.pem`, key: `${dir}/key.pem` };
  await Deno.copyFile(here("localhost.pem"), files.cert);
  await Deno.copyFile(here("localhost.key"), files.key);
  const listener = await serve({ certs: [files] });
  const done = echo(listener);
  const before = await shownTo(listener, "localhost");
  await Deno.copyFile(here("renewed.pem"), files.cert);
  await Deno.copyFile(here("renewed.key"), files.key);
  await listener.reload();
  assertNotEquals(await shownTo(listener, "localhost"), before);
  listener.close();
  await done;
  await Deno.remove(dir, { recursive: true });
});

Deno.test("a silent client holds up nobody and is cut in time", async () => {
  const failures: string[] = [];
  const listener = await serve({
    handshakeTimeoutMs: 300,
    onHandshakeError: (error) => failures.push(error.message),
  });
  const done = echo(listener);
  const silent = await connectTcp({ port: listener.addr.port });
  assertEquals(await ask(await join(listener)), 1);
  assertEquals(failures, []);
  assertEquals(await silent.read(BUF), null);
  assertEquals(failures, ["Nothing came of it within 300 ms"]);
  silent.close();
  listener.close();
  await done;
});

Deno.test("a client that speaks no TLS does not end the listener", async () => {
  const failures: string[] = [];
  const listener = await serve({
    onHandshakeError: (error) => failures.push(error.message),
  });
  const done = echo(listener);
  const texts = ["GET / HTTP/1.0\r\n\r\n", "\x01\x01\0\0", "\x16\x03\x01\xff"];
  for (const text of texts) {
    const client = await connectTcp({ port: listener.addr.port });
    await client.write(new TextEncoder().encode(text));
    // Half a record: only closing tells that nothing more comes.
    if (text.startsWith("\x16")) client.close();
    else await drain(client);
  }
  for (let i = 0; i < 50; i++) {
    const noise = crypto.getRandomValues(new Uint8Array(300));
    const client = await connectTcp({ port: listener.addr.port });
    await client.write(noise).catch(() => {});
    client.close();
  }
  assertEquals(await ask(await join(listener)), 1);
  while (failures.length < texts.length + 50) await delay(10);
  listener.close();
  await done;
});

Deno.test("silent clients take no place, those that stall lose theirs", async () => {
  const failures: string[] = [];
  const listener = await serve({
    maxHandshakes: 3,
    onHandshakeError: (error) => failures.push(error.kind),
  });
  const done = echo(listener);
  const others: Transport[] = [];
  for (let i = 0; i < 4; i++) {
    others.push(await connectTcp({ port: listener.addr.port }));
  }
  assertEquals(await ask(await join(listener)), 1);
  assertEquals(failures, []);
  // Each begins a handshake and leaves it at that.
  for (const transport of others) await transport.write(new Uint8Array([0x16]));
  while (listener.handshakes < 3) await delay(10);
  const start = performance.now();
  assertEquals(await ask(await join(listener, {}, "localhost")), 1);
  assert(performance.now() - start < 60_000, "it waits for its turn only");
  assert(failures.includes("crowded"));
  for (const transport of others) transport.close();
  listener.close();
  await done;
});

for (const most of [1, 4, 300]) {
  Deno.test(`a client's first words may come ${most} bytes at a time`, async () => {
    const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
    const tls = await TlsServer.read({
      mtls: false,
      caCerts: [],
      certs: [pair("localhost")],
    }, new Notes());
    const asking = connectTls({
      hostname: "127.0.0.1",
      port: listener.addr.port,
      tls: {
        mtls: true,
        caCerts: [here("ca.pem")],
        certs: [],
        insecureSkipVerify: false,
      },
    });
    const raw = await listener.accept();
    const transport = await tls.secure({
      localAddr: raw.localAddr,
      remoteAddr: raw.remoteAddr,
      read: (buf) => raw.read(buf.subarray(0, most)),
      write: (buf) => raw.write(buf),
      close: () => raw.close(),
    }, 60_000);
    const echoing = echoOne(transport);
    assertEquals(await ask(await asking), 1);
    await echoing;
    listener.close();
  });
}

Deno.test("a client that has gone gives its place back at once", async () => {
  const failures: string[] = [];
  const listener = await serve({
    maxHandshakes: 1,
    handshakeTimeoutMs: 60_000,
    onHandshakeError: (error) => failures.push(error.kind),
  });
  const done = echo(listener);
  for (let i = 0; i < 10; i++) {
    const client = await connectTcp({ port: listener.addr.port });
    // Half of a record that is to be 512 bytes long.
    if (i % 2 === 0) await client.write(new Uint8Array([0x16, 3, 1, 2, 0]));
    client.close();
  }
  assertEquals(await ask(await join(listener)), 1);
  while (failures.length < 10) await delay(10);
  assertEquals(failures, new Array(10).fill("gone"));
  assertEquals(listener.handshakes, 0);
  listener.close();
  await done;
});

/** What a client of the runtime says first. */
async function clientHello(): Promise<Uint8Array> {
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const stop = new AbortController();
  const joining = connectTls({
    hostname: "127.0.0.1",
    port: listener.addr.port,
    signal: stop.signal,
    tls: { mtls: false, caCerts: [], certs: [], insecureSkipVerify: true },
  });
  const raw = await listener.accept();
  const count = await raw.read(BUF);
  stop.abort(new Error("It has said enough"));
  await assertRejects(() => joining);
  raw.close();
  listener.close();
  return BUF.slice(0, count!);
}

Deno.test("clients that have gone while they waited are not answered", async () => {
  const tls = await TlsServer.read({
    mtls: false,
    caCerts: [],
    certs: [pair("localhost")],
  }, new Notes());
  const hello = await clientHello();
  const addr = { network: "tcp", hostname: "192.0.2.1", port: 1 } as const;
  let answered = 0;
  const secured = Array.from({ length: 100 }, () => {
    let at = 0;
    return tls.secure({
      localAddr: addr,
      remoteAddr: addr,
      read: (buf) => {
        const part = hello.subarray(at, at + buf.length);
        buf.set(part);
        at += part.length;
        return Promise.resolve(part.length > 0 ? part.length : null);
      },
      write: (buf) => {
        answered++;
        return Promise.resolve(buf.length);
      },
      close: () => {},
    }, 60_000);
  });
  for (const result of await Promise.allSettled(secured)) {
    assert(result.status === "rejected");
    assertEquals(result.reason.kind, "gone");
  }
  assert(answered <= 8, `${answered} answers`);
  assertEquals(tls.handshakes, 0);
});

Deno.test("clients whose first words are cut in two hold up nobody", async () => {
  const failures: string[] = [];
  const listener = await serve({
    handshakeTimeoutMs: 60_000,
    onHandshakeError: (error) => failures.push(error.kind),
  });
  const done = echo(listener);
  const hello = await clientHello();
  // A record of its own that is complete, with the beginning of a message.
  const part = new Uint8Array([0x16, 3, 1, 0, 10, ...hello.subarray(5, 15)]);
  const others: Transport[] = [];
  for (let i = 0; i < 8; i++) {
    const client = await connectTcp({ port: listener.addr.port });
    await client.write(part);
    others.push(client);
  }
  while (listener.handshakes < 8) await delay(10);
  for (let i = 0; i < 3; i++) assertEquals(await ask(await join(listener)), 1);
  assertEquals(failures, []);
  assertEquals(listener.handshakes, 8);
  for (const client of others) client.close();
  listener.close();
  await done;
});

Deno.test("clients that wait for their turn lose nothing of what they say", async () => {
  const listener = await serve({});
  const done = echo(listener);
  const all = Array.from({ length: 40 }, async () => ask(await join(listener)));
  assertEquals(await Promise.all(all), new Array(40).fill(1));
  listener.close();
  await done;
});

Deno.test("identity tells who a verified client is, and nothing of others", async () => {
  for (const mtls of [true, false]) {
    const listener = await serve({
      mtls,
      ...(mtls && { caCerts: [here("ca.pem")] }),
    });
    const accepting = listener.accept();
    const client = await join(listener, { certs: [pair("client")] });
    const server = await accepting;
    if (mtls) {
      const { identity } = server;
      const { X509Certificate } = await import("node:crypto");
      const own = new X509Certificate(
        await Deno.readTextFile(here("client.pem")),
      );
      assertEquals(identity?.fingerprint256, own.fingerprint256);
      assertEquals(identity?.subject, own.subject.split("\n").join(", "));
      assertEquals(identity?.issuer, own.issuer.split("\n").join(", "));
      assertEquals(
        identity?.sans,
        own.subjectAltName === undefined ? [] : own.subjectAltName.split(", "),
      );
      assertEquals(server.identity, identity);
    } else assertEquals(server.identity, undefined);
    assertEquals(client.identity, undefined);
    client.close();
    server.close();
    listener.close();
  }
});

Deno.test("reload() keeps the old one of a certificate that cannot be used, and takes the others", async () => {
  const dir = await Deno.makeTempDir();
  const put = async (name: string, from: string) => {
    await Deno.copyFile(here(`${from}.pem`), `${dir}/${name}.pem`);
    await Deno.copyFile(here(`${from}.key`), `${dir}/${name}.key`);
  };
  const files = (name: string) => ({
    cert: `${dir}/${name}.pem`,
    key: `${dir}/${name}.key`,
  });
  await put("a", "localhost");
  await put("b", "alpha");
  const listener = await serve({ certs: [files("a"), files("b")] });
  const done = echo(listener);
  const old = await shownTo(listener, "localhost");
  const alpha = await shownTo(listener, "alpha.test");
  const damages: [name: string, act: () => Promise<void>][] = [
    [
      "the key is another's",
      () => Deno.copyFile(here("client.key"), `${dir}/b.key`),
    ],
    ["the certificate is empty", () => Deno.writeTextFile(`${dir}/b.pem`, "")],
    ["the certificate is missing", () => Deno.remove(`${dir}/b.pem`)],
  ];
  let renewed = false;
  for (const [name, damage] of damages) {
    renewed = !renewed;
    await put("a", renewed ? "renewed" : "localhost");
    await put("b", "alpha");
    await damage();
    await assertRejects(() => listener.reload(), Error, `${dir}/b.`, name);
    assertEquals(await shownTo(listener, "alpha.test"), alpha, name);
    const shown = await shownTo(listener, "localhost");
    assertEquals(shown !== old, renewed, name);
  }
  await put("b", "alpha");
  await listener.reload();
  listener.close();
  await done;
  await Deno.remove(dir, { recursive: true });
});

Deno.test("close() ends accepts and handshakes under way", async () => {
  const listener = await serve({});
  const accepting = assertRejects(
    () => listener.accept(),
    Error,
    "Cannot accept: the listener is closed",
  );
  const silent = await connectTcp({ port: listener.addr.port });
  await delay(50);
  listener.close();
  listener.close();
  await accepting;
  assertEquals(await silent.read(BUF).catch(() => null), null);
  silent.close();
  await assertRejects(() => listener.accept(), Error, "Cannot accept");
});

Deno.test("connectTls() trusts only whom it should", async () => {
  const listener = await serve({});
  const done = echo(listener);
  const { port } = listener.addr;
  const refused = async (
    tls: Partial<TlsClientOptions>,
    hostname = "127.0.0.1",
  ) => {
    const error = await assertRejects(() => join(listener, tls, hostname));
    assert(error instanceof Error);
    assertStringIncludes(
      error.message,
      `Cannot connect to ${hostname}:${port}`,
    );
  };
  assertEquals(await ask(await join(listener, {}, "localhost")), 1);
  await refused({ caCerts: [here("other_ca.pem")] });
  await refused({ caCerts: [] });
  // A private authority needs no certificate of ours.
  assertEquals(await ask(await join(listener, { mtls: false })), 1);
  await refused({ mtls: false, caCerts: [here("other_ca.pem")] });
  await refused({ mtls: false, caCerts: [] });
  for (const mtls of [false, true]) {
    const tls = { mtls, caCerts: [], insecureSkipVerify: true };
    assertEquals(await ask(await join(listener, tls)), 1);
  }
  // A session that began unchecked is not resumed by who does check.
  await refused({ caCerts: [here("other_ca.pem")] });
  listener.close();
  await done;
});

Deno.test("connectTls() refuses a certificate of another name", async () => {
  const listener = await serve({ certs: [pair("alpha")] });
  const done = echo(listener);
  await assertRejects(
    () => join(listener, {}, "localhost"),
    Error,
    "is for DNS:alpha.test, not for",
  );
  await assertRejects(
    () => join(listener, {}, "127.0.0.1"),
    Error,
    "is for DNS:alpha.test, not for",
  );
  listener.close();
  await done;
});

Deno.test("connectTls() shows its certificate without mtls, too", async () => {
  const listener = await serve({ mtls: true, caCerts: [here("ca.pem")] });
  const done = echo(listener);
  const client = await join(listener, {
    mtls: false,
    insecureSkipVerify: true,
    certs: [pair("missing"), pair("client")],
  });
  assertEquals(await ask(client), 1);
  listener.close();
  await done;
});

Deno.test("connectTls() gives up on a silent server", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const tls = {
    mtls: false,
    caCerts: [],
    certs: [],
    insecureSkipVerify: true,
  };
  await assertRejects(
    () => connectTls({ hostname: "127.0.0.1", port, tls, timeoutMs: 100 }),
    Error,
    "Cannot connect to 127.0.0.1",
  );
  const stop = new AbortController();
  const reason = new Error("Not wanted any more");
  setTimeout(() => stop.abort(reason), 50);
  const error = await assertRejects(() =>
    connectTls({ hostname: "127.0.0.1", port, tls, signal: stop.signal })
  );
  assertEquals(error, reason);
  listener.close();
});

async function drain(transport: Transport): Promise<void> {
  try {
    while (await transport.read(BUF) !== null);
  } catch {
    // A reset is an end as well.
  }
  transport.close();
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

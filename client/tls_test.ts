import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  listenTcp,
  NULL_LOGGER,
  type Transport,
} from "@frontier/platform/internal";
import { TlsServer } from "@frontier/platform/net";
import { fileURLToPath } from "node:url";
import { connectTls, type TlsConnectOptions } from "./tls.ts";

const path = (name: string): string =>
  fileURLToPath(new URL(`../platform/testdata/${name}`, import.meta.url));
const pem = (name: string): string => Deno.readTextFileSync(path(name));
const LIMIT_MS = 20_000;

/** Answers every client that shakes hands with one byte. */
class Server implements AsyncDisposable {
  readonly #listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  readonly #tls: TlsServer;
  readonly #open = new Set<Transport>();
  readonly #served: Promise<void>[] = [];

  private constructor(tls: TlsServer) {
    this.#tls = tls;
    void this.#run();
  }

  static async start(certificate: string, mtls = false): Promise<Server> {
    const certs = [{
      cert: path(`${certificate}.pem`),
      key: path(`${certificate}.key`),
    }];
    const caCerts = mtls ? [path("ca.pem")] : [];
    const options = { certs, caCerts, mtls };
    return new Server(await TlsServer.read(options, NULL_LOGGER));
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Waits until nothing is left of any connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const transport of this.#open) transport.close();
    await Promise.all(this.#served);
    // The client's last bytes are on their way in the turn after its error.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async #run(): Promise<void> {
    for (;;) {
      try {
        const raw = await this.#listener.accept();
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#served.push(promise);
        void this.#serve({
          localAddr: raw.localAddr,
          remoteAddr: raw.remoteAddr,
          read: (buf) => raw.read(buf),
          write: (buf) => raw.write(buf),
          close: () => {
            raw.close();
            resolve();
          },
        });
      } catch {
        return;
      }
    }
  }

  async #serve(raw: Transport): Promise<void> {
    try {
      const transport = await this.#tls.secure(raw, LIMIT_MS);
      this.#open.add(transport);
      await transport.write(new Uint8Array([7]));
    } catch {
      // The client says why.
    }
  }
}

/** Shakes hands and says what came of it: the answer, or the message of the error. */
async function attempt(
  server: Server,
  options: Partial<TlsConnectOptions>,
): Promise<string> {
  const to = { hostname: "127.0.0.1", port: server.port, timeoutMs: LIMIT_MS };
  try {
    const transport = await connectTls({ ...to, ...options });
    const buf = new Uint8Array(1);
    const count = await transport.read(buf);
    transport.close();
    return count === null ? "hung up" : `answered ${buf[0]}`;
  } catch (error) {
    const { message } = error as Error;
    assertStringIncludes(message, `Cannot connect to 127.0.0.1:${server.port}`);
    return message.slice(message.indexOf(": ") + 2);
  }
}

const TRUSTED: [string, Partial<TlsConnectOptions>][] = [
  ["a text", { ca: pem("ca.pem") }],
  ["a file", { caFile: path("ca.pem") }],
  ["one of several texts", { ca: [pem("other_ca.pem"), pem("ca.pem")] }],
  ["one of several files", { caFile: [path("other_ca.pem"), path("ca.pem")] }],
  ["a file beside a text", {
    ca: pem("other_ca.pem"),
    caFile: path("ca.pem"),
  }],
];
for (const [name, options] of TRUSTED) {
  Deno.test(`a private authority is trusted without a certificate of ours: ${name}`, async () => {
    await using server = await Server.start("localhost");
    assertEquals(await attempt(server, options), "answered 7");
  });
}

Deno.test("an authority that is given takes the place of all others", async () => {
  await using server = await Server.start("localhost");
  const message = await attempt(server, { caFile: path("other_ca.pem") });
  assertStringIncludes(message, "nobody who is trusted here vouches");
  assertStringIncludes(message, '"Frontier test authority" has issued');
});

Deno.test("a private authority is not trusted unless it is named", async () => {
  await using server = await Server.start("localhost");
  assertStringIncludes(
    await attempt(server, {}),
    "nobody who is trusted here vouches",
  );
});

Deno.test("a certificate of another host is refused, and the error names both", async () => {
  await using server = await Server.start("alpha");
  const caFile = path("ca.pem");
  assertStringIncludes(
    await attempt(server, { caFile }),
    'the server\'s certificate is for DNS:alpha.test, not for "127.0.0.1"',
  );
  assertStringIncludes(
    await attempt(server, { caFile, serverName: "beta.test" }),
    'not for "beta.test"',
  );
  assertEquals(
    await attempt(server, { caFile, serverName: "alpha.test" }),
    "answered 7",
  );
});

Deno.test("an expired certificate is refused, and the error tells the day", async () => {
  await using server = await Server.start("lapsed");
  assertStringIncludes(
    await attempt(server, { caFile: path("ca.pem") }),
    "has expired on Jan  1 00:00:00 2021 GMT",
  );
});

Deno.test("a certificate of ours is shown to a gateway that asks for one", async () => {
  await using server = await Server.start("localhost", true);
  const caFile = path("ca.pem");
  const shown: [Partial<TlsConnectOptions>, string][] = [
    [
      { certFile: path("client.pem"), keyFile: path("client.key") },
      "answered 7",
    ],
    [{ cert: pem("client.pem"), key: pem("client.key") }, "answered 7"],
    [{ cert: pem("client.pem"), keyFile: path("client.key") }, "answered 7"],
    [{}, "hung up"],
    [
      { certFile: path("stranger.pem"), keyFile: path("stranger.key") },
      "hung up",
    ],
    [
      { certFile: path("expired.pem"), keyFile: path("expired.key") },
      "hung up",
    ],
  ];
  for (const [options, outcome] of shown) {
    assertEquals(await attempt(server, { caFile, ...options }), outcome);
  }
});

const WRONG: [string, Record<string, unknown>, string][] = [
  [
    "a certificate without its key",
    { certFile: path("client.pem") },
    "Cannot show a certificate without its key",
  ],
  [
    "a key without its certificate",
    { key: "..." },
    "Cannot use a key without its certificate",
  ],
  [
    "two certificates",
    { cert: "...", certFile: "...", key: "..." },
    "Cannot show two certificates",
  ],
  [
    "two keys",
    { cert: "...", keyFile: "...", key: "..." },
    "Cannot use two keys",
  ],
  [
    "the key of another certificate",
    { certFile: path("client.pem"), keyFile: path("alpha.key") },
    "it is not the key of the certificate",
  ],
  [
    "a text that is no certificate",
    { ca: path("ca.pem") },
    "Cannot use the text in `ca`: it holds no PEM certificate",
  ],
  [
    "an empty list of authorities beside a file that is no certificate",
    { ca: [], caFile: path("client.key") },
    "it holds no PEM certificate",
  ],
  [
    "empty lists of authorities",
    { ca: [], caFile: [] },
    "Cannot trust anybody: the lists of authorities are empty",
  ],
  [
    "a file that is not there",
    { caFile: "/nowhere.pem" },
    'Cannot read the CA file "/nowhere.pem": No such file or directory (os error 2)',
  ],
  [
    "an option that nobody knows",
    { cafile: path("ca.pem") },
    'Cannot use the TLS option "cafile": there is none, the nearest one is "caFile"',
  ],
];
for (const [name, options, message] of WRONG) {
  Deno.test(`connectTls() refuses ${name} before it dials`, async () => {
    const to = { hostname: "127.0.0.1", port: 1 };
    const error = await assertRejects(
      () => connectTls({ ...to, ...options }),
      Error,
    );
    assertStringIncludes(error.message, message);
  });
}

Deno.test("a gateway without TLS is told apart", async () => {
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const accepted = listener.accept();
  const error = assertRejects(
    () =>
      connectTls({
        hostname: "127.0.0.1",
        port,
        ca: pem("ca.pem"),
        timeoutMs: LIMIT_MS,
      }),
    Error,
    "the server does not speak TLS",
  );
  const transport = await accepted;
  await transport.write(new TextEncoder().encode("HTTP/1.1 400 No\r\n\r\n"));
  await error;
  transport.close();
  listener.close();
});

Deno.test("a server that hangs up in the handshake may not speak TLS, and that is said", async () => {
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const accepted = listener.accept();
  const error = assertRejects(
    () =>
      connectTls({
        hostname: "127.0.0.1",
        port,
        ca: pem("ca.pem"),
        timeoutMs: LIMIT_MS,
      }),
    Error,
    `Cannot connect to 127.0.0.1:${port}: the server hung up during the handshake: it may not speak TLS, check the port`,
  );
  (await accepted).close();
  await error;
  listener.close();
});

Deno.test("connectTls() gives up with its signal and in its time", async () => {
  const listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  const to = { hostname: "127.0.0.1", port: listener.addr.port };
  const reason = new Error("changed my mind");
  await assertRejects(
    () => connectTls({ ...to, signal: AbortSignal.abort(reason) }),
    Error,
    reason.message,
  );
  const silent = listener.accept();
  await assertRejects(
    () => connectTls({ ...to, timeoutMs: 50 }),
    Error,
    "within 50 ms",
  );
  (await silent).close();
  listener.close();
});

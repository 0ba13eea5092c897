import "./http2_guard.ts";
import { fileURLToPath } from "node:url";
import { connect, type TLSSocket } from "node:tls";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { NULL_LOGGER } from "../log/mod.ts";
import { ControlPort, type ControlPortOptions } from "./port.ts";
import { echoApi } from "./testing/echo_api.ts";
import { BytesClient, overTls } from "./testing/grpc_client.ts";

const path = (name: string) =>
  fileURLToPath(new URL(`../testdata/${name}`, import.meta.url));
const read = (name: string) => Deno.readTextFileSync(path(name));
const CA = read("ca.pem");

function pair(name: string): { cert: string; key: string } {
  return { cert: path(`${name}.pem`), key: path(`${name}.key`) };
}

function open(
  mtls: boolean,
  options: Partial<ControlPortOptions> = {},
): Promise<ControlPort> {
  return ControlPort.open({
    hostname: "127.0.0.1",
    port: 0,
    tls: { mtls, caCerts: [path("ca.pem")], certs: [pair("localhost")] },
    apis: [echoApi()],
    log: NULL_LOGGER,
    ...options,
  });
}

/** Asks over HTTP/1.1 or HTTP/2, as the runtime's client likes. */
async function rest(
  port: ControlPort,
  client?: string,
): Promise<string> {
  using http = Deno.createHttpClient({
    caCerts: [CA],
    ...(client && { cert: read(`${client}.pem`), key: read(`${client}.key`) }),
  });
  const url = `https://localhost:${port.addr.port}/check`;
  const response = await fetch(url, { client: http });
  return await response.text();
}

/** Calls over gRPC; the status code. */
async function call(port: ControlPort, client?: string): Promise<number> {
  const secure = client
    ? overTls(CA, read(`${client}.pem`), read(`${client}.key`))
    : overTls(CA);
  using bytes = new BytesClient(port.addr.port, secure);
  return (await bytes.call("/test.Echo/Check")).code;
}

/** What is agreed on with a client that offers some protocols, and what it is answered. */
async function agreed(
  port: ControlPort,
  ALPNProtocols: string[],
): Promise<[string | false | null, string]> {
  const socket: TLSSocket = connect({
    host: "127.0.0.1",
    port: port.addr.port,
    servername: "localhost",
    ca: CA,
    ALPNProtocols,
  });
  await new Promise((resolve, reject) =>
    socket.once("secureConnect", resolve).once("error", reject)
  );
  socket.write("GET /check HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  let text = "";
  socket.setEncoding("utf8");
  socket.on("data", (part: string) => text += part);
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("close", resolve));
  return [socket.alpnProtocol, text.split("\r\n")[0]!];
}

/** How many bytes a server has for a client that offers HTTP/2, before it is asked for anything. */
async function greeting(port: ControlPort, client?: string): Promise<number> {
  const socket = connect({
    host: "127.0.0.1",
    port: port.addr.port,
    servername: "localhost",
    ca: CA,
    ALPNProtocols: ["h2"],
    ...(client && { cert: read(`${client}.pem`), key: read(`${client}.key`) }),
  });
  let bytes = 0;
  socket.on("data", (part: Uint8Array) => {
    bytes += part.length;
    socket.destroy();
  });
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("close", resolve));
  return bytes;
}

Deno.test("over TLS, REST and gRPC are there on one port", async () => {
  await using port = await open(false);
  assertEquals(await rest(port), '{"status":"SERVING"}');
  assertEquals(await call(port), 0);
});

Deno.test("HTTP/1.1 is spoken with whoever agrees on it, or on nothing", async () => {
  await using port = await open(false);
  const began = performance.now();
  assertEquals(await agreed(port, ["http/1.1"]), [
    "http/1.1",
    "HTTP/1.1 200 OK",
  ]);
  const [protocol, answer] = await agreed(port, []);
  assert(!protocol);
  assertEquals(answer, "HTTP/1.1 200 OK");
  // A connection that is to be closed after its answer is closed then.
  assert(performance.now() - began < 15_000);
});

Deno.test("HTTP/2 is preferred, and then nothing else is spoken", async () => {
  await using port = await open(false);
  const [protocol, answer] = await agreed(port, ["http/1.1", "h2"]);
  assertEquals(protocol, "h2");
  assert(!answer.startsWith("HTTP/1.1 200"), answer);
});

Deno.test("with mutual TLS only those come in whom an authority vouches for", async () => {
  const log: string[] = [];
  await using port = await open(true, {
    log: { ...NULL_LOGGER, warn: (message: string) => log.push(message) },
  });
  assertEquals(await rest(port, "client"), '{"status":"SERVING"}');
  assertEquals(await call(port, "client"), 0);
  assert(await greeting(port, "client") > 0);
  for (const client of [undefined, "stranger", "expired", "localhost"]) {
    await assertRejects(() => rest(port, client), Error);
    assertEquals(await greeting(port, client), 0, client ?? "none");
  }
  assertEquals(
    new Set(log),
    new Set(["A TLS handshake of the control port failed"]),
  );
});

Deno.test("mutual TLS without an authority lets nobody in", async () => {
  await using port = await open(true, {
    tls: { mtls: true, caCerts: [], certs: [pair("localhost")] },
  });
  await assertRejects(() => rest(port, "client"), Error);
  assertEquals(await greeting(port, "client"), 0);
});

Deno.test("plain text on a port with TLS is no request", async () => {
  await using port = await open(false);
  using conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: port.addr.port,
  });
  await conn.write(
    new TextEncoder().encode("GET /check HTTP/1.1\r\nhost: x\r\n\r\n"),
  );
  const buf = new Uint8Array(1024);
  let text = "";
  try {
    for (let n; (n = await conn.read(buf)) !== null;) {
      text += new TextDecoder().decode(buf.subarray(0, n));
    }
  } catch {
    // A reset is an end, too.
  }
  assert(!text.includes("HTTP/1.1 200"), text);
});

Deno.test("certificates are read anew, and connections that stand are not touched", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const certs = [{ cert: `${dir}/cert.pem`, key: `${dir}/key.pem` }];
    const use = async (name: string) => {
      await Deno.copyFile(path(`${name}.pem`), certs[0]!.cert);
      await Deno.copyFile(path(`${name}.key`), certs[0]!.key);
    };
    await use("localhost");
    await using port = await open(false, {
      tls: { mtls: false, caCerts: [], certs },
    });
    const shown = async (): Promise<string> => {
      const socket = connect({
        host: "127.0.0.1",
        port: port.addr.port,
        servername: "localhost",
        ca: CA,
      });
      await new Promise((resolve, reject) =>
        socket.once("secureConnect", resolve).once("error", reject)
      );
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      await new Promise((resolve) => socket.once("close", resolve));
      return fingerprint256;
    };
    const secure = overTls(CA);
    using standing = new BytesClient(port.addr.port, secure);
    assertEquals((await standing.call("/test.Echo/Check")).code, 0);
    const first = await shown();
    await use("renewed");
    await port.reload();
    const second = await shown();
    assert(first !== second);
    await Deno.writeTextFile(certs[0]!.cert, "no certificate");
    await assertRejects(() => port.reload(), Error, "stay in use");
    assertEquals(await shown(), second);
    assertEquals((await standing.call("/test.Echo/Check")).code, 0);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a certificate that cannot be used is said before anything listens", async () => {
  await assertRejects(
    () =>
      open(false, {
        tls: {
          mtls: false,
          caCerts: [],
          certs: [{ cert: path("ca.pem"), key: path("none.key") }],
        },
      }),
    Error,
    "none.key",
  );
});

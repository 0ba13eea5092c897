import "./http2_guard.ts";
import { assertEquals } from "@std/assert";
import { NULL_LOGGER } from "../log/mod.ts";
import { ControlPort } from "./port.ts";
import { echoApi } from "./testing/echo_api.ts";
import { BytesClient } from "./testing/grpc_client.ts";

const READ = "read-token-0123456789";
const ADMIN = "admin-token-0123456789";
/** Status codes of gRPC. */
const DENIED = 7;
const UNAUTHENTICATED = 16;

/** A port with a method for everybody who has a token, or for administrators. */
async function withPort(
  role: "read" | "admin",
  run: (port: ControlPort, logged: string[]) => Promise<void>,
): Promise<void> {
  const logged: string[] = [];
  const note = (message: string, fields?: unknown) => {
    logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  await using port = await ControlPort.open({
    hostname: "127.0.0.1",
    port: 0,
    tokens: [{ secret: READ, role: "read" }, { secret: ADMIN, role: "admin" }],
    apis: [echoApi({ role })],
    pages: [{ path: "/docs", type: "text/html", text: "<p>Read me" }],
    log: { ...NULL_LOGGER, debug: note, info: note, warn: note, error: note },
  });
  await run(port, logged);
}

async function rest(
  port: ControlPort,
  path: string,
  token?: string,
): Promise<[number, string | null]> {
  const response = await fetch(`http://127.0.0.1:${port.addr.port}${path}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  await response.body?.cancel();
  return [response.status, response.headers.get("www-authenticate")];
}

/** What is shown, what it is for, and how REST and gRPC answer. */
const CASES: ["read" | "admin", string | undefined, number, number][] = [
  ["read", READ, 200, 0],
  ["read", ADMIN, 200, 0],
  ["read", undefined, 401, UNAUTHENTICATED],
  ["read", `${READ}x`, 401, UNAUTHENTICATED],
  ["admin", ADMIN, 200, 0],
  ["admin", READ, 403, DENIED],
  ["admin", undefined, 401, UNAUTHENTICATED],
];

for (const [role, token, status, code] of CASES) {
  Deno.test(`what takes ${role} answers ${token ?? "nobody"} with ${status}`, async () => {
    await withPort(role, async (port, logged) => {
      for (const path of ["/check", "/watch"]) {
        if (path === "/watch" && status === 200) continue;
        assertEquals(await rest(port, path, token), [
          status,
          status === 401 ? "Bearer" : null,
        ]);
      }
      using client = new BytesClient(port.addr.port, undefined, token);
      assertEquals((await client.call("/test.Echo/Check")).code, code);
      // No token is ever written down.
      assertEquals(
        logged.filter((line) => line.includes("token-0123456789")),
        [],
      );
    });
  });
}

Deno.test("a watch asks for a token, too", async () => {
  await withPort("read", async (port) => {
    using client = new BytesClient(port.addr.port);
    const stream = client.stream("/test.Echo/Watch");
    const code = await new Promise((resolve) =>
      stream.on("status", (status) => resolve(status.code))
    );
    assertEquals(code, UNAUTHENTICATED);
  });
});

Deno.test("documents and health are for everybody, descriptors for those with a token", async () => {
  await withPort("read", async (port) => {
    assertEquals((await rest(port, "/docs"))[0], 200);
    using nobody = new BytesClient(port.addr.port);
    assertEquals((await nobody.call("/grpc.health.v1.Health/Check")).code, 0);
    for (
      const [token, code] of [[undefined, UNAUTHENTICATED], [READ, 0]] as const
    ) {
      using client = new BytesClient(port.addr.port, undefined, token);
      for (const version of ["v1", "v1alpha"]) {
        // A request that asks for the list of services.
        const { code: found } = await client.call(
          `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
          new Uint8Array([58, 1, 42]),
        );
        assertEquals(found, code, version);
      }
    }
  });
});

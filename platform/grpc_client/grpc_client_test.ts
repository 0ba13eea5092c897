import { assert, assertEquals, assertRejects } from "@std/assert";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { controlplane } from "../cluster_api/mod.ts";
import { GRPC_CODE, GrpcClient, GrpcError } from "./mod.ts";
import { ScriptedFrontlas } from "./testing/scripted_frontlas.ts";

const LOOK_UP = "/controlplane.ClusterService/GetFrontierByEdge";
const WATCH = "/frontier.cluster.v1.Cluster/WatchFrontiers";
const { GetFrontierByEdgeIDRequestSchema, GetFrontierByEdgeIDResponseSchema } =
  controlplane;
const REQUEST = toBinary(
  GetFrontierByEdgeIDRequestSchema,
  create(GetFrontierByEdgeIDRequestSchema, { edgeId: 7n }),
);
const NONE = new Uint8Array(0);

/** A server and a client; the library lets a last pause run out. */
async function pair(token?: string): Promise<
  { frontlas: ScriptedFrontlas; client: GrpcClient } & AsyncDisposable
> {
  const frontlas = await ScriptedFrontlas.start(
    token === undefined ? {} : { token },
  );
  const client = new GrpcClient({
    hostname: "127.0.0.1",
    port: frontlas.port,
    token,
  });
  return {
    frontlas,
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await frontlas[Symbol.asyncDispose]();
      await new Promise((resolve) => setTimeout(resolve, 300));
    },
  };
}

Deno.test("call() brings the answer, or the status that the server gave", async () => {
  await using side = await pair("secret");
  const { frontlas, client } = side;
  frontlas.frontiers.set("g0", "a:1");
  frontlas.placeOf = (edgeId) => edgeId === 7n ? "g0" : undefined;
  const bytes = await client.call(LOOK_UP, REQUEST);
  const { fontier } = fromBinary(GetFrontierByEdgeIDResponseSchema, bytes);
  assertEquals(fontier?.frontierId, "g0");
  const error = await assertRejects(
    () => client.call(LOOK_UP, NONE),
    GrpcError,
    `Cannot ask ${frontlas.address} for GetFrontierByEdge: redis: nil`,
  );
  assertEquals([error.code, error.details], [GRPC_CODE.notFound, "redis: nil"]);
  const unknown = await assertRejects(
    () => client.call("/no.Service/None", NONE),
    GrpcError,
  );
  assertEquals(unknown.code, GRPC_CODE.unimplemented);
});

Deno.test("call() ends with its time and its signal, before and while it is under way", async () => {
  await using side = await pair();
  const { frontlas, client } = side;
  frontlas.silent = true;
  const late = await assertRejects(
    () => client.call(LOOK_UP, REQUEST, { timeoutMs: 50 }),
    GrpcError,
  );
  assertEquals(late.code, GRPC_CODE.deadlineExceeded);
  const abort = new AbortController();
  const { signal } = abort;
  const calls = [
    client.call(LOOK_UP, REQUEST, { signal }),
    client.follow(WATCH, NONE, () => {}, signal),
  ].map((call) => assertRejects(() => call, GrpcError));
  await new Promise((resolve) => setTimeout(resolve, 50));
  abort.abort();
  calls.push(
    assertRejects(() => client.call(LOOK_UP, REQUEST, { signal }), GrpcError),
    assertRejects(
      () => client.follow(WATCH, NONE, () => {}, signal),
      GrpcError,
    ),
  );
  for (const { code } of await Promise.all(calls)) {
    assertEquals(code, GRPC_CODE.canceled);
  }
});

Deno.test("follow() brings every answer until the server is lost, which is told", async () => {
  await using side = await pair();
  const { frontlas, client } = side;
  let events = 0;
  const { signal } = new AbortController();
  const lost = assertRejects(
    () => client.follow(WATCH, NONE, () => void events++, signal),
    GrpcError,
  );
  while (frontlas.watchers === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  for (const id of ["a", "b"]) {
    frontlas.frontiers.set(id, "a:1");
    frontlas.tell();
  }
  while (events < 3) await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals(client.broken, false);
  frontlas.kill();
  assert((await lost).code !== 0);
  const refused = await assertRejects(
    () => client.call(LOOK_UP, REQUEST),
    GrpcError,
    "ECONNREFUSED",
  );
  assertEquals(refused.code, GRPC_CODE.unavailable);
  assertEquals(client.broken, true);
  assert(!refused.message.includes("Resolution note"), refused.message);
});

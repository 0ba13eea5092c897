/** Each method of a Frontlas, asked in both protocols, by clients that nobody here wrote: the answers are the same. */

import { assert, assertEquals } from "@std/assert";
import {
  type Call,
  clientTest,
  FRONTLAS_CLIENTS,
  type Result,
  snakeCase,
} from "../control/clients/clients.ts";
import { ControlStage, until } from "./control_stage.ts";

/** Statuses of HTTP by those of gRPC. */
const HTTP: Readonly<Record<number, number>> = { 2: 500, 3: 400, 5: 404 };
const EDGE = 7564932850180653057n;

/** A call, and the same over REST. */
interface TwoWays extends Call {
  readonly path: string;
}

/** The eight methods and what goes beyond them, in their good and in their bad days. */
function calls(): TwoWays[] {
  const made = (
    file: string,
    service: string,
    method: string,
    path: string,
    requests: Record<string, unknown>[],
  ): TwoWays[] =>
    requests.map((request) => {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(request)) {
        for (const one of [value].flat()) query.append(name, String(one));
      }
      return { file, service, method, request, path: `${path}?${query}` };
    });
  const ask = (
    method: string,
    path: string,
    ...requests: Record<string, unknown>[]
  ) =>
    made(
      "controlplane/frontlas/v1/cluster.proto",
      "controlplane.ClusterService",
      method,
      `/cluster/v1/${path}`,
      requests,
    );
  const ids = ["0", "2", "17", String(EDGE), "18446744073709551615"];
  const pages = [
    { cursor: 0, count: 100 },
    { cursor: 0, count: 0 },
    { cursor: 4294967295, count: 4294967295 },
  ];
  return [
    ...ask(
      "ListFrontiers",
      "frontiers",
      {},
      ...pages,
      { cursor: 0 },
      {
        count: 1,
      },
      { edge_ids: ["3", "2"] },
      { edge_ids: ["17"] },
      {
        frontier_ids: ["frontier02", "nobody"],
      },
    ),
    ...ask(
      "GetFrontierByEdge",
      "frontier",
      {},
      ...ids.map((edge_id) => ({ edge_id })),
    ),
    ...ask("ListEdges", "edges", {}, ...pages, { cursor: 0 }, { count: 1 }, {
      edge_ids: ids,
    }),
    ...ask(
      "GetEdgeByID",
      "edge",
      {},
      ...ids.map((edge_id) => ({ edge_id })),
    ),
    ...ask("GetEdgesCount", "edges/count", {}),
    ...ask("ListServices", "services", {}, ...pages, {
      service_ids: ["9", "10", "11"],
    }),
    ...ask("GetServiceByID", "service", { service_id: "10" }, {
      service_id: "11",
    }),
    ...ask("GetServicesCount", "services/count", {}),
    ...made(
      "controlplane/frontlas/v1/health.proto",
      "controlplane.Health",
      "Check",
      "/cluster/v1/health",
      [{}, { service: "any" }],
    ),
    ...made(
      "frontier/cluster/v1/cluster.proto",
      "frontier.cluster.v1.Cluster",
      "ListGateways",
      "/admin/v1/frontiers",
      [{}],
    ),
    ...made(
      "frontier/cluster/v1/cluster.proto",
      "frontier.cluster.v1.Cluster",
      "GetStatus",
      "/admin/v1/status",
      [{}],
    ),
  ];
}

async function people(at: ControlStage): Promise<void> {
  await at.switched.gateway("frontier01", [EDGE, 2n], [9n]);
  await at.switched.gateway("frontier02", [3n], [9n, 10n]);
}

/** The same over REST, in the shape of a result of gRPC. */
async function byRest(at: ControlStage, call: TwoWays): Promise<Result> {
  const { status, text } = await at.rest(call.path);
  const body = JSON.parse(text, snakeCase);
  if (status === 200) return { answer: body };
  return { code: status, message: body.message };
}

/** Time passes between two questions. */
const FLEETING = ["uptime_ms", "kept_answers"];

function timeless(result: Result): Result {
  const text = JSON.stringify(result, (key, value) =>
    // Some write a field that is not there as null, some do not.
    value === null || key === "store_down_ms"
      ? undefined
      : FLEETING.includes(key)
      ? typeof value
      : value);
  return JSON.parse(text);
}

for (const client of FRONTLAS_CLIENTS) {
  clientTest(client, "has the answers of the REST of a Frontlas", async () => {
    await using at = await ControlStage.open();
    await people(at);
    const all = calls();
    const results = await client.run(at.target, all);
    let answered = 0;
    for (const [i, call] of all.entries()) {
      const { code, ...result } = results[i]!;
      const said = code === undefined ? {} : { code: HTTP[code]! };
      assertEquals(
        timeless({ ...result, ...said }),
        timeless(await byRest(at, call)),
        `${call.method} ${call.path}`,
      );
      if (code === undefined) answered++;
    }
    assert(answered > all.length / 2);
  });

  clientTest(client, "follows the gateways of a Frontlas", async () => {
    await using at = await ControlStage.open();
    const run = client.run(at.target, [{
      file: "frontier/cluster/v1/cluster.proto",
      service: "frontier.cluster.v1.Cluster",
      method: "WatchFrontiers",
      request: {},
      take: 2,
    }, {
      file: "controlplane/frontlas/v1/health.proto",
      service: "controlplane.Health",
      method: "Watch",
      request: {},
      take: 1,
    }]);
    let done = false;
    run.finally(() => done = true).catch(() => {});
    // When the first event has come, only the watcher knows.
    await until(async () => {
      const session = await at.switched.gateway("frontier01");
      at.control.changed();
      await new Promise((resolve) => setTimeout(resolve, 60));
      await at.switched.memory.release(session, 0);
      at.control.changed();
      await new Promise((resolve) => setTimeout(resolve, 60));
      return done;
    });
    const [watched, healthy] = await run;
    const [snapshot, change] = watched!.answers!;
    assertEquals(snapshot!.type, "TYPE_SNAPSHOT");
    const came = (change!.online as unknown[]).length > 0;
    assertEquals(change, {
      type: "TYPE_CHANGE",
      online: came
        ? [{
          frontier_id: "frontier01",
          service_addr: "frontier01:30011",
          edge_addr: "frontier01:30012",
        }]
        : [],
      offline: came ? [] : ["frontier01"],
      age_ms: change!.age_ms,
      heartbeat_ms: 5_000,
    });
    assertEquals(healthy!.answers, [{ status: "SERVING" }]);
  });

  clientTest(client, "shows a Frontlas its token", async () => {
    const secret = "a-token-of-the-test";
    await using at = await ControlStage.open({
      tokens: [{
        role: "read",
        token: { value: secret, file: "", env: "" },
      }],
    });
    const [list] = calls();
    const [listed] = await client.run(at.target, [list!], secret);
    assertEquals(listed, { answer: { frontiers: [] } });
    // It learns what there is from the server, which asks for a token first.
    if (client.name === "grpcurl") return;
    const [refused] = await client.run(at.target, [list!], "another-token");
    assertEquals(refused!.code, 16);
  });
}

/** Each method, asked in both protocols, by clients that nobody here wrote: the answers are the same. */

import { assert, assertEquals } from "@std/assert";
import { adminMethods, nineMethods, type TwoWays, WATCH } from "./calls.ts";
import { CLIENTS, clientTest, type Result } from "./clients/clients.ts";
import { Stage } from "./stage.ts";

/** Statuses of HTTP by those of gRPC. */
const HTTP: Readonly<Record<number, number>> = { 3: 400, 5: 404 };

/** Some edges, a service, and what they have registered. */
async function people(
  stage: Stage,
): Promise<{ edge: bigint; service: bigint }> {
  let edge = 0n;
  for (const meta of ["edge-1", "edge-2", "edge-3", 'odd "\\ é']) {
    const one = await stage.edge(meta);
    await one.register("blink", () => {});
    edge ||= one.edgeId;
  }
  const service = await stage.service("greeter", ["t1", "t2"]);
  await service.register("greet", ({ data }) => data);
  return { edge, service: service.serviceId };
}

/** The same over REST, in the shape of a result of gRPC. */
async function byRest(stage: Stage, call: TwoWays): Promise<Result> {
  const { status, body } = await stage.rest(call.path, { method: call.verb });
  if (status === 200) return { answer: body };
  return { code: status, message: String(body.message) };
}

/** Time passes between two questions, and heartbeats come. */
const FLEETING = ["counters", "last_active_ms", "last_heard_ms"];

function timeless(result: Result): Result {
  return JSON.parse(
    JSON.stringify(
      result,
      (key, value) =>
        // Some write a message that is not there as null, some do not.
        value === null
          ? undefined
          : FLEETING.includes(key)
          ? typeof value
          : value,
    ),
  );
}

for (const client of CLIENTS) {
  for (const backend of ["buntdb", "sqlite3"] as const) {
    clientTest(client, `has the answers of REST, from ${backend}`, async () => {
      await using stage = await Stage.open({ backend });
      const ids = await people(stage);
      const calls = [...nineMethods(ids), ...adminMethods(ids)];
      const results = await client.run(stage.target, calls);
      let answered = 0;
      for (const [i, call] of calls.entries()) {
        const { code, ...result } = results[i]!;
        const said = code === undefined ? {} : { code: HTTP[code] };
        assertEquals(
          timeless({ ...result, ...said } as Result),
          timeless(await byRest(stage, call)),
          `${call.method} ${call.path}`,
        );
        if (code === undefined) answered++;
      }
      assert(answered > calls.length / 2);
    });
  }

  clientTest(client, "closes connections", async () => {
    await using stage = await Stage.open();
    const { edge, service } = await people(stage);
    const [kickEdge, kickService] = nineMethods({ edge, service })
      .filter(({ method }) => method.startsWith("Kick"));
    const results = await client.run(stage.target, [
      { ...kickEdge!, method: "KickEdge", request: { edge_id: String(edge) } },
      {
        ...kickService!,
        method: "KickService",
        request: { service_id: String(service) },
      },
    ]);
    assertEquals(results, [{ answer: {} }, { answer: {} }]);
    assertEquals((await stage.rest(`/v1/edges/${edge}`)).status, 404);
    assertEquals((await stage.rest(`/v1/services/${service}`)).status, 404);
  });

  clientTest(client, "watches who comes and goes", async () => {
    await using stage = await Stage.open();
    const run = client.run(stage.target, [WATCH]);
    const end = Date.now() + 60_000;
    let done = false;
    run.finally(() => done = true).catch(() => {});
    // Until it watches, nobody knows that it does.
    while (!done && Date.now() < end) {
      const edge = await stage.edge("passer-by");
      await stage.service("not asked for");
      await edge.close();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const [result] = await run;
    const events = result!.answers!;
    assertEquals(events.length, 2);
    for (const event of events) {
      assertEquals(event.kind, "CONNECTION_KIND_EDGE");
      assertEquals(event.meta, "passer-by");
      assert(
        ["TYPE_CONNECTED", "TYPE_DISCONNECTED"].includes(String(event.type)),
      );
    }
  });

  clientTest(client, "shows a token", async () => {
    const secret = "a-token-of-the-test";
    await using stage = await Stage.open({
      control: { tokens: [{ role: "read", token: secret }] },
    });
    const [list, kick] = [
      nineMethods({ edge: 1n, service: 1n })[0]!,
      nineMethods({ edge: 1n, service: 1n }).find(({ method }) =>
        method === "KickEdge"
      )!,
    ];
    const [listed, kicked] = await client.run(
      stage.target,
      [list, kick],
      secret,
    );
    assertEquals(listed, { answer: { edges: [], count: -1 } });
    assertEquals(kicked!.code, 7);
    // It learns what there is from the server, which asks for a token first.
    if (client.name === "grpcurl") return;
    const [refused] = await client.run(
      stage.target,
      [list],
      "another-token-here",
    );
    assertEquals(refused!.code, 16);
  });
}

/** Go edges and Go services that come in the wrong order. */

import { assertEquals, assertNotEquals } from "@std/assert";
import { startGateway } from "../support/gateway.ts";
import { LINES, startEdge, startService, text } from "./go_pair.ts";
import { interopTest } from "./interop_test_case.ts";

for (const line of LINES) {
  interopTest(
    `edges that were there before their service are announced, and keep their ids (${line})`,
    async () => {
      await using gateway = await startGateway();
      await using edge = await startEdge(gateway, { line, meta: "early" });
      await edge.register("who", { mode: "fail", text: "still here" });
      await using service = await startService(gateway, { line });
      await service.hook("get_edge_id", { edge: 1001n });
      await service.hook("edge_online");
      await service.hook("edge_offline");
      const online = await service.event("hook");
      assertEquals([online.method, text(online.meta)], [
        "edge_online",
        "early",
      ]);
      assertNotEquals(edge.clientId, 1001n);
      assertEquals(edge.pending("offline"), 0);
      await edge.close();
      const offline = await service.event("hook");
      assertEquals(
        [offline.method, text(offline.meta)],
        ["edge_offline", "early"],
      );
    },
  );

  interopTest(
    `an edge that leaves while its service is away is reported to the next one (${line})`,
    async () => {
      await using gateway = await startGateway();
      await using first = await startService(gateway, { line });
      await first.hook("edge_online");
      await using edge = await startEdge(gateway, { line, meta: "known" });
      assertEquals((await first.event("hook")).method, "edge_online");
      await first.close();
      await edge.close();
      await using second = await startService(gateway, { line });
      await second.hook("edge_offline");
      const { method, meta } = await second.event("hook");
      assertEquals([method, text(meta)], ["edge_offline", "known"]);
    },
  );
}

/** The program Frontlas and a Redis that is not there, or does not let it in. */

import { assertEquals, assertMatch } from "@std/assert";
import { withFile } from "../../platform/cli/testing/program_process.ts";
import { Program, QUIET } from "../../frontlas/cli/testing/program.ts";
import { brokerPorts } from "../brokers/real_broker.ts";
import { redisMissing, startNode } from "./redis_under_test.ts";

const ignore = redisMissing() !== undefined;

Deno.test({
  name: "frontlas starts as soon as its Redis does",
  ignore,
  fn: async () => {
    const [port = 0] = brokerPorts(1);
    const redis = `redis: {standalone: {addr: "127.0.0.1:${port}"}}\n`;
    await withFile(`${QUIET}${redis}`, async (path) => {
      await using program = new Program(["-c", path]);
      await program.line(/Waiting for Redis/);
      await using _redis = await startNode(port);
      const [, control] = await program.line(
        /controlplane server listening on: 127\.0\.0\.1:(\d+)$/,
      );
      const url = `http://127.0.0.1:${control}/cluster/v1/frontiers`;
      assertEquals(await (await fetch(url)).json(), { frontiers: [] });
    });
  },
});

Deno.test({
  name: "frontlas does not wait for a Redis that refuses its password",
  ignore,
  fn: async () => {
    const [port = 0] = brokerPorts(1);
    await using _redis = await startNode(port, "--requirepass", "right");
    const redis =
      `redis: {password: wrong, standalone: {addr: "127.0.0.1:${port}"}}\n`;
    await withFile(`${QUIET}${redis}`, async (path) => {
      const { code, err } = await Program.run(["-c", path]);
      assertEquals(code, 1, err);
      assertMatch(err, /Cannot start: .*WRONGPASS/);
    });
  },
});

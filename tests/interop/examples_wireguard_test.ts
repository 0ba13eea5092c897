/** Datagrams over streams with router or one side in Go. */

import { Program } from "../../examples/testing/run_program.ts";
import { startGateway } from "../support/gateway.ts";
import { goExample } from "./go_example.ts";
import { interopTest } from "./interop_test_case.ts";

const start = {
  Go: goExample,
  ours: (name: "wg-edge" | "wg-router", ...args: string[]) =>
    Promise.resolve(Program.example(name, ...args)),
};

for (
  const [router, first, second] of [
    ["Go", "ours", "ours"],
    ["ours", "Go", "ours"],
    ["Go", "ours", "Go"],
  ] as const
) {
  interopTest(
    `datagrams go through a router of ${router} between edges of ${first} and ${second}`,
    async () => {
      await using gateway = await startGateway();
      await using routing = await start[router](
        "wg-router",
        `--frontier-addr=127.0.0.1:${gateway.serviceAddr.port}`,
      );
      await routing.prints("accepting streams");
      const edgeArgs = [
        `--frontier-addr=127.0.0.1:${gateway.edgeAddr.port}`,
        "--listen=127.0.0.1:0",
        "--pair-id=mixed",
      ];
      await using one = await start[first]("wg-edge", ...edgeArgs);
      await using other = await start[second]("wg-edge", ...edgeArgs);
      await routing.prints(/paired streams \d+ <-> \d+ on pair-id="mixed"/);
      const pings = async (mode: string, edge: Program) =>
        Program.example(
          "udpping",
          `--mode=${mode}`,
          "--listen=127.0.0.1:0",
          `--target=${await edge.prints(/listening UDP on (\S+)\n/)}`,
          "--interval=100ms",
        );
      await using _echo = await pings("echo", other);
      await using sender = await pings("send", one);
      await sender.prints(/recv \d+ bytes from \S+: "ping #\d+"/);
      await sender.prints(/(recv \d+ bytes[^]*){5}/);
    },
  );
}

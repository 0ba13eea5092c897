/** The interactive command lines with one side, or both, in Go. */

import { converse } from "../../examples/iclm/testing/conversation.ts";
import { Program } from "../../examples/testing/run_program.ts";
import { startGateway } from "../support/gateway.ts";
import { goExample } from "./go_example.ts";
import { interopTest } from "./interop_test_case.ts";

const start = {
  Go: goExample,
  ours: (name: "iclm_edge" | "iclm_service", ...args: string[]) =>
    Promise.resolve(Program.example(name, ...args)),
};

for (
  const [server, client] of [
    ["Go", "ours"],
    ["ours", "Go"],
    ["Go", "Go"],
  ] as const
) {
  interopTest(
    `every command of a service of ${server} and an edge of ${client} is answered`,
    async () => {
      await using gateway = await startGateway();
      await using service = await start[server](
        "iclm_service",
        `--address=127.0.0.1:${gateway.serviceAddr.port}`,
        "--topics=t1",
        "--methods=echo",
        "--printmessage",
      );
      await service.prints(">>> ");
      await using edge = await start[client](
        "iclm_edge",
        `--address=127.0.0.1:${gateway.edgeAddr.port}`,
        "--methods=echo",
      );
      await edge.prints(">>> ");
      await converse({ service, edge, enter: "\n" });
      await service.end();
      await edge.end();
    },
  );
}

/** The chatroom with one side, or one user, in Go. */

import { assert, assertEquals } from "@std/assert";
import { Program } from "../../examples/testing/run_program.ts";
import { startGateway } from "../support/gateway.ts";
import { goExample } from "./go_example.ts";
import { interopTest } from "./interop_test_case.ts";

type Starter = (name: string, ...args: string[]) => Promise<Program>;

const ours: Starter = (name, ...args) =>
  Promise.resolve(
    Program.example(name as "chatroom_client" | "chatroom_service", ...args),
  );

for (
  const [room, alice, bob] of [
    ["Go", "ours", "ours"],
    ["ours", "Go", "ours"],
    ["ours", "Go", "Go"],
    ["Go", "Go", "ours"],
  ] as const
) {
  const start = { Go: goExample, ours };
  interopTest(
    `the chatroom of ${room}, alice of ${alice}, bob of ${bob}`,
    async () => {
      await using gateway = await startGateway({
        edgebound: { allocateEdgeIds: false },
      });
      await using service = await start[room](
        "chatroom_service",
        "--address",
        `127.0.0.1:${gateway.serviceAddr.port}`,
      );
      const enter = async (by: "Go" | "ours", name: string) => {
        const address = `127.0.0.1:${gateway.edgeAddr.port}`;
        const args = ["--address", address, "--name", name];
        for (;;) {
          const client = await start[by]("chatroom_client", ...args);
          // Before the service has its hooks nobody is let in.
          const first = await client.prints(/>>> |new edge err/);
          if (first === ">>> ") return client;
          await client.end();
        }
      };
      await using first = await enter(alice, "alice");
      await using second = await enter(bob, "bob");
      await service.prints("> online, name: alice, addr: 127.0.0.1:");
      await service.prints("> online, name: bob, addr: 127.0.0.1:");
      await first.type("hello bob\n");
      await second.prints("\x1b[2K\r[     alice]: hello bob\n>>> ");
      await second.type("hi, alice 你好\n");
      await first.prints("\x1b[2K\r[       bob]: hi, alice 你好\n>>> ");
      await service.prints("[     alice]: hello bob\n");
      await service.prints("[       bob]: hi, alice 你好\n");

      const twin = await start[bob](
        "chatroom_client",
        `--address=127.0.0.1:${gateway.edgeAddr.port}`,
        "--name=alice",
      );
      assertEquals(await twin.end(), 1);
      assertEquals(twin.output, "new edge err: user exists\n");
      await service.prints(
        /> online failed: user exists, name: alice, addr: 127\.0\.0\.1:\d+\n/,
      );
      await first.endInput();
      assertEquals(await first.end(), 0);
      await service.prints("> offline, name: alice, addr: 127.0.0.1:");
      assert(!second.output.includes("[       bob]"));
    },
  );
}

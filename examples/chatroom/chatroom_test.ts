import { assert, assertEquals } from "@std/assert";
import { Edge } from "@frontier/client";
import { startFrontier } from "@frontier/server";
import { GatewayProgram } from "../testing/gateway_program.ts";
import { Program, runToEnd } from "../testing/run_program.ts";

Deno.test("users talk through the room; a name is taken once", async () => {
  const hostname = "127.0.0.1";
  await using gateway = await startFrontier({
    edgebound: { hostname, port: 0 },
    servicebound: { hostname, port: 0 },
  });
  const edges = `${hostname}:${gateway.edgeAddr.port}`;
  await using room = Program.example(
    "chatroom_service",
    "--address",
    `${hostname}:${gateway.serviceAddr.port}`,
  );
  const enter = (name: string) =>
    Program.example("chatroom_client", "--address", edges, "--name", name);
  // The room hears of users once its hooks are registered.
  while (!room.output.includes("> offline, name: probe")) {
    const probe = await Edge.connect({
      hostname,
      port: gateway.edgeAddr.port,
      meta: "probe",
    });
    await probe.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await using alice = enter("alice");
  await room.prints("> online, name: alice, addr: 127.0.0.1:");
  await using bob = enter("bob");
  await room.prints("> online, name: bob, addr: 127.0.0.1:");
  await bob.prints(">>> ");

  await alice.type("hello bob\n");
  await bob.prints("\x1b[2K\r[     alice]: hello bob\n>>> ");
  await room.prints("[     alice]: hello bob");
  await bob.type("hi\nand bye");
  await alice.prints("[       bob]: hi");
  assert(!alice.output.includes("hello bob"));

  const second = await runToEnd(
    "chatroom_client",
    `--address=${edges}`,
    "--name=alice",
  );
  assertEquals(second, { code: 1, output: "new edge err: user exists\n" });
  await room.prints("> online failed: user exists");

  // The end of the input ends the user, after what was typed.
  await bob.endInput();
  assertEquals(await bob.end(), 0);
  await alice.prints("[       bob]: and bye");
  await room.prints("> offline, name: bob, addr: 127.0.0.1:");
  await using again = enter("bob");
  await again.prints(">>> ");

  // A user whose gateway goes away ends, too.
  await gateway.close();
  assertEquals(await again.end(), 0);
});

Deno.test("a gateway that dies frees the names of its users", async () => {
  await using gateway = await GatewayProgram.start();
  await using room = Program.example(
    "chatroom_service",
    `--address=${gateway.serviceAddr}`,
  );
  const enter = async () => {
    for (;;) {
      const user = Program.example(
        "chatroom_client",
        `--address=${gateway.edgeAddr}`,
      );
      if (await user.prints(/>>> |new edge err/) === ">>> ") return user;
      await user.end();
    }
  };
  await using before = await enter();
  await room.prints("> online, name: alice");
  await gateway.kill();
  assertEquals(await before.end(), 0);
  await gateway.restart();
  await using _after = await enter();
  await room.prints(/(> online, name: alice, addr[^]*){2}/);
  assert(!room.output.includes("> offline"));
});

Deno.test("both programs explain themselves", async () => {
  for (
    const [name, flag] of [
      ["chatroom_service", "--address"],
      ["chatroom_client", "--name"],
    ] as const
  ) {
    const { code, output } = await runToEnd(name, "--help");
    assertEquals(code, 0);
    assert(output.includes(flag));
    const nobody = await runToEnd(name, "--address", "127.0.0.1:1");
    assertEquals(nobody.code, 1);
    assert(/^new (edge|service) err: .*127\.0\.0\.1:1/.test(nobody.output));
  }
  const udp = await runToEnd("chatroom_client", "--network", "udp");
  assertEquals(udp, {
    code: 2,
    output: "Cannot use network udp: need tcp\n",
  });
});

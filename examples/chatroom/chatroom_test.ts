import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError } from "@frontier/client";
import { startFrontier } from "@frontier/server";
import { GatewayProgram } from "../testing/gateway_program.ts";
import { Program, runToEnd } from "../testing/run_program.ts";
import { Chatroom } from "./chatroom.ts";
import { User } from "./user.ts";

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

Deno.test("a room that starts anew asks those who speak for their names", async () => {
  const hostname = "127.0.0.1";
  await using gateway = await startFrontier({
    edgebound: { hostname, port: 0 },
    servicebound: { hostname, port: 0 },
  });
  const service = { hostname, port: gateway.serviceAddr.port };
  const before = await Chatroom.open(service, () => {});
  const enter = (name: string) =>
    User.enter(name, { hostname, port: gateway.edgeAddr.port });
  await using alice = await enter("alice");
  await using bob = await enter("bob");
  await before.service.close();
  const lines: string[] = [];
  await using room = await Chatroom.open(service, (line) => lines.push(line));
  void room.run();
  const printed = async (line: string) => {
    while (!lines.includes(line)) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  for (const user of [alice, bob]) await user.say("hm");
  while (room.names.join() !== "alice,bob") {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  // What no user can read, and what would clear a terminal, harms neither.
  const heard = bob.hear();
  const first = heard.next();
  for (const nonsense of ["null", "{", `{"User":1,"Msg":"x"}`]) {
    await assertRejects(() => room.service.publish(bob.edge.edgeId, nonsense));
  }
  await alice.say("\x1b[2Jboo\n[       bob]: not me");
  await printed("[     alice]: \ufffd[2Jboo\ufffd[       bob]: not me");
  // The name is taken again, and of two who come at once one has the other.
  await assertRejects(() => enter("alice"), FrontierError, "user exists");
  const carols = await Promise.allSettled([enter("carol"), enter("carol")]);
  const came = carols.flatMap((one) =>
    one.status === "fulfilled" ? [one.value] : []
  );
  await using carol = came[0]!;
  assertEquals(came.length, 1);
  for (const name of ["", "x".repeat(65)]) {
    await assertRejects(() => enter(name), FrontierError, "illegal name");
  }
  await carol.say("bye");
  assertEquals((await first).value, {
    User: "alice",
    Msg: "\x1b[2Jboo\n[       bob]: not me",
  });
  assertEquals((await heard.next()).value, { User: "carol", Msg: "bye" });
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

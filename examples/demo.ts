/**
 * A gateway, a chatroom and three users that talk through it, all in this
 * process over TCP: `deno task demo`.
 *
 * @module
 */

import { startFrontier } from "@frontier/server";
import { Chatroom } from "./chatroom/chatroom.ts";
import { User } from "./chatroom/user.ts";
import { type Flag, parseCount, runProgram } from "./flags.ts";

const USAGE = `A gateway, a chatroom and three users that talk through it.

Usage: deno task demo [flags]`;

const FLAGS: Record<"calls", Flag> = {
  calls: { help: "calls each user makes for the latency", value: "200" },
};

/** What is said, in this order. */
const SCRIPT: readonly (readonly [name: string, text: string])[] = [
  ["alice", "Hello, is anybody here?"],
  ["bob", "Hi alice! I am behind three firewalls, and it still works."],
  ["carol", "Same here. One connection out, and the service reaches me."],
  ["alice", "So who calls whom?"],
  ["bob", "Everybody everybody. 你好, wörld!"],
  ["carol", "Time to go. Bye!"],
];

const HOSTNAME = "127.0.0.1";

/** A moment for what is on its way; gives up after two seconds. */
async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !condition(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

async function run({ calls }: Record<keyof typeof FLAGS, string>) {
  const rounds = parseCount("calls", calls);
  await using gateway = await startFrontier({
    edgebound: { hostname: HOSTNAME, port: 0 },
    servicebound: { hostname: HOSTNAME, port: 0 },
  });
  console.log(
    `gateway: services on ${gateway.serviceAddr.port}, edges on ${gateway.edgeAddr.port}`,
  );
  await using room = await Chatroom.open({
    hostname: HOSTNAME,
    port: gateway.serviceAddr.port,
  });
  // The service answers calls of its users, too.
  await room.service.register("members", () => room.names.sort().join(", "));
  const running = room.run();

  const users = new Map<string, User>();
  let heard = 0;
  for (const name of ["alice", "bob", "carol"]) {
    const user = await User.enter(name, {
      hostname: HOSTNAME,
      port: gateway.edgeAddr.port,
      methods: { mood: () => `${name} is fine` },
    });
    users.set(name, user);
    void (async () => {
      for await (const _ of user.hear()) heard++;
    })();
  }
  for (const [name, text] of SCRIPT) await users.get(name)!.say(text);
  const expected = SCRIPT.length * (users.size - 1);
  await until(() => heard === expected);

  const alice = users.get("alice")!;
  console.log(`> members: ${(await alice.edge.call("members")).text()}`);
  let rpcs = 1;
  for (const name of room.names) {
    const mood = await room.service.call(room.idOf(name)!, "mood");
    console.log(`> mood: ${mood.text()}`);
    rpcs++;
  }
  const latencies: number[] = [];
  for (const { edge } of users.values()) {
    for (let i = 0; i < rounds; i++) {
      const begin = performance.now();
      await edge.call("members");
      latencies.push(performance.now() - begin);
      rpcs++;
    }
  }
  const edges = users.size;
  for (const user of users.values()) await user.edge.close();
  await until(() => room.names.length === 0);
  await room.service.close();
  await running;
  console.log(
    `summary: ${edges} edges, ${SCRIPT.length} messages said, ${heard} heard, ` +
      `${rpcs} RPCs, p50 ${median(latencies).toFixed(2)} ms per RPC`,
  );
  if (heard !== expected) {
    throw new Error(`Only ${heard} of ${expected} messages were heard`);
  }
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));

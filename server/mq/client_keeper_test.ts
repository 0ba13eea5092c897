import { assert, assertEquals } from "@std/assert";
import { ClientKeeper, type KeeperTurn } from "./client_keeper.ts";

/** A keeper whose clients a test plays by hand. */
function scene(addrs: readonly string[]) {
  const turns: KeeperTurn[] = [];
  const states: string[] = [];
  let next = Promise.withResolvers<void>();
  let ended = 0;
  const keeper: ClientKeeper = new ClientKeeper(addrs, async (turn) => {
    turns.push(turn);
    next.resolve();
    next = Promise.withResolvers();
    try {
      await turn.lost;
    } finally {
      ended++;
    }
  }, () => {
    const { state } = keeper;
    states.push(state.kind === "down" ? `down ${state.problem}` : state.kind);
  });
  /** Waits for the next client. */
  const used = async (count: number) => {
    while (turns.length < count) await next.promise;
    return turns[count - 1]!;
  };
  return { keeper, states, used, ended: () => ended };
}

Deno.test("addresses are tried in turn, and the one that works is come back to", async () => {
  const { keeper, states, used, ended } = scene(["a", "b"]);
  keeper.start();
  keeper.start();
  (await used(1)).lose("refused");
  const second = await used(2);
  assertEquals(second.addr, "b");
  second.works();
  second.lose(new Error("cut"));
  assertEquals((await used(3)).addr, "b");
  await keeper.close();
  assertEquals(states, ["down refused", "up", "down cut", "closed"]);
  assertEquals(ended(), 3);
});

Deno.test("closing ends the client under way, and a pause", async () => {
  const { keeper, used } = scene(["a"]);
  keeper.start();
  const first = await used(1);
  first.lose("x");
  // It pauses now.
  const began = performance.now();
  await keeper.close();
  assert(performance.now() - began < 5_000);
  assertEquals(keeper.state.kind, "closed");
  keeper.turn({ kind: "up" });
  assertEquals(keeper.state.kind, "closed");
});

Deno.test("a keeper that was never started closes at once", async () => {
  const { keeper } = scene(["a"]);
  await keeper.close();
  assertEquals(keeper.state.kind, "closed");
});

import { assertEquals, assertRejects } from "@std/assert";
import { FrontierError } from "@frontier/proto";
import { SharedInbox } from "./shared_inbox.ts";

const bounds = { items: 8, bytes: 100 };

Deno.test("inboxes that hold something take turns", async () => {
  const shared = new SharedInbox<string>(bounds);
  const [a, b, c] = [shared.lane(), shared.lane(), shared.lane()];
  for (let i = 0; i < 3; i++) a.push(`a${i}`, 1);
  c.push("c0", 1);
  b.push("b0", 1);
  assertEquals(shared.size, 5);
  const read: string[] = [];
  while (shared.size > 0) read.push(await shared.next());
  assertEquals(read, ["a0", "b0", "c0", "a1", "a2"]);
});

Deno.test("readers that wait are served in their order, through whichever inbox", async () => {
  const shared = new SharedInbox<number>(bounds);
  const [a, b] = [shared.lane(), shared.lane()];
  const abort = new AbortController();
  const waits = [shared.next(), shared.next(abort.signal), shared.next()];
  abort.abort();
  await assertRejects(() => waits[1]!, FrontierError);
  b.push(1, 1);
  a.push(2, 1);
  assertEquals([await waits[0], await waits[2]], [1, 2]);
});

Deno.test("a lone inbox may fill all, one that floods leaves room for others", () => {
  const shared = new SharedInbox<number>(bounds);
  const [loud, quiet] = [shared.lane(), shared.lane()];
  let taken = 0;
  while (loud.push(taken, 1)) taken++;
  assertEquals(taken, 8);
  assertEquals(quiet.push(0, 1), true);
  assertEquals(quiet.push(1, 1), false);
  assertEquals(loud.push(0, 1), false);
});

Deno.test("bytes are shared like places, and one item always fits into an empty inbox", () => {
  const shared = new SharedInbox<number>(bounds);
  const [a, b] = [shared.lane(), shared.lane()];
  assertEquals(a.push(0, 1_000), true);
  assertEquals(a.push(0, 1), false);
  assertEquals(b.push(0, 1_000), true);
  assertEquals(b.push(0, 1), false);
});

Deno.test("what is stale gives its place", () => {
  const shared = new SharedInbox<{ old: boolean }>({
    items: 2,
    bytes: Infinity,
    stale: ({ old }) => old,
  });
  const [a, b] = [shared.lane(), shared.lane()];
  a.push({ old: true }, 0);
  a.push({ old: false }, 0);
  assertEquals(a.push({ old: false }, 0), true);
  assertEquals([a.size, b.size], [2, 0]);
  assertEquals(a.push({ old: false }, 0), false);
});

Deno.test("an inbox that is closed takes nothing and is read no more; closed, nobody is served", async () => {
  const shared = new SharedInbox<number>(bounds);
  const [a, b] = [shared.lane(), shared.lane()];
  const gone = () => new FrontierError("eof", "Over");
  a.close(gone);
  const wait = shared.next();
  assertEquals(a.push(1, 1), false);
  b.push(2, 1);
  assertEquals(await wait, 2);
  b.push(3, 1);
  const last = shared.next();
  const none = assertRejects(() => shared.next(), FrontierError, "Over");
  shared.close(gone);
  shared.close(gone);
  assertEquals(await last, 3);
  await none;
  await assertRejects(() => shared.next(), FrontierError, "Over");
  const items = [];
  for await (const item of shared.items()) items.push(item);
  assertEquals(items, []);
});

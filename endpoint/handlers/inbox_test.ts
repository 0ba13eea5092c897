import { assert, assertEquals, assertRejects } from "@std/assert";
import { FrontierError } from "@frontier/proto";
import { Inbox } from "./inbox.ts";

const BOUNDS = { items: 3, bytes: 10 };
const OVER = () => new FrontierError("eof", "Cannot receive: over");
const DONE: IteratorReturnResult<void> = { value: undefined, done: true };

Deno.test("an inbox keeps order and bounds, and takes one item of any size", async () => {
  const inbox = new Inbox<string>(BOUNDS);
  assert(inbox.push("large", 1_000));
  assert(!inbox.push("more", 1));
  assertEquals(await inbox.next(), "large");
  for (const item of ["a", "b", "c"]) assert(inbox.push(item, 1));
  assert(!inbox.push("d", 1));
  assertEquals([await inbox.next(), await inbox.next()], ["a", "b"]);
  inbox.push("d", 9);
  assert(!inbox.push("e", 1));
  inbox.remove("c");
  assert(inbox.push("e", 1));
  assertEquals([await inbox.next(), await inbox.next()], ["d", "e"]);
});

Deno.test("a stale item gives its place, and only when it is needed", async () => {
  const stale = new Set<string>();
  const inbox = new Inbox<string>({
    ...BOUNDS,
    stale: (item) => stale.has(item),
  });
  for (const item of ["a", "b", "c"]) inbox.push(item, 1);
  stale.add("b");
  assert(inbox.push("d", 1));
  assert(!inbox.push("e", 1));
  const left = [await inbox.next(), await inbox.next(), await inbox.next()];
  assertEquals(left, ["a", "c", "d"]);
});

Deno.test("a wait that is given up takes no item", async () => {
  const inbox = new Inbox<string>(BOUNDS);
  const abort = new AbortController();
  const waiting = inbox.next(abort.signal);
  abort.abort("enough");
  const error = await assertRejects(() => waiting, FrontierError);
  assertEquals([error.code, error.cause], ["canceled", "enough"]);
  await assertRejects(() => inbox.next(abort.signal), FrontierError);
  inbox.push("a", 1);
  assertEquals(await inbox.next(), "a");
});

Deno.test("an iterator that is left ends its pending reads and takes no item", async () => {
  const inbox = new Inbox<string>(BOUNDS);
  const ways = [
    (items: AsyncGenerator<string>) => items.return(undefined),
    (items: AsyncGenerator<string>) => items[Symbol.asyncDispose](),
    (items: AsyncGenerator<string>) =>
      assertRejects(() => items.throw(new RangeError("mine")), RangeError),
  ];
  for (const leave of ways) {
    const items = inbox.items();
    const pending = [items.next(), items.next()];
    await leave(items);
    assertEquals(await Promise.all(pending), [DONE, DONE]);
    assertEquals(await items.next(), DONE);
    inbox.push("for others", 1);
    assertEquals(await inbox.next(), "for others");
  }
});

Deno.test("an item that was handed over before the iterator was left is not lost", async () => {
  const inbox = new Inbox<string>(BOUNDS);
  const items = inbox.items();
  const pending = items.next();
  inbox.push("a", 1);
  await items.return(undefined);
  assertEquals(await pending, { value: "a", done: false });
});

Deno.test("an iteration ends with its signal, and leaves no listener on it", async () => {
  const inbox = new Inbox<string>(BOUNDS);
  const abort = new AbortController();
  const { signal } = abort;
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove(...args);
  };
  const items = inbox.items(signal);
  for (let i = 0; i < 5; i++) {
    const next = items.next();
    inbox.push(`${i}`, 1);
    assertEquals(await next, { value: `${i}`, done: false });
    assertEquals(listeners, 0);
  }
  const pending = items.next();
  assertEquals(listeners, 1);
  abort.abort();
  assertEquals(await pending, DONE);
  assertEquals(listeners, 0);
  const seen: string[] = [];
  for await (const item of inbox.items(signal)) seen.push(item);
  assertEquals(seen, []);
});

Deno.test("a closed inbox gives what is there, then ends", async () => {
  const inbox = new Inbox<string>(BOUNDS);
  const waiting = inbox.next();
  inbox.close(OVER);
  await assertRejects(() => waiting, FrontierError, "over");
  const other = new Inbox<string>(BOUNDS);
  other.push("a", 1);
  other.close(OVER);
  assert(!other.push("b", 1));
  const seen: string[] = [];
  for await (const item of other.items()) seen.push(item);
  assertEquals(seen, ["a"]);
  await assertRejects(() => other.next(), FrontierError, "over");
});

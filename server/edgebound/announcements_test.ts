import { assertEquals } from "@std/assert";
import { Announcements } from "./announcements.ts";
import { OfflineEvent } from "./offline_event.ts";

function offline(id: bigint): OfflineEvent {
  const address = { network: "tcp", hostname: "192.0.2.1", port: 7 };
  return new OfflineEvent({
    id,
    idHi: 0,
    idLo: Number(id),
    source: 0,
    address,
    meta: undefined,
  });
}

Deno.test("an offline event waits for the verdict on the last announcement of its id", () => {
  const announcements = new Announcements();
  const event = offline(7n);
  assertEquals(announcements.defer(event), false);
  announcements.begin(7n);
  announcements.begin(7n);
  announcements.begin(8n);
  assertEquals(announcements.defer(event), true);
  assertEquals(announcements.end(8n), undefined);
  assertEquals(announcements.end(7n), undefined);
  assertEquals(announcements.size, 1);
  assertEquals(announcements.end(7n), event);
  assertEquals(announcements.size, 0);
  assertEquals(announcements.end(7n), undefined);
});

Deno.test("nothing is owed any more once an edge of the id is online", () => {
  const announcements = new Announcements();
  assertEquals(announcements.settle(7n), false);
  announcements.begin(7n, offline(7n));
  announcements.begin(7n);
  assertEquals(announcements.settle(7n), true);
  assertEquals(announcements.settle(7n), false);
  assertEquals(announcements.end(7n), undefined);
  assertEquals(announcements.end(7n), undefined);
});

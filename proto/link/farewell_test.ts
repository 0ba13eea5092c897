import { assert, assertEquals } from "@std/assert";
import { TYPE_DISCONN, TYPE_FAREWELL } from "../wire/constants.ts";
import { FAREWELL_REASONS } from "./close_reason.ts";
import {
  assertNothingLeft,
  connected,
  GO,
  rawClient,
  rawServer,
} from "../testing/scenes.ts";

const FAREWELL = '{"ext":["farewell"]}';

for (const reason of FAREWELL_REASONS) {
  Deno.test(`a client hears ${reason} before the end`, () => {
    const { network, client, server } = connected();
    server.link.sendFarewell(reason);
    server.link.close({ kind: "closed", text: "bye" });
    network.run();
    assertEquals(client.events, [
      "open",
      `farewell: ${reason}`,
      "leaving: closed by the peer",
      "closed: closed by the peer",
    ]);
    assertNothingLeft(network, client, server);
  });
}

Deno.test("a Go client hears no farewell", () => {
  const { network, server, peer } = rawClient();
  server.link.sendFarewell("going-away");
  server.link.close({ kind: "closed", text: "bye" });
  network.run();
  assertEquals(peer.types.slice(1), [TYPE_DISCONN]);
});

Deno.test("a client says farewell where that was negotiated", () => {
  const { network, client, server } = connected();
  client.link.sendFarewell("going-away");
  network.run();
  assertEquals(server.events.at(-1), "farewell: going-away");
  const plain = rawServer(GO);
  plain.client.link.sendFarewell("going-away");
  plain.network.run();
  assertEquals(plain.peer.types.includes(TYPE_FAREWELL), false);
});

Deno.test("nothing is said on a connection that is closing or closed", () => {
  const { network, client, server } = connected();
  server.link.close({ kind: "closed", text: "bye" });
  server.link.sendFarewell("replaced");
  network.run();
  server.link.sendFarewell("replaced");
  assertEquals(client.events.some((e) => e.startsWith("farewell")), false);
  assertEquals(server.link.outbox.unwritten, 0);
});

Deno.test("an unknown reason changes nothing", () => {
  const { network, client, peer } = rawServer({}, FAREWELL);
  for (const body of ['{"reason":"tired"}', "{}", '{"later":1}']) {
    peer.send(TYPE_FAREWELL, 9n, body);
  }
  network.run();
  assertEquals(client.events, ["open"]);
});

Deno.test("a farewell that was not negotiated ends its sender", () => {
  const { network, client, peer } = rawServer(GO);
  peer.send(TYPE_FAREWELL, 9n, '{"reason":"replaced"}');
  network.run();
  assert(client.events.at(-1)!.startsWith("closed: protocol error"));
});

Deno.test("a farewell of a client that did not negotiate it ends the client", () => {
  const { network, server, peer } = rawClient();
  peer.send(TYPE_FAREWELL, 9n, '{"reason":"going-away"}');
  network.run();
  assert(server.events.at(-1)!.startsWith("closed: protocol error"));
});

Deno.test("a malformed farewell ends its sender", () => {
  const { network, client, peer } = rawServer({}, FAREWELL);
  peer.send(TYPE_FAREWELL, 9n, '{"reason":}');
  network.run();
  assert(client.events.at(-1)!.startsWith("closed: protocol error"));
});

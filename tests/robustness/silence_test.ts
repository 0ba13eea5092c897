import { assertEquals } from "@std/assert";
import {
  deafDoorkeeper,
  deafEdge,
  halfOpenHandshakes,
} from "./silent_socket.ts";
import { stopGateway } from "./stopped_gateway.ts";
import { stopPeer } from "./stopped_peer.ts";

// Who says nothing keeps its connections open: only time tells. All of them
// wait for it side by side.
Deno.test("Who is silent for too long is given up", async () => {
  const steps = {
    "an edge whose process is stopped": () => stopPeer("edge"),
    "a service whose process is stopped": () => stopPeer("service"),
    "a gateway whose process is stopped": stopGateway,
    "an edge that does not read": deafEdge,
    "a service that does not answer whether edges may come": deafDoorkeeper,
    "a connection that does not complete its handshake": halfOpenHandshakes,
  };
  const failures: string[] = [];
  await Promise.all(
    Object.entries(steps).map(async ([name, fn]) => {
      try {
        await fn();
      } catch (error) {
        const text = error instanceof Error ? error.stack : String(error);
        failures.push(`${name}: ${text}`);
      }
    }),
  );
  assertEquals(failures, []);
});

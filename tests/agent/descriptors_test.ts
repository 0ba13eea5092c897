/** A forwarder that has more clients than file descriptors. */

import { assert } from "@std/assert";
import { eventually } from "../support/gateway.ts";
import { close, echo } from "./peers.ts";
import { ProgramUnderTest } from "./processes.ts";
import { stage } from "./stage.ts";

/** What the runtime has open by itself is half of it. */
const DESCRIPTORS = 64;

Deno.test("a forwarder that had no descriptors left serves again when clients have gone", async () => {
  using peer = echo();
  await using all = await stage(new Map([["x", peer.address]]));
  await using ways = ProgramUnderTest.forward({
    descriptors: DESCRIPTORS,
    args: [
      ...["--gateway", `127.0.0.1:${all.gateway.serviceAddr.port}`],
      ...["--edge", `${all.edge.edgeId}`, "--target", "x"],
      ...["--listen", "127.0.0.1:0"],
    ],
  });
  const [, port] = await ways.line(/Listening address=127.0.0.1:(\d+)/);
  await ways.line(/Connected/);
  const connect = () => Deno.connect({ port: Number(port) });
  let served = 0;
  const clients = await Promise.all(
    Array.from({ length: DESCRIPTORS + 16 }, connect),
  );
  const reading = clients.map(async (conn) => {
    await conn.write(Uint8Array.of(1));
    if (await conn.read(new Uint8Array(1)) === 1) served++;
  });
  let before = -1;
  await eventually(async () => {
    before = served;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return served === before && served > 0;
  }, 30_000);
  assert(served < DESCRIPTORS, `${served} are served`);
  clients.forEach(close);
  await Promise.allSettled(reading);
  await eventually(async () => {
    using conn = await connect();
    const timer = setTimeout(() => close(conn), 2_000);
    await conn.write(Uint8Array.of(1)).catch(() => {});
    const count = await conn.read(new Uint8Array(1)).catch(() => null);
    clearTimeout(timer);
    return count === 1;
  }, 60_000);
});

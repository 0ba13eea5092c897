import { assert, assertEquals, assertRejects } from "@std/assert";
import { FrontierError, type Session } from "@frontier/proto/internal";
import type { Recorder } from "../../proto/testing/recorder.ts";
import { connected } from "../../proto/testing/scenes.ts";
import type { SimNetwork } from "../../proto/testing/sim_network.ts";
import { EndpointCore } from "../endpoint_core.ts";
import { StreamCore } from "./stream_core.ts";

/** A stream on a virtual clock, and the other side's session. */
interface Scene {
  network: SimNetwork;
  server: Recorder;
  core: StreamCore;
  far: Session;
}

function scene(): Scene {
  const { network, client, server } = connected();
  const session = client.open("files");
  network.run();
  const core = new StreamCore(session, new EndpointCore());
  client.onRoom = () => core.onWritable();
  const [far] = server.offered;
  // Nobody takes anything until the test does.
  server.onBytes = () => {};
  return { network, server, core, far: far! };
}

/** Lets promises go on, then the clock. */
async function pass({ network }: Scene, ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  network.run(ms);
  await new Promise((resolve) => setTimeout(resolve, 0));
}

const received = ({ server, far }: Scene) => server.bytes.get(far)!.length;

Deno.test("a closed stream goes on sending while the other side takes something", async () => {
  const it = scene();
  const data = new Uint8Array(3_000_000);
  const write = it.core.write(data);
  let closed = false;
  const closing = it.core.close(2_000).then(() => closed = true);
  let taken = 0;
  // 20 s without progress are too many for close(), and too few for the stream.
  for (let i = 0; i < 100 && it.far.state === "open"; i++) {
    await pass(it, 20_000);
    assert(closed);
    it.far.consume(received(it) - taken);
    taken = received(it);
  }
  await Promise.all([write, closing]);
  assertEquals([received(it), it.far.endReason], [data.length, ""]);
});

Deno.test("close() waits as long as there is progress", async () => {
  const it = scene();
  const data = new Uint8Array(1_000_000);
  const write = it.core.write(data);
  let closed = false;
  const closing = it.core.close(2_000).then(() => closed = true);
  let taken = 0;
  for (let i = 0; i < 100 && taken < data.length; i++) {
    assertEquals(closed, false);
    await pass(it, 1_500);
    it.far.consume(received(it) - taken);
    taken = received(it);
  }
  assertEquals(taken, data.length);
  await pass(it, 3_000);
  await Promise.all([write, closing]);
  assertEquals(it.far.endReason, "");
});

Deno.test("a closed stream from which nothing is taken for 30 s is broken off", async () => {
  const it = scene();
  const write = assertRejects(
    () => it.core.write(new Uint8Array(1_000_000)),
    FrontierError,
  );
  const closing = it.core.close(2_000);
  await pass(it, 2_100);
  await closing;
  await pass(it, 29_000);
  assertEquals(it.far.state, "open");
  await pass(it, 2_000);
  assertEquals((await write).code, "eof");
  await pass(it, 100);
  assertEquals(it.far.endReason, "closed before everything was sent");
});

import { assert, assertEquals } from "@std/assert";
import * as wire from "../wire/constants.ts";
import type { LinkSettings } from "./link_settings.ts";
import type { RawPeer } from "../testing/raw_peer.ts";
import { rawFrame } from "../testing/raw_frame.ts";
import type { Recorder } from "../testing/recorder.ts";
import { assertNothingLeft, rawClient, rawServer } from "../testing/scenes.ts";
import type { SimNetwork } from "../testing/sim_network.ts";
import { WriteWatch } from "./write_watch.ts";

const BODY = new TextEncoder().encode(`{"topic":"${"x".repeat(9_000)}"}`);

/** Lets the stream to the peer, which takes nothing otherwise, take some bytes. */
function take(network: SimNetwork, end: Recorder, bytes: number): void {
  const { options } = network;
  // While they travel the stream is full.
  options.minDelayMs = options.maxDelayMs = 1;
  options.capacity = bytes;
  end.port.flush();
  network.run();
  options.capacity = 0;
  network.run(1);
  options.minDelayMs = options.maxDelayMs = 0;
}

/** A client that asks and does not read, but goes on sending heartbeats. */
function deaf(settings: Partial<LinkSettings> = {}): {
  network: SimNetwork;
  server: Recorder;
  peer: RawPeer;
  beat: (seconds: number) => void;
} {
  const ends = rawClient(settings);
  const { network, server, peer } = ends;
  network.options.capacity = 0;
  for (let i = 0; i < 5; i++) server.ask(wire.TYPE_MESSAGE, BODY);
  network.run();
  return {
    ...ends,
    beat: (seconds) => {
      for (let i = 0; i < seconds; i += 10) {
        peer.send(wire.TYPE_HEARTBEAT, 1n);
        network.run(10_000);
      }
    },
  };
}

Deno.test("progress is known to the moments at which somebody looks", () => {
  const watch = new WriteWatch(1_000, 100_000);
  assertEquals(watch.dueAt, 26_000);
  assertEquals([watch.look(2_000), watch.look(5_000)], [1_000, 4_000]);
  watch.onWritten(1);
  assertEquals([watch.look(9_000), watch.look(10_000)], [0, 1_000]);
  assertEquals(watch.check(108_999), true);
  assertEquals(watch.check(109_000), false);
});

Deno.test("a peer that takes nothing for two minutes is cut, whatever it sends", () => {
  const { network, server, beat } = deaf();
  beat(110);
  assertEquals(server.link.state, "open");
  beat(60);
  assertEquals(server.events.at(-1), "closed: what is sent is not read");
  assertEquals(server.end?.kind, "slow");
  assertNothingLeft(network, server);
});

Deno.test("a peer that pauses for 100 s, or takes a byte now and then, is not cut", () => {
  const { network, server, beat } = deaf();
  for (let i = 0; i < 6; i++) {
    beat(100);
    take(network, server, 1);
  }
  assertEquals(server.link.state, "open");
});

Deno.test("the limit is a setting, and may be none", () => {
  const short = deaf({ writeStallMs: 30_000 });
  short.beat(50);
  assertEquals(short.server.link.state, "closed");
  const none = deaf({ writeStallMs: Infinity });
  none.beat(10_000);
  assertEquals(none.server.link.state, "open");
});

Deno.test("a peer that reads everything is not watched", () => {
  const { network, server, peer } = rawClient();
  for (let i = 0; i < 40; i++) {
    server.ask(wire.TYPE_MESSAGE, BODY, undefined, 1_000);
    peer.send(wire.TYPE_HEARTBEAT, 1n);
    network.run(20_000);
    assertEquals(server.link.writeStalledMs(), 0);
  }
  assertEquals(server.link.state, "open");
});

Deno.test("it can be asked how long nothing was taken", () => {
  const { network, server } = rawClient();
  assertEquals(server.link.writeStalledMs(), 0);
  network.options.capacity = 0;
  server.ask(wire.TYPE_MESSAGE, BODY);
  assertEquals(server.link.writeStalledMs(), 0);
  network.run(7_000);
  assertEquals(server.link.writeStalledMs(), 7_000);
  take(network, server, 5);
  assertEquals(server.link.writeStalledMs(), 0);
  network.run(2_000);
  assert(server.link.writeStalledMs() >= 2_000);
  server.link.fail({ kind: "lost", text: "test" });
  assertEquals(server.link.writeStalledMs(), 0);
  assertNothingLeft(network, server);
});

// Acks

for (
  const [name, frame] of [
    ["heartbeats", () => rawFrame(wire.TYPE_HEARTBEAT, 1n)],
    ["registers", () => rawFrame(wire.TYPE_REGISTER, 1n, 1n, "m")],
    [
      "sessions that are refused",
      (i: bigint) => rawFrame(wire.TYPE_SESSION, 1n, "\0\0", i + 9n, "{}"),
    ],
    [
      "sessions given up",
      (i: bigint) =>
        join(
          rawFrame(wire.TYPE_SESSION, 1n, "\0\0", i + 9n, "{}"),
          rawFrame(wire.TYPE_DISMISS, 2n, i + 9n, "{}"),
        ),
    ],
  ] as const
) {
  for (const trickle of [0, 100]) {
    Deno.test(`who earns acks by ${name} and reads ${trickle} bytes in between is ended in time`, () => {
      const { network, server, peer } = rawClient({ maxSessions: 1_000_000 });
      server.onOffer = (session) => session.refuse("a reason of some length");
      server.onFrame = (session, { idHi, idLo }) =>
        server.link.ackRegister(session, idHi, idLo);
      network.options.capacity = 0;
      let most = 0;
      let id = 0n;
      for (let i = 0; server.link.state === "open" && i < 1_000; i++) {
        const parts = [];
        for (let k = 0; k < 500; k++) parts.push(frame(++id));
        peer.sendBytes(join(...parts));
        network.run();
        if (server.link.state === "open") {
          most = Math.max(most, server.link.outbox.unwritten);
        }
        take(network, server, trickle);
      }
      assert(server.events.at(-1)!.includes("the peer does not read"));
      assert(most > 500_000 && most <= 1_310_720, `${most} bytes`);
    });
  }
}

Deno.test("who earns acks and reads them is not ended", () => {
  const { network, server, peer } = rawClient();
  const many = join(
    ...Array.from({ length: 1_000 }, () => rawFrame(wire.TYPE_HEARTBEAT, 1n)),
  );
  for (let i = 0; i < 300; i++) {
    peer.sendBytes(many);
    network.run(5);
  }
  assertEquals([server.link.state, server.link.owed], ["open", 0]);
});

Deno.test("who opens and ends sessions for ever and reads all is not ended", () => {
  const { network, server, peer } = rawClient();
  server.onOffer = (session) => session.accept();
  let id = 0n;
  // The acks are shorter than what is counted for them: 2 MiB of difference.
  for (let i = 0; i < 200; i++) {
    const parts = [];
    for (let k = 0; k < 400; k++) {
      id++;
      parts.push(
        rawFrame(wire.TYPE_SESSION, 1n, "\0\0", id + 9n, "{}"),
        rawFrame(wire.TYPE_DISMISS, 2n, id + 9n, "{}"),
        rawFrame(wire.TYPE_DISMISS_ACK, 3n, id + 9n, "{}"),
      );
    }
    peer.sendBytes(join(...parts));
    // Something always waits to be written.
    network.run(1);
  }
  assertEquals(server.link.state, "open");
  network.run(1_000);
  assert(server.link.owed < 100_000, `${server.link.owed} bytes`);
});

// Signs of life

Deno.test("a client whose upload goes out slowly is not told that its server is dead", () => {
  const { network, client, peer } = rawServer({ heartbeatSeconds: 5 });
  network.options.capacity = 0;
  client.ask(wire.TYPE_REQUEST, new Uint8Array(2_000_000), undefined, 900_000);
  const upload = (seconds: number) => {
    for (let i = 0; i < seconds && client.link.state === "open"; i++) {
      take(network, client, 2_000);
      network.run(1_000);
    }
  };
  upload(250);
  assertEquals(client.link.state, "open");
  // What takes the bytes need not be the server.
  upload(60);
  assertEquals(client.events.at(-1), "closed: no heartbeat ack");
  assertEquals(peer.types[0], wire.TYPE_CONN);
});

Deno.test("a client whose upload stops going out gives its server up as ever", () => {
  const { network, client } = rawServer({ heartbeatSeconds: 5 });
  network.options.capacity = 0;
  client.ask(wire.TYPE_REQUEST, new Uint8Array(2_000_000), undefined, 900_000);
  for (let i = 0; i < 30; i++) {
    take(network, client, 2_000);
    network.run(1_000);
  }
  assertEquals(client.link.state, "open");
  network.run(20_000);
  assertEquals(client.events.at(-1), "closed: no heartbeat ack");
});

Deno.test("a client whose writes are all taken at once learns of a dead server in time", () => {
  const { network, client } = rawServer({ heartbeatSeconds: 5 });
  network.options.capacity = 1e9;
  for (let i = 0; i < 16 && client.link.state === "open"; i++) {
    client.ask(wire.TYPE_REQUEST, new Uint8Array(20_000), undefined, 900_000);
    network.run(1_000);
  }
  assertEquals(client.events.at(-1), "closed: no heartbeat ack");
});

for (const ours of [true, false]) {
  Deno.test(`a server ${ours ? "shows" : "does not show"} a client that uploads that it reads${ours ? "" : ", if that is a Go client"}`, () => {
    const ends = rawClient({}, ours ? '{"ext":["cancel"]}' : "{}");
    const { network, server, peer } = ends;
    const frame = rawFrame(wire.TYPE_REQUEST, 1n, 1n, new Uint8Array(400_000));
    for (let at = 0; at < 400_000; at += 2_000) {
      peer.sendBytes(frame.subarray(at, at + 2_000));
      network.run(1_000);
    }
    assertEquals(server.link.state, "open");
    const proofs = peer.types.filter((type) =>
      type === wire.TYPE_HEARTBEAT_ACK
    );
    // Every 25 s and a bit.
    assertEquals(proofs.length, ours ? 7 : 0);
  });
}

Deno.test("a client that sends its heartbeats is shown nothing beside their acks", () => {
  const { network, peer } = rawClient({}, '{"ext":["cancel"]}');
  for (let i = 0; i < 30; i++) {
    peer.send(wire.TYPE_HEARTBEAT, 7n);
    for (let k = 0; k < 20; k++) {
      peer.send(wire.TYPE_MESSAGE, 1n, 1n, "{}");
      network.run(1_000);
    }
  }
  const acks = peer.frames.filter(({ type }) =>
    type === wire.TYPE_HEARTBEAT_ACK
  );
  assertEquals(acks.map(({ id }) => id), new Array(30).fill(7n));
});

function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

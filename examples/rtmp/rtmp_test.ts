import { assert, assertEquals } from "@std/assert";
import { Edge } from "@frontier/client";
import { startFrontier } from "@frontier/server";
import { Program, runToEnd } from "../testing/run_program.ts";
import { toolTest } from "../testing/tool_test_case.ts";
import { FRAMES, framesOf, makeClip, play, push } from "./testing/clip.ts";

const hostname = "127.0.0.1";

function startGateway() {
  return startFrontier({
    edgebound: { hostname, port: 0, allocateEdgeIds: true },
    servicebound: { hostname, port: 0 },
  });
}

async function withClip(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await makeClip(`${folder}/clip.flv`);
    await test(`${folder}/clip.flv`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

toolTest(
  "ffmpeg pushes a clip through an edge, another plays every frame of it",
  ["ffmpeg"],
  () =>
    withClip(async (clip) => {
      await using gateway = await startGateway();
      await using service = Program.example(
        "rtmp_service",
        `--address=${hostname}:${gateway.serviceAddr.port}`,
      );
      await service.prints("serving RTMP");
      const startEdge = () =>
        Program.example(
          "rtmp_edge",
          `--address=${hostname}:${gateway.edgeAddr.port}`,
          `--listen=${hostname}:0`,
        );
      await using camera = startEdge();
      await using screen = startEdge();
      const to = async (edge: Program, path: string) =>
        `rtmp://${await edge.prints(/listening on (\S+)\n/)}${path}`;
      const sent = await framesOf(clip);
      assertEquals(sent.length, FRAMES);

      await using pusher = push(clip, await to(camera, "/live/clip"));
      await service.prints("> publish /live/clip\n");
      const playing = Promise.all([
        play(await to(screen, "/live/clip")),
        play(await to(camera, "/live/clip")),
      ]);
      // A second publisher and an unknown path are turned away; nobody else minds.
      await using second = push(clip, await to(screen, "/live/clip"));
      assert(await second.end() !== 0);
      assertEquals(await play(await to(screen, "/live/none")), []);
      await service.prints("/live/none\n");

      assertEquals(await pusher.end(), 0, pusher.output);
      assert(pusher.output.includes(`frame=${FRAMES}\n`), pusher.output);
      const received = await playing;
      assertEquals(received, [sent, sent]);
      await service.prints("> publish /live/clip ends\n");

      // The path is free again.
      await using again = push(clip, await to(camera, "/live/clip"));
      await service.prints(
        "> publish /live/clip\n",
        service.output.indexOf("ends"),
      );
      // The camera's edge dies: its stream ends, and so does the player's.
      const cut = play(await to(screen, "/live/clip"));
      await service.prints(
        "/live/clip\n",
        service.output.lastIndexOf("> p") + 12,
      );
      camera.kill("SIGKILL");
      assert((await cut).length < FRAMES);
      await again.end();
    }),
);

toolTest(
  "without the service a connection ends, and the edge goes on",
  ["ffmpeg"],
  async () => {
    await using gateway = await startGateway();
    await using edge = Program.example(
      "rtmp_edge",
      `--address=${hostname}:${gateway.edgeAddr.port}`,
      `--listen=${hostname}:0`,
    );
    const where = await edge.prints(/listening on (\S+)\n/);
    for (let i = 0; i < 2; i++) {
      assertEquals(await play(`rtmp://${where}/live/x`), []);
    }
    await edge.prints(
      /(open stream err: service not online\n[^]*){2}/,
    );
    const taken = await runToEnd(
      "rtmp_edge",
      `--address=${hostname}:${gateway.edgeAddr.port}`,
      `--listen=${where}`,
    );
    assertEquals(taken.code, 1);
    assert(taken.output.startsWith("listen err: 127.0.0.1:"), taken.output);
  },
);

Deno.test("what is no RTMP ends its own connection, not the service", async () => {
  await using gateway = await startGateway();
  await using service = Program.example(
    "rtmp_service",
    `--address=${hostname}:${gateway.serviceAddr.port}`,
  );
  await service.prints("serving RTMP");
  await using edge = await Edge.connect({
    hostname,
    port: gateway.edgeAddr.port,
  });
  const handshake = 1_537;
  /** One message on the channel 3, complete or only announced. */
  const message = (type: number, length: number, ...body: number[]) => [
    ...[3, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff],
    ...[type, 0, 0, 0, 0, ...body],
  ];
  const connect = [2, 0, 7, ...new TextEncoder().encode("connect")];
  for (
    const bytes of [
      message(20, connect.length, ...connect),
      message(20, 1, 2),
      message(9, 0xffffff, 1),
    ]
  ) {
    await using stream = await edge.openStream("rtmp");
    await stream.write(new Uint8Array(handshake).fill(3, 0, 1));
    // Both halves of its own handshake, which says that it still serves.
    const buf = new Uint8Array(2 * handshake - 1);
    for (let at = 0; at < buf.length;) {
      const count = await stream.read(buf.subarray(at));
      assert(count !== null);
      at += count;
    }
    await stream.write(
      Uint8Array.from([...new Uint8Array(handshake - 1), ...bytes]),
    );
    assertEquals(await stream.read(buf), null);
  }
  await service.prints(/( is ended: [^]*){3}/);
});

Deno.test("both programs say what is wrong", async () => {
  for (const name of ["rtmp_edge", "rtmp_service"] as const) {
    const nobody = await runToEnd(name, "--address=127.0.0.1:1");
    assertEquals(nobody.code, 1);
    assert(/^new (edge|service) err: .*127\.0\.0\.1:1/.test(nobody.output));
    assertEquals((await runToEnd(name, "--network=udp")).code, 2);
  }
});

/** Video through the gateway with one side in Go. */

import { assertEquals } from "@std/assert";
import {
  framesOf,
  makeClip,
  play,
  push,
} from "../../examples/rtmp/testing/clip.ts";
import { Program } from "../../examples/testing/run_program.ts";
import { toolTest } from "../../examples/testing/tool_test_case.ts";
import { freePorts } from "../support/free_ports.ts";
import { startGateway } from "../support/gateway.ts";
import { goExample } from "./go_example.ts";

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
  "go interop: every frame goes through edges in Go to our RTMP service and back",
  ["ffmpeg", "go"],
  () =>
    withClip(async (clip) => {
      await using gateway = await startGateway();
      await using service = Program.example(
        "rtmp_service",
        `--address=127.0.0.1:${gateway.serviceAddr.port}`,
      );
      await service.prints("serving RTMP");
      await using edge = await goExample(
        "rtmp_edge",
        `--address=127.0.0.1:${gateway.edgeAddr.port}`,
        "--listen=127.0.0.1:0",
      );
      const where = await edge.prints(/listening on (\S+)\n/);
      const sent = await framesOf(clip);
      await using pusher = push(clip, `rtmp://${where}/live/go`);
      await service.prints("> publish /live/go\n");
      assertEquals(await play(`rtmp://${where}/live/go`), sent);
      assertEquals(await pusher.end(), 0, pusher.output);
    }),
);

toolTest(
  "go interop: every frame goes through our edge to a service in Go",
  ["ffmpeg", "go"],
  () =>
    withClip(async (clip) => {
      await using gateway = await startGateway();
      const { edge: port } = freePorts();
      await using service = await goExample(
        "rtmp_service",
        `--address=127.0.0.1:${gateway.serviceAddr.port}`,
        `--target=127.0.0.1:${port}`,
      );
      await service.prints("serving RTMP");
      await using edge = Program.example(
        "rtmp_edge",
        `--address=127.0.0.1:${gateway.edgeAddr.port}`,
        "--listen=127.0.0.1:0",
      );
      const where = await edge.prints(/listening on (\S+)\n/);
      // An ffmpeg that listens takes one publisher.
      const received = play(`rtmp://127.0.0.1:${port}/live/go`, "-listen", "1");
      for (;;) {
        await using pusher = push(clip, `rtmp://${where}/live/go`);
        if (await pusher.end() === 0) break;
      }
      assertEquals(await received, await framesOf(clip));
    }),
);

import { assertEquals, assertRejects } from "@std/assert";
import type { FrameReader, Session } from "@frontier/proto/internal";
import { connected } from "../../proto/testing/scenes.ts";
import { EndpointCore } from "../endpoint_core.ts";
import { makeStream } from "./stream.ts";
import { StreamCore } from "./stream_core.ts";

const DATA = Uint8Array.from({ length: 50 }, (_, i) => i);

type Mode = "byob" | "default";
type Chunk = ReadableStreamReadResult<Uint8Array>;

/** A stream whose other side sends what the test wants. */
function scene() {
  const { network, client, server } = connected();
  const session = client.open("files");
  network.run();
  const core = new StreamCore(session, new EndpointCore());
  client.onStream = (_on: Session, frame: FrameReader) => core.onBytes(frame);
  const far = server.offered[0]!;
  return {
    readable: makeStream(core).readable,
    send(): void {
      far.send(DATA, 0, DATA.length);
      network.run(5);
    },
    end(): void {
      far.close();
      network.run(5);
      core.onEnd();
      core.onClosed();
    },
  };
}

/** Reads one piece; into memory of `size` bytes, where the reader brings its own. */
function reader(readable: ReadableStream<Uint8Array>, mode: Mode) {
  if (mode === "byob") {
    const own = readable.getReader({ mode });
    return {
      read: (size: number): Promise<Chunk> => own.read(new Uint8Array(size)),
      release: () => own.releaseLock(),
    };
  }
  const own = readable.getReader();
  return {
    read: (_size: number): Promise<Chunk> => own.read(),
    release: () => own.releaseLock(),
  };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

for (const first of ["byob", "default"] as const) {
  for (const second of ["byob", "default"] as const) {
    for (const pause of ["at once", "a microtask later", "a turn later"]) {
      for (const size of [7, DATA.length, 1_000]) {
        Deno.test(`a ${first} reader of ${size} bytes that is released ${pause} keeps nothing from a ${second} one`, async () => {
          const { readable, send, end } = scene();
          if (pause === "a microtask later") await Promise.resolve();
          const given = reader(readable, first);
          const refused = assertRejects(() => given.read(size), TypeError);
          if (pause === "a turn later") await turn();
          given.release();
          await refused;
          await turn();
          const { read } = reader(readable, second);
          const got: number[] = [];
          const all = (async () => {
            for (let piece; !(piece = await read(size)).done;) {
              got.push(...piece.value);
            }
          })();
          send();
          await turn();
          send();
          await turn();
          end();
          await all;
          assertEquals(got, [...DATA, ...DATA]);
        });
      }
    }
  }
}

Deno.test("nothing is taken before somebody reads", async () => {
  const { readable, send, end } = scene();
  send();
  await turn();
  const { read } = reader(readable, "default");
  const { value } = await read(0);
  assertEquals([...value!], [...DATA]);
  end();
  assertEquals((await read(0)).done, true);
});

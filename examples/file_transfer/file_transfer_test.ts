import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, encodeJson, Service } from "@frontier/client";
import { startFrontier } from "@frontier/server";
import { Program, runToEnd } from "../testing/run_program.ts";
import { createFile } from "./file_edge.ts";
import { drawBar, progressBar } from "./progress_bar.ts";
import { pullFile } from "./pull.ts";

const hostname = "127.0.0.1";

Deno.test("a file made for it is pulled and verified", async () => {
  const { code, output } = await runToEnd(
    "file_transfer",
    "--size=20M",
  );
  assertEquals(code, 0, output);
  assert(output.includes("100 %  20.0 of 20.0 MB"));
  assert(/20000000 bytes, SHA-256 [0-9a-f]{64} verified/.test(output));
});

Deno.test("a given file arrives as it is, between two programs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const source = `${folder}/source.bin`;
    const target = `${folder}/target.bin`;
    await createFile(source, 300_001);
    await using gateway = await startFrontier({
      edgebound: { hostname, port: 0 },
      servicebound: { hostname, port: 0 },
    });
    await using service = Program.example(
      "file_transfer",
      "--role=service",
      `--service-address=${hostname}:${gateway.serviceAddr.port}`,
      `--output=${target}`,
    );
    await service.prints("waiting for an edge");
    await using edge = Program.example(
      "file_transfer",
      "--role=edge",
      `--edge-address=${hostname}:${gateway.edgeAddr.port}`,
      `--file=${source}`,
    );
    assertEquals(await service.end(), 0, service.output);
    assert(edge.output.includes(`offering ${source}`));
    assertEquals(await Deno.readFile(target), await Deno.readFile(source));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("bytes that are not those announced are refused", async () => {
  await using gateway = await startFrontier({
    edgebound: { hostname, port: 0 },
    servicebound: { hostname, port: 0 },
  });
  await using edge = await Edge.connect({
    hostname,
    port: gateway.edgeAddr.port,
  });
  void (async () => {
    for await (const stream of edge.streams()) {
      await stream.write("abc");
      await stream.close();
    }
  })();
  await using service = await Service.connect({
    hostname,
    port: gateway.serviceAddr.port,
  });
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "before");
  try {
    const announce = (size: number) =>
      edge.register(
        "file_info",
        () => encodeJson({ name: "f", size, sha256: "00" }),
      );
    await announce(4);
    await assertRejects(
      () => pullFile(service, edge.edgeId, path),
      Error,
      "got 3 of 4 bytes",
    );
    await announce(2);
    await assertRejects(
      () => pullFile(service, edge.edgeId, path),
      Error,
      "got more than 2 bytes",
    );
    for (const nonsense of [-1, 0.5]) {
      await announce(nonsense);
      await assertRejects(
        () => pullFile(service, edge.edgeId, path),
        TypeError,
        "does not describe it",
      );
    }
    await announce(3);
    await assertRejects(
      () => pullFile(service, edge.edgeId, path),
      Error,
      "its SHA-256 is",
    );
    // What was there before is still there, and nothing beside it.
    assertEquals(await Deno.readTextFile(path), "before");
    await assertRejects(() => Deno.stat(`${path}.part`), Deno.errors.NotFound);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("the progress bar is drawn in place, or once per tenth", () => {
  assertEquals(
    drawBar({ bytes: 5_000_000, size: 10_000_000, ms: 1_000 }),
    "[###############---------------]  50 %  5.0 of 10.0 MB  5 MB/s",
  );
  const written: string[] = [];
  const lines = progressBar((text) => written.push(text), false);
  for (let bytes = 0; bytes <= 100; bytes++) {
    lines({ bytes, size: 100, ms: bytes });
  }
  assertEquals(written.length, 11);
  written.length = 0;
  const place = progressBar((text) => written.push(text), true);
  for (let bytes = 0; bytes <= 100; bytes++) {
    place({ bytes, size: 100, ms: bytes * 5 });
  }
  assert(written.length <= 7);
  assert(written.every((text) => text.startsWith("\r")));
  assert(written.at(-1)!.endsWith("\n"));
});

Deno.test("the file transfer explains itself", async () => {
  const { code, output } = await runToEnd("file_transfer", "--help");
  assertEquals(code, 0);
  assert(output.includes("--size"));
  for (const flag of ["--role=x", "--edge-id=x", "--size=x"]) {
    assertEquals((await runToEnd("file_transfer", flag)).code, 2);
  }
});

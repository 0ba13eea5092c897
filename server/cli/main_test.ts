import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { withFile } from "../../platform/cli/testing/program_process.ts";
import { ANY_PORTS, GOOD, Program } from "./testing/program.ts";
import { FRONTIER_VERSION } from "@frontier/platform/internal";

Deno.test("--help and --version say what they should and nothing else happens", async () => {
  const help = await Program.run(["--help"]);
  assertEquals([help.code, help.err], [0, ""]);
  for (
    const flag of [
      "--config",
      "--check",
      "--print-config",
      "--strict",
      "--loglevel",
      "FRONTIER_DRAIN_SECONDS",
      "--allow-net",
    ]
  ) {
    assertStringIncludes(help.out, flag);
  }
  assert(
    help.out.split("\n").every((line) => line.length <= 80),
    "A line of the help is longer than 80 characters",
  );
  const version = await Program.run(["--version"]);
  assertEquals([version.code, version.err], [0, ""]);
  assertStringIncludes(version.out, `frontier ${FRONTIER_VERSION} (deno `);
});

Deno.test("wrong usage exits with 2 and points to the help", async () => {
  assertEquals(await Program.run(["--bogus"]), {
    code: 2,
    out: "",
    err: "frontier: Unknown flag --bogus; see --help\n",
  });
  const loud = await Program.run(["--loglevel", "loud"]);
  assertEquals([loud.code, loud.out], [2, ""]);
  assertStringIncludes(loud.err, '--loglevel: Unsupported log level "loud"');
  const heard = await Program.run([], { LOG_LEVEL: "loud" });
  assertEquals([heard.code, heard.out], [1, ""]);
});

Deno.test("--check accepts a good file, and names every mistake in a bad one", async () => {
  await withFile(GOOD, async (path) => {
    assertEquals(await Program.run(["--check", "--config", path]), {
      code: 0,
      out: `${path}: ok`,
      err: "",
    });
  });
  await withFile(`${GOOD}hashby: srcip\nlog: {level: x}\n`, async (path) => {
    const { code, out, err } = await Program.run(["--check", "-c", path]);
    assertEquals([code, out], [1, ""]);
    assertStringIncludes(
      err,
      `frontier: error: ${path}:3:1: Unknown key "hashby", nearest known key: "exchange.hashby"\n`,
    );
    assertStringIncludes(
      err,
      `frontier: error: ${path}:4:14: Unsupported log level "x"`,
    );
  });
});

Deno.test("--print-config prints a file that can be used", async () => {
  const { code, out } = await Program.run(["--print-config"], {
    FRONTIER_EDGEBOUND_PORT: "1234",
  });
  assertEquals(code, 0);
  assertStringIncludes(out, "addr: 0.0.0.0:1234");
  await withFile(`${out}\n`, async (path) => {
    assertEquals((await Program.run(["--check", "-c", path])).code, 0);
  });
});

Deno.test("a file that is not there is one clear line", async () => {
  const { code, out, err } = await Program.run([
    "-c",
    "/nonexistent/frontier.yaml",
  ]);
  assertEquals([code, out], [1, ""]);
  assertMatch(
    err,
    /^frontier: Cannot read the configuration \/nonexistent\/frontier\.yaml: there is no such file\n$/,
  );
});

Deno.test("without a file it says so, says where it listens, and SIGTERM ends it with 0", async () => {
  await using program = new Program(["-v", "1"], ANY_PORTS);
  await program.line(/WARN {2}Flag has no effect.* flag="-v 1"/);
  await program.line(/INFO {2}No configuration file given/);
  const service = await program.line(
    /servicebound server listening on: 127\.0\.0\.1:(\d+)$/,
  );
  const edge = await program.line(
    /edgebound server listening on: 0\.0\.0\.0:(\d+)$/,
  );
  for (const port of [service[1], edge[1]]) {
    (await Deno.connect({ hostname: "127.0.0.1", port: Number(port) })).close();
  }
  program.tell("SIGTERM");
  const { code, err } = await program.end();
  assertEquals([code, err], [0, ""]);
  await program.line(/Stopped$/);
});

Deno.test("parts that this version does not serve, and unknown keys, are one warning each at start", async () => {
  const text =
    `${GOOD}controlplane: {listen: {advertised_addr: "r:1"}}\nobservability: {enable: no}\nhashby: srcip\n`;
  await withFile(text, async (path) => {
    await using program = new Program(["-c", path, "--log-format", "json"]);
    await program.line(/edgebound server listening on/);
    program.tell("SIGTERM");
    const { out } = await program.end();
    const records: { level: string; message: string }[] = out.split("\n").map((
      line,
    ) => JSON.parse(line));
    const said = records.filter((record) => record.level === "warn").map((
      record,
    ) => record.message);
    assertEquals(said, [
      `${path}:5:1: Unknown key "hashby", nearest known key: "exchange.hashby"`,
      'This version does not serve what "controlplane.listen.advertised_addr" asks for; the gateway runs without it',
    ]);
  });
});

Deno.test("--strict refuses to start with an unknown key", async () => {
  await withFile(`${GOOD}hashby: srcip\n`, async (path) => {
    const { code, err } = await Program.run(["--strict", "-c", path]);
    assertEquals(code, 1);
    assertStringIncludes(err, "Unknown key");
  });
});

for (const key of ["servicebound", "edgebound"] as const) {
  Deno.test(`a ${key} port in use ends the start with one line that names address and key`, async () => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr;
    const text = GOOD.replace(
      `${key}: {listen: {addr: "127.0.0.1:0"}}`,
      `${key}: {listen: {addr: "127.0.0.1:${port}"}}`,
    );
    await withFile(text, async (path) => {
      const { code, err } = await Program.run(["-c", path]);
      assertEquals(code, 1);
      assertEquals(
        err,
        `frontier: Cannot start: address 127.0.0.1:${port} is already in use (${key}.listen.addr)\n`,
      );
    });
  });
}

Deno.test("without permission to listen the start fails with one line, not with a question", async () => {
  await using program = new Program([], ANY_PORTS, [
    "--allow-net=192.0.2.1",
    "--allow-env=FRONTIER_*",
  ]);
  const { code, err } = await program.end();
  assertEquals(code, 1);
  assertEquals(
    err,
    "frontier: Cannot start: address 127.0.0.1:0 is denied by the runtime: run with --allow-net (servicebound.listen.addr)\n",
  );
});

Deno.test("without permission to see the environment it starts all the same", async () => {
  await withFile(GOOD, async (path) => {
    await using program = new Program(["-c", path], {}, [
      "--allow-net=127.0.0.1",
      `--allow-read=${path}`,
    ]);
    await program.line(
      /Cannot open the health and metrics port.*--allow-net=0\.0\.0\.0:9091/,
    );
    await program.line(/edgebound server listening on/);
  });
});

Deno.test("a log file that cannot be written ends the start with one line", async () => {
  const { code, err } = await Program.run([
    "--log-output",
    "file",
    "--log-file",
    "/nonexistent/frontier.log",
  ]);
  assertEquals(code, 1);
  assertMatch(
    err,
    /^frontier: Cannot open the log file \/nonexistent\/frontier\.log \(log\.file\.path\): .*\n$/,
  );
});

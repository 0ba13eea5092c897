import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { withFile } from "../../platform/cli/testing/program_process.ts";
import { GOOD, Program, QUIET } from "./testing/program.ts";

async function status(url: string, token?: string): Promise<number> {
  const headers: Record<string, string> = token === undefined
    ? {}
    : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers });
  await response.body?.cancel();
  return response.status;
}

Deno.test("frontlas without a file says so, says where it listens, and SIGTERM ends it with 0", async () => {
  await using program = new Program(["-v", "1"], {
    FRONTLAS_CONTROLPLANE_PORT: "0",
    FRONTLAS_FRONTIERPLANE_PORT: "0",
  });
  await program.line(/WARN {2}Flag has no effect.* flag="-v 1"/);
  await program.line(/INFO {2}No configuration file given/);
  await program.line(/WARN {2}No Redis is configured, so the directory is in/);
  const frontiers = await program.line(
    /frontierplane server listening on: 127\.0\.0\.1:(\d+)$/,
  );
  const control = await program.line(
    /controlplane server listening on: 127\.0\.0\.1:(\d+)$/,
  );
  (await Deno.connect({ hostname: "127.0.0.1", port: Number(frontiers[1]) }))
    .close();
  const url = `http://127.0.0.1:${control[1]}/cluster/v1/frontiers`;
  assertEquals(await (await fetch(url)).json(), { frontiers: [] });
  program.tell("SIGTERM");
  const { code, err } = await program.end();
  assertEquals([code, err], [0, ""]);
  await program.line(/Stopped$/);
});

Deno.test("frontlas says by which port it is alive, ready, and what it counts", async () => {
  const text = `${GOOD}observability: {addr: "127.0.0.1:0"}\n`;
  await withFile(text, async (path) => {
    await using program = new Program(["-c", path]);
    const [, port] = await program.line(
      /observability server listening on: 127\.0\.0\.1:(\d+)$/,
    );
    await program.line(/controlplane server listening/);
    const url = `http://127.0.0.1:${port}`;
    assertEquals(await (await fetch(`${url}/healthz`)).text(), "ok");
    assertEquals(await (await fetch(`${url}/readyz`)).text(), "ready");
    const verbose = await (await fetch(`${url}/readyz?verbose`)).text();
    assertStringIncludes(verbose, "[+] store: ok");
    const metrics = await (await fetch(`${url}/metrics`)).text();
    assertStringIncludes(metrics, "process_start_time_seconds");
    assertMatch(metrics, /^frontlas_/m);
  });
});

Deno.test("a gateway's file given to frontlas, and the other way round, is named as such", async () => {
  await withFile(
    "servicebound: {listen: {addr: ':1'}}\nedgebound: {listen: {addr: ':2'}}\n",
    async (path) => {
      const { code, err } = await Program.run(["-c", path]);
      assertEquals(code, 1);
      assertEquals(
        err,
        `frontlas: error: ${path}:1:1: This is a configuration of frontier, the gateway: that of frontlas has frontier_plane and control_plane\n`,
      );
    },
  );
});

Deno.test("frontlas waits for a Redis that does not answer, and a signal ends the waiting", async () => {
  const redis = `redis: {dial_timeout: 1, standalone: {addr: "127.0.0.1:1"}}\n`;
  await withFile(`${QUIET}${redis}`, async (path) => {
    await using program = new Program(["-c", path]);
    await program.line(/WARN {2}Waiting for Redis.*127\.0\.0\.1:1/);
    program.tell("SIGTERM");
    const { code, err } = await program.end();
    assertEquals([code, err], [0, ""]);
    await program.line(/Stopped before it had started$/);
  });
});

Deno.test("what frontlas cannot start with is one line and status 1", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const starts: [text: string, err: RegExp][] = [
    [
      QUIET.replace("127.0.0.1:0", `127.0.0.1:${port}`),
      /Cannot start: address 127\.0\.0\.1:\d+ is already in use \(control_plane\.listen\.addr\)\n$/,
    ],
    [
      `${QUIET}redis: {password: {env: FRONTLAS_NONE}, standalone: {addr: "127.0.0.1:1"}}\n`,
      /Cannot start: Cannot read redis\.password from the environment: FRONTLAS_NONE is not set\n$/,
    ],
    [
      `${QUIET}rediss: {}\n`,
      /error: .*:4:1: Unknown key "rediss", nearest known key: "redis"\n$/,
    ],
  ];
  for (const [text, expected] of starts) {
    await withFile(text, async (path) => {
      const { code, err } = await Program.run(["-c", path]);
      assertEquals(code, 1, err);
      assertMatch(err, expected);
      assertEquals(err.trimEnd().split("\n").length, 1, err);
    });
  }
  assertEquals(await Program.run(["--bogus"]), {
    code: 2,
    out: "",
    err: "frontlas: Unknown flag --bogus; see --help\n",
  });
});

Deno.test("--check of frontlas finds what a start would, and asks no Redis", async () => {
  const texts: [text: string, code: number, said: string][] = [
    [QUIET, 0, "warning: FILE: No Redis is configured, so the directory is in"],
    [
      GOOD.replace("127.0.0.1:0", "192.0.2.1:1"),
      1,
      "error: FILE:1:26: Cannot listen on 192.0.2.1:1: it is not an address of this machine (control_plane.listen.addr)",
    ],
    [
      `${QUIET}redis: {password: {file: /nonexistent}, standalone: {addr: "127.0.0.1:1"}}\n`,
      1,
      "error: FILE:4:9: Cannot read redis.password from /nonexistent: ",
    ],
    [
      GOOD.replace("}}", '}, tokens: [{token: "short"}]}'),
      1,
      "Cannot use control_plane.tokens[0].token: it has fewer than 16 characters",
    ],
    [
      GOOD.replace("127.0.0.1:0", "0.0.0.0:0"),
      0,
      "warning: FILE:1:26: The control plane on 0.0.0.0:0 asks nobody who they are: set control_plane.tokens",
    ],
    [
      `${QUIET}redis: {standalone: {addr: "127.0.0.1:1"}}\n`,
      0,
      "",
    ],
  ];
  for (const [text, expected, said] of texts) {
    await withFile(text, async (path) => {
      const { code, err } = await Program.run(["--check", "-c", path]);
      assertEquals(code, expected, err);
      assertStringIncludes(err, said.replaceAll("FILE", path));
      if (said === "") assertEquals(err, "");
    });
  }
});

if (Deno.build.os !== "windows") {
  Deno.test("SIGHUP lets frontlas read its tokens anew", async () => {
    const token = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(token, "the-first-of-the-tokens\n");
      const text = QUIET.replace(
        "}}",
        `}, tokens: [{token: {file: ${token}}}]}`,
      );
      await withFile(text, async (path) => {
        await using program = new Program(["-c", path]);
        const [, address] = await program.line(
          /controlplane server .*: (\S+)$/,
        );
        const url = `http://${address}/cluster/v1/frontiers`;
        assertEquals(await status(url), 401);
        assertEquals(await status(url, "the-first-of-the-tokens"), 200);
        await Deno.writeTextFile(token, "the-second-of-the-tokens\n");
        program.tell("SIGHUP");
        await program.line(/Tokens read anew$/);
        assertEquals(await status(url, "the-first-of-the-tokens"), 401);
        assertEquals(await status(url, "the-second-of-the-tokens"), 200);
        program.tell("SIGINT");
        assertEquals((await program.end()).code, 0);
      });
    } finally {
      await Deno.remove(token);
    }
  });
}

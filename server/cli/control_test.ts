/** The control plane of the program as it is deployed: with the documented permissions and nothing else. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { withFile } from "../../platform/cli/testing/program_process.ts";
import { ANY_PORTS, GOOD, PERMISSIONS, Program } from "./testing/program.ts";

const CONTROL = `${GOOD}observability: {enable: false}
controlplane: {enable: true, listen: {addr: "127.0.0.1:0"}`;

/** Where the control plane of a program is. */
async function controlOf(program: Program): Promise<string> {
  const [, address] = await program.line(
    /controlplane server listening on: (\S+)/,
  );
  return `http://${address}`;
}

async function ask(url: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(url, init);
  await response.body?.cancel();
  return response.status;
}

for (const backend of ["buntdb", "sqlite", "sqlite3"]) {
  Deno.test(`the program serves gRPC and REST with the documented permissions, from ${backend}`, async () => {
    await withFile(
      `${CONTROL}}\ndao: {backend: ${backend}}\n`,
      async (path) => {
        await using program = new Program(["--config", path]);
        const url = await controlOf(program);
        const response = await fetch(`${url}/v1/edges`);
        assertEquals(await response.json(), {
          edges: [],
          count: backend === "buntdb" ? -1 : 0,
        });
        assertEquals(await ask(`${url}/docs`), 200);
        assertEquals(await ask(`${url}/openapi.json`), 200);
        assertEquals(await ask(`${url}/admin/v1/status`), 200);
        program.tell("SIGTERM");
        assertEquals((await program.end()).code, 0);
      },
    );
  });
}

Deno.test("a token comes from the environment or a file, and SIGHUP reads it anew", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "the-first-token-0123\n");
    const tokens =
      `tokens: [{role: admin, token: {file: "${file}"}}, {token: {env: FRONTIER_READ_TOKEN}}]`;
    await withFile(`${CONTROL}, ${tokens}}\n`, async (path) => {
      await using program = new Program(
        ["--config", path, "--loglevel", "debug"],
        { FRONTIER_READ_TOKEN: "a-token-to-read-0123" },
      );
      const url = `${await controlOf(program)}/v1/edges/7`;
      const kick = (token: string) =>
        ask(url, {
          method: "DELETE",
          headers: { authorization: `Bearer ${token}` },
        });
      // 404: whoever may do it is told that there is nobody.
      assertEquals(await kick("the-first-token-0123"), 404);
      assertEquals(await kick("a-token-to-read-0123"), 403);
      assertEquals(await ask(url), 401);
      await Deno.writeTextFile(file, "the-second-token-0123\n");
      program.tell("SIGHUP");
      await program.line(/Tokens read anew/);
      assertEquals(await kick("the-first-token-0123"), 401);
      assertEquals(await kick("the-second-token-0123"), 404);
      await Deno.writeTextFile(file, "short");
      program.tell("SIGHUP");
      await program.line(/Cannot read the tokens anew/);
      assertEquals(await kick("the-second-token-0123"), 404);
      program.tell("SIGTERM");
      const { out, err } = await program.end();
      for (const secret of ["token-0123", "to-read", 'short"']) {
        assert(!`${out}${err}`.includes(secret), secret);
      }
    });
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("a token that cannot be read keeps the gateway from starting, and --check says so", async () => {
  const tokens = "tokens: [{token: {env: FRONTIER_NOT_SET}}]";
  await withFile(`${CONTROL}, ${tokens}}\n`, async (path) => {
    const started = await Program.run(["--config", path], ANY_PORTS);
    assertEquals(started.code, 1);
    assertStringIncludes(
      started.err,
      "Cannot read controlplane.tokens[0].token from the environment: FRONTIER_NOT_SET is not set",
    );
    const checked = await Program.run(["--config", path, "--check"]);
    assertEquals(checked.code, 1);
    assertStringIncludes(checked.err, "FRONTIER_NOT_SET is not set");
  });
});

Deno.test("everybody's control plane is a warning, at start and for --check", async () => {
  const everybody = CONTROL.replace(/127\.0\.0\.1:0"\}$/, '0.0.0.0:0"}');
  await withFile(`${everybody}}\n`, async (path) => {
    const checked = await Program.run(["--config", path, "--check"]);
    assertEquals(checked.code, 0);
    assertStringIncludes(checked.err, "asks nobody who they are");
    await using program = new Program(["--config", path]);
    await program.line(/WARN.*asks nobody who they are/);
  });
  const tokens = "tokens: [{token: 0123456789abcdef}]";
  await withFile(`${everybody}, ${tokens}}\n`, async (path) => {
    const checked = await Program.run(["--config", path, "--check"]);
    assertEquals([checked.code, checked.err], [0, ""]);
    const printed = await Program.run(["--config", path, "--print-config"]);
    assert(!printed.out.includes("0123456789abcdef"), printed.out);
  });
});

Deno.test("a drain by the control plane ends the program in order", async () => {
  await withFile(`${CONTROL}}\n`, async (path) => {
    await using program = new Program(["--config", path]);
    const url = await controlOf(program);
    const response = await fetch(`${url}/admin/v1/drain`, { method: "POST" });
    const { phase } = await response.json();
    assert(["edges", "events", "services", "done"].includes(phase), phase);
    const { code, out } = await program.end();
    assertEquals(code, 0);
    assertStringIncludes(out, "asked for it by the control plane");
    assertStringIncludes(out, "Stopped");
  });
});

Deno.test("an address that is taken is named with its key", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const taken = CONTROL.replace(/127\.0\.0\.1:0"\}$/, `127.0.0.1:${port}"}`);
  await withFile(`${taken}}\n`, async (path) => {
    const { code, err } = await Program.run(["--config", path]);
    assertEquals(code, 1);
    assertEquals(
      err,
      `frontier: Cannot start: address 127.0.0.1:${port} is already in use (controlplane.listen.addr)\n`,
    );
  });
  listener.close();
});

Deno.test("a gateway without a control plane loads nothing of it", async () => {
  const script = (control: string) => `
    import { createRequire } from "node:module";
    import { startFrontier } from "${new URL("../mod.ts", import.meta.url)}";
    const listen = { hostname: "127.0.0.1", port: 0 };
    await using gateway = await startFrontier({
      servicebound: listen, edgebound: listen, ${control}
    });
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(loaded.filter((path) => path.includes("grpc")).length > 0);
  `;
  const run = async (control: string) => {
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    try {
      await Deno.writeTextFile(file, script(control));
      const config = new URL("../../deno.json", import.meta.url).pathname;
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--no-check",
          `--config=${config}`,
          ...PERMISSIONS,
          file,
        ],
        env: { NO_COLOR: "1" },
      }).output();
      const text = new TextDecoder();
      return text.decode(stdout).trim() || text.decode(stderr);
    } finally {
      await Deno.remove(file);
    }
  };
  assertEquals(await run(""), "false");
  assertEquals(await run("controlplane: { enable: true, listen }"), "true");
});

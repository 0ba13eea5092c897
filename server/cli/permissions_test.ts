import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { HELP } from "./help.ts";
import { withFile } from "../../platform/cli/testing/program_process.ts";
import { ANY_PORTS, GOOD, Program } from "./testing/program.ts";

const ROOT = new URL("../../", import.meta.url);
const FIXTURES = new URL("platform/testdata/", ROOT).pathname;

/** The permission flags of the first command in a text that runs the gateway. */
function flagsIn(text: string, command: RegExp): string[] {
  const line = command.exec(text.replaceAll("\\\n", " "))?.[0] ?? "";
  return [...line.matchAll(/--allow-[a-z]+(?:='[^']*'|=\S+)?/g)].map(([flag]) =>
    flag.replaceAll("'", "")
  );
}

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** What the papers tell users to run, with paths of the test in place of the example's. */
const DOCUMENTED = flagsIn(
  read("docs/OPERATING.md"),
  /^deno run .*@frontier\/server.*$/m,
);

/** The flags that a permission set stands for. */
function flagsOfSet(set: Record<string, true | string[]>): string[] {
  return Object.entries(set).map(([kind, names]) =>
    `--allow-${kind}${names === true ? "" : `=${names.join(",")}`}`
  );
}

function withRead(...paths: string[]): string[] {
  return DOCUMENTED.map((flag) =>
    flag.startsWith("--allow-read=") ? `--allow-read=${paths.join(",")}` : flag
  );
}

Deno.test("the papers, the help and the permission set name the same permissions", () => {
  assertEquals(DOCUMENTED, [
    "--allow-net",
    "--allow-read=frontier.yaml",
    "--allow-env=FRONTIER_*,FRONTLAS_ADDR,LOG_*,NODE_NAME",
    "--allow-sys=systemMemoryInfo",
  ]);
  const kinds = (flags: string[]) =>
    flags.map((flag) => flag.startsWith("--allow-read") ? "--allow-read" : flag)
      .sort();
  const { gateway } = JSON.parse(read("deno.json")).permissions;
  assertEquals(kinds(flagsOfSet(gateway)), kinds(DOCUMENTED));
  for (const flag of kinds(DOCUMENTED)) {
    assertStringIncludes(HELP.replaceAll("'", ""), flag);
  }
});

/** A file with passwords, for a part that this version only reads. */
const SECRETS =
  `${GOOD}mqm: {redis: {password: "hidden-secret"}, amqp: {addrs: ["user:hidden-secret@host:5672"]}}\n`;

/** What makes the YAML library print what it parses. */
const TALKATIVE = { LOG_TOKENS: "1", LOG_STREAM: "1" };

for (const env of [{}, TALKATIVE]) {
  const name = Object.keys(env).join(" and ") || "a plain environment";

  Deno.test(`with ${name}, a file and the documented permissions it starts and prints no password`, async () => {
    await withFile(SECRETS, async (path) => {
      await using program = new Program(
        ["--config", path],
        { ...ANY_PORTS, ...env },
        withRead(path),
      );
      await program.line(/edgebound server listening on/);
      program.tell("SIGTERM");
      const { code, out, err } = await program.end();
      assertEquals([code, err], [0, ""]);
      assert(!out.includes("hidden-secret"), out);
      const lines = out.split("\n");
      assert(lines.every((line) => /^\d{4}-\d\d-\d\dT/.test(line)), out);
    });
  });

  Deno.test(`with ${name}, --check and --print-config print what they should and no password`, async () => {
    await withFile(SECRETS, async (path) => {
      for (const flag of ["--check", "--print-config"]) {
        await using program = new Program(
          [flag, "--config", path],
          env,
          withRead(path),
        );
        const { code, out, err } = await program.end();
        assertEquals([code, err], [0, ""]);
        assert(!out.includes("hidden-secret"), out);
        if (flag === "--check") assertEquals(out, `${path}: ok`);
      }
    });
  });
}

Deno.test("without a file the documented permissions are enough", async () => {
  await using program = new Program([], ANY_PORTS, withRead("/nonexistent"));
  await program.line(/edgebound server listening on/);
  await program.line(/Memory for peers .*half of the/);
});

Deno.test("without the permission to see the memory it starts, with 1 GiB, and says why", async () => {
  await using program = new Program(
    [],
    ANY_PORTS,
    DOCUMENTED.filter((flag) => !flag.startsWith("--allow-sys")),
  );
  await program.line(
    /Memory for peers bytes=1073741824 .*--allow-sys=systemMemoryInfo/,
  );
  await program.line(/edgebound server listening on/);
});

Deno.test("with TLS the certificates' paths are all that is added", async () => {
  const cert = `${FIXTURES}localhost.pem`;
  const key = `${FIXTURES}localhost.key`;
  const ca = `${FIXTURES}ca.pem`;
  const tls =
    `tls: {enable: true, mtls: true, ca_certs: [${ca}], certs: [{cert: ${cert}, key: ${key}}]}`;
  const text = GOOD.replaceAll('"127.0.0.1:0"', `"127.0.0.1:0", ${tls}`);
  await withFile(text, async (path) => {
    await using program = new Program(
      ["--config", path],
      {},
      withRead(path, cert, key, ca),
    );
    await program.line(/edgebound server listening on/);
    program.tell("SIGHUP");
    await program.line(/Certificates read anew/);
    program.tell("SIGTERM");
    assertEquals((await program.end()).err, "");
  });
});

Deno.test("with a log file its folder is all that is added, rotation included", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/frontier.log`;
  // Full already: the first line rotates it.
  await Deno.writeTextFile(path, "x".repeat(1_048_576));
  const text =
    `${GOOD}log: {output: both, file: {path: ${path}, max_size: 1, compress: true}}\n`;
  await withFile(text, async (config) => {
    await using program = new Program(
      ["--config", config],
      {},
      [...withRead(config, folder), `--allow-write=${folder}`],
    );
    await program.line(/edgebound server listening on/);
    program.tell("SIGTERM");
    const { code, err } = await program.end();
    assertEquals([code, err], [0, ""]);
  });
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assertEquals(names.length, 2);
  assert(names[0]?.endsWith(".log.gz"), names.join());
  await Deno.remove(folder, { recursive: true });
});

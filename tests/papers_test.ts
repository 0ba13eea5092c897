/**
 * What the papers show is run: samples are type-checked, the two that greet each other run together as they stand, those in the
 * documentation of the packages run one by one, and every command names a task and flags that exist.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Edge, FrontierError } from "@frontier/client";
import { startFrontier } from "@frontier/server";
import { entriesOf, packagesOf } from "../tools/entry_docs.ts";

const ROOT = new URL("..", import.meta.url);
const README = ["README.md", "README.zh-CN.md"];
/** The packages by their folders, the root first. */
const PACKAGES = packagesOf(ROOT.href);
/** Milliseconds one run of the samples may take; it usually takes one second. */
const LIMIT_MS = 30_000;

/** A block of code in a paper. */
interface Block {
  paper: string;
  line: number;
  language: string;
  code: string;
}

function papers(): string[] {
  const found = Deno.readDirSync(ROOT).map(({ name }) => name).filter((name) =>
    name.endsWith(".md")
  ).toArray();
  const walk = (folder: string): void => {
    for (
      const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))
    ) {
      if (isDirectory) walk(`${folder}${name}/`);
      else if (name.endsWith(".md")) found.push(folder + name);
    }
  };
  for (const folder of ["docs/", "examples/", "bench/"]) walk(folder);
  return found.sort();
}

function blocks(paper: string): Block[] {
  const text = Deno.readTextFileSync(new URL(paper, ROOT));
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map((found) => ({
    paper,
    line: text.slice(0, found.index).split("\n").length,
    language: found[1]!,
    code: found[2]!,
  }));
}

const all = papers().flatMap(blocks);

/** Writes blocks into files that see the workspace as any program in it does. */
async function withFiles(
  chosen: readonly Block[],
  run: (paths: string[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({
    dir: new URL("tests/", ROOT).pathname,
    prefix: "samples-",
  });
  try {
    const paths: string[] = [];
    for (const { paper, line, code } of chosen) {
      const path = `${folder}/${paper.replaceAll(/\W/g, "_")}_${line}.ts`;
      await Deno.writeTextFile(path, code);
      paths.push(path);
    }
    await run(paths);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function deno(args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
}

/** What a process prints. */
class Lines {
  text = "";
  readonly ended: Promise<void>;
  #more: () => void = () => {};

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.ended = this.#read(stream);
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.text += text;
      this.#more();
    }
  }

  /** Waits until something was printed; fails when the process ends first. */
  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) {
      const more = new Promise<void>((resolve) => this.#more = resolve);
      const ended = this.ended.then(() => true);
      if (await Promise.race([more, ended])) assertMatch(this.text, pattern);
    }
  }
}

/** Waits until a method of the sample service answers. */
async function registered(port: number): Promise<void> {
  await using probe = await Edge.connect({ hostname: "127.0.0.1", port });
  const end = Date.now() + LIMIT_MS;
  for (;;) {
    try {
      await probe.call("greet", "probe");
      return;
    } catch (error) {
      if (
        !(error instanceof FrontierError) || error.code !== "rpc-not-online" ||
        Date.now() > end
      ) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

Deno.test("the papers have samples", () => {
  for (const paper of README) {
    assertEquals(
      all.filter((one) => one.paper === paper && one.language === "ts")
        .length >=
        2,
      true,
      paper,
    );
  }
});

Deno.test("every TypeScript sample in a paper has right types", async () => {
  const samples = all.filter(({ language }) => language === "ts");
  await withFiles(samples, async (paths) => {
    const { success, stderr } = await deno(["check", ...paths]).output();
    assert(success, new TextDecoder().decode(stderr));
  });
});

/** The files of the packages whose documentation has samples. */
function documented(): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (
      const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))
    ) {
      const path = folder + name;
      if (isDirectory) walk(`${path}/`);
      else if (/(?<!_test)\.ts$/.test(name)) {
        const text = Deno.readTextFileSync(new URL(path, ROOT));
        if (/^ *\* ```ts$/m.test(text)) found.push(path);
      }
    }
  };
  for (const folder of PACKAGES.keys()) {
    if (folder !== ROOT.href) walk(folder.slice(ROOT.href.length));
  }
  return found.sort();
}

/** The files of all entry points of all packages. */
function entries(): string[] {
  return [...PACKAGES].flatMap(([folder, config]) =>
    [...entriesOf(config).values()]
      .map((path) => (folder + path).slice(ROOT.href.length))
  );
}

/** The permissions that tests have: a sample needs no more than they do. */
function permissionsOfTests(): string[] {
  const { tasks } = JSON.parse(
    Deno.readTextFileSync(new URL("deno.json", ROOT)),
  ) as { tasks: { test: { command: string } } };
  return tasks.test.command.match(/--allow-\w+/g) ?? [];
}

Deno.test("every sample in the documentation of the packages runs, that of every entry point among them", async () => {
  const files = [...new Set([...entries(), ...documented()])];
  const permissions = permissionsOfTests();
  assert(permissions.includes("--allow-net"), `${permissions}`);
  const args = ["test", "--doc", "--no-prompt", ...permissions, "--no-lock"];
  const { success, stdout, stderr } = await deno([...args, ...files]).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  assert(success, text);
  // A line of the report for each: "./log/mod.ts#5-39.ts".
  const silent = entries().filter((path) => !text.includes(` ./${path}#`));
  assertEquals(silent, []);
});

Deno.test("every JSON sample in a paper is JSON", () => {
  for (const { paper, line, language, code } of all) {
    if (language !== "json") continue;
    try {
      JSON.parse(code);
    } catch (error) {
      throw new Error(`${paper}:${line}: ${error}`);
    }
  }
});

for (const paper of README) {
  Deno.test(`the service and the edge of ${paper} greet each other as written`, async () => {
    await using _gateway = await startFrontier({
      edgebound: { hostname: "127.0.0.1", port: 30012, allocateEdgeIds: true },
      servicebound: { hostname: "127.0.0.1", port: 30011 },
    });
    const samples = all.filter((one) =>
      one.paper === paper && one.language === "ts" &&
      /await using (service|edge) =/.test(one.code)
    );
    assertEquals(samples.length, 2);
    assertMatch(samples[0]!.code, /Service\.connect/);
    await withFiles(samples, async ([servicePath, edgePath]) => {
      const run = ["run", "--no-prompt", "--allow-net=127.0.0.1", "--no-check"];
      const service = deno([...run, servicePath!]);
      const lines = new Lines(service.stdout);
      const serviceErrors = new Response(service.stderr).text();
      let edge: Deno.ChildProcess | undefined;
      const timer = setTimeout(() => {
        for (const one of [edge, service]) one?.kill("SIGKILL");
      }, LIMIT_MS);
      try {
        await registered(30012);
        edge = deno([...run, edgePath!]);
        const { success, stdout, stderr } = await edge.output();
        assert(success, new TextDecoder().decode(stderr));
        assertMatch(
          new TextDecoder().decode(stdout),
          /^hello world, edge \d+\n$/,
        );
        await lines.until(/^a file, a shell, a camera$/m);
      } finally {
        clearTimeout(timer);
        service.kill("SIGTERM");
        await Promise.all([service.status, lines.ended]);
      }
      assertEquals(await serviceErrors, "");
      assertMatch(lines.text, /^edge \d+ is online$/m);
      assertMatch(lines.text, /^edge \d+ says it rains$/m);
    });
  });
}

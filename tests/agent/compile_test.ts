/** `deno task compile`: one file of each program, and executables where their base can be had. */

import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url).pathname;
const { version } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));

async function run(
  program: string,
  args: string[],
  cwd = ROOT,
): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("compile writes one file of each program, and says what keeps it from more", async () => {
  const task = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`)).tasks
    .compile.command.split(" ");
  // Without the guard, which is for terminals.
  const args = task.slice(task.lastIndexOf("deno") + 1);
  const wrong = await run(Deno.execPath(), [...args, "--traget"]);
  assertEquals(wrong.code, 2);
  assert(wrong.err.includes('Unknown argument "--traget"'), wrong.err);
  const { code, out, err } = await run(Deno.execPath(), args);
  for (const name of ["agent", "forward"]) {
    assert(out.includes(`dist/frontier-${name}.js: `), out + err);
    const said = await run(
      Deno.execPath(),
      ["run", "--no-config", `dist/frontier-${name}.js`, "--version"],
    );
    assert(said.out.startsWith(`frontier-${name} ${version} (`), said.err);
    if (code !== 0) continue;
    const made = await run(`${ROOT}dist/frontier-${name}`, ["--version"]);
    assert(made.out.startsWith(`frontier-${name} ${version} (`), made.err);
  }
  if (code === 0) return;
  assert(err.includes("denort"), err);
  assert(err.includes("cannot be fetched from dl.deno.land"), err);
});

import { assert, assertEquals } from "@std/assert";

const GUARDED = new URL("./guarded.ts", import.meta.url).pathname;

/** Prints its number, says which signal reached it, and ends 100 ms later with 7. */
const PROGRAM = `
for (const signal of ["SIGINT", "SIGTERM"]) {
  Deno.addSignalListener(signal, () => {
    console.log(signal);
    setTimeout(() => Deno.exit(7), 100);
  });
}
setInterval(() => {}, 1000);
console.log("pid " + Deno.pid);
`;

async function inFolder(
  use: (program: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/program.js`, PROGRAM);
    await use(`${folder}/program.js`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Everything a command prints until the last process that holds its output has ended: an orphan would keep it open. */
async function outputOf(
  command: Deno.Command,
  onFirstLine: (pid: number) => void,
): Promise<{ text: string; code: number; outermost: number }> {
  const child = command.spawn();
  let text = "";
  let told = false;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (!told && text.includes("\n")) {
      told = true;
      onFirstLine(child.pid);
    }
  }
  return { text, code: (await child.status).code, outermost: child.pid };
}

function guarded(program: string): string[] {
  return [
    "run",
    "--quiet",
    "--no-check",
    "-A",
    GUARDED,
    "deno",
    "run",
    "--quiet",
    "--no-lock",
    program,
  ];
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`${signal} is passed on, and the program's status passed back`, () =>
    inFolder(async (program) => {
      const command = new Deno.Command(Deno.execPath(), {
        args: guarded(program),
        stdin: "null",
        stdout: "piped",
      });
      const { text, code } = await outputOf(
        command,
        (pid) => Deno.kill(pid, signal),
      );
      assertEquals([text.trim().split("\n").at(-1), code], [signal, 7]);
    }));
}

Deno.test({
  name: "a program does not outlive the shell that started it",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (program) => {
      // The second command keeps the shell from replacing itself by the first, as npm's shell does not either.
      const script = `'${Deno.execPath()}' ${
        guarded(program).map((arg) => `'${arg}'`).join(" ")
      }; true`;
      const command = new Deno.Command("sh", {
        args: ["-c", script],
        stdin: "null",
        stdout: "piped",
      });
      const { text } = await outputOf(command, (pid) =>
        Deno.kill(pid, "SIGKILL"));
      assert(text.endsWith("SIGTERM\n"), text);
    }),
});

/**
 * Programs that the demo runs.
 *
 * @module
 */

const decoder = new TextDecoder();

/**
 * Runs a program to its end.
 *
 * @param command Program and arguments.
 * @param input What it reads.
 * @returns What it has printed, and whether it succeeded.
 */
export async function run(
  command: readonly string[],
  input?: string,
): Promise<{ success: boolean; output: string }> {
  const [program, ...args] = command as [string, ...string[]];
  const child = new Deno.Command(program, {
    args,
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input !== undefined) {
    await new Blob([input]).stream().pipeTo(child.stdin);
  }
  const { success, stdout, stderr } = await child.output();
  return { success, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

/**
 * Runs a program that must succeed.
 *
 * @param command Program and arguments.
 * @param input What it reads.
 * @returns What it has printed.
 * @throws {Error} If it fails, with what it has printed.
 */
export async function must(
  command: readonly string[],
  input?: string,
): Promise<string> {
  const { success, output } = await run(command, input);
  if (success) return output.trim();
  throw new Error(`Cannot run ${command.join(" ")}: ${output.trim()}`);
}

/**
 * @param program A program.
 * @returns Whether it is installed.
 */
export async function installed(program: string): Promise<boolean> {
  return (await run(["sh", "-c", `command -v ${program}`])).success;
}

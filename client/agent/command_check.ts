/**
 * What `--check` tells of commands before somebody needs one.
 *
 * @module
 */

import type { Commands } from "./settings.ts";

/**
 * Looks whether the programs of commands can be started, as far as the runtime
 * lets us look; nothing is run.
 *
 * @param commands The commands.
 * @returns A line for each program that could not be looked at.
 * @throws {Error} If programs cannot be started; the message has a line for each.
 */
export async function checkCommands(commands: Commands): Promise<string[]> {
  const wrong: string[] = [];
  const unseen: string[] = [];
  for (const [name, [program]] of commands) {
    const cannot = `Cannot run "${name}": ${program}`;
    if (!isGranted({ name: "run", command: program })) {
      wrong.push(`${cannot} is not permitted, add --allow-run=${program}`);
      continue;
    }
    if (!isGranted({ name: "read", path: program })) {
      unseen.push(
        `Cannot check the command "${name}": the runtime must not look at ${program}, add --allow-read=${program}`,
      );
      continue;
    }
    const why = await problemOf(program);
    if (why !== undefined) wrong.push(`${cannot} ${why}`);
  }
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  return unseen;
}

function isGranted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}

async function problemOf(program: string): Promise<string | undefined> {
  try {
    const { isFile, mode } = await Deno.stat(program);
    if (!isFile) return "is no file, name a program";
    if (((mode ?? 0o111) & 0o111) === 0) {
      return "may not be executed, see chmod +x";
    }
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return "does not exist, name a program of this device";
    }
    return `cannot be looked at: ${(error as Error).message}`;
  }
}

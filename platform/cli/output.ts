/**
 * What the program prints.
 *
 * @module
 */

/** An output of the process that cannot be written, a full disk for example. */
export class OutputError extends Error {
  /**
   * Makes the error.
   *
   * @param reason What the system says.
   */
  constructor(reason: string) {
    super(`Cannot write to the standard output: ${reason}`);
    this.name = "OutputError";
  }
}

type Output = typeof Deno.stdout | typeof Deno.stderr;

function writeAll(output: Output, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) {
    at += output.writeSync(bytes.subarray(at));
  }
}

/**
 * Writes to the standard output. A reader that has seen enough, as in
 * `--help | head -1`, is no error.
 *
 * @param text What to write.
 * @throws {OutputError} If it cannot be written, though somebody may want to
 * read it.
 */
export function print(text: string): void {
  try {
    writeAll(Deno.stdout, text);
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return;
    throw new OutputError(
      error instanceof Error ? error.message : String(error),
    );
  }
}

/**
 * Tells the user what is wrong, on the standard error. Never throws: where
 * nobody can be told, the exit status has to say it.
 *
 * @param program The name of the program, which stands before the line.
 * @param line What is wrong, as one line.
 */
export function complain(program: string, line: string): void {
  try {
    writeAll(Deno.stderr, `${program}: ${line}\n`);
  } catch {
    // There is no one left to tell.
  }
}

/** The child's side of a {@linkcode AskedProcess}: commands in, answers out, one line each. */

import { TextLineStream } from "@std/streams";

/** Does one command; what it returns is the answer. */
export type Command = (argument: string) => unknown;

/**
 * Says hello, then does what is asked until standard input ends, and ends the
 * process.
 *
 * @param hello The first line.
 * @param commands What can be asked, by name.
 */
export async function obey(
  hello: unknown,
  commands: Readonly<Record<string, Command>>,
): Promise<never> {
  print(hello);
  const lines = Deno.stdin.readable
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines) {
    const [name = "", ...rest] = line.split(" ");
    const command = commands[name];
    if (command === undefined) {
      throw new TypeError(`Cannot obey ${name}: no such command`);
    }
    print(await command(rest.join(" ")));
  }
  Deno.exit(0);
}

function print(value: unknown): void {
  const line = new TextEncoder().encode(JSON.stringify(value ?? null) + "\n");
  for (let at = 0; at < line.length;) {
    at += Deno.stdout.writeSync(line.subarray(at));
  }
}

/**
 * How the yardstick processes talk to the benchmark: their ports first, then an `ok` for each command.
 *
 * @module
 */

/**
 * Says where the process listens, then answers commands until standard input ends; the process ends with it.
 *
 * @param listeners for edges and for services.
 */
export async function obeyLines(
  listeners: readonly Deno.TcpListener[],
): Promise<never> {
  const [edge, service] = listeners.map((listener) =>
    (listener.addr as Deno.NetAddr).port
  );
  print(JSON.stringify({ edge, service }));
  for await (const chunk of Deno.stdin.readable) {
    const { gc } = globalThis as { gc?: () => void };
    for (let i = 0; i < 5; i++) {
      gc?.();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    for (const byte of chunk) if (byte === 0x0a) print("ok");
  }
  Deno.exit(0);
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}

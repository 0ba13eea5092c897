/**
 * Runs nats-server as it comes, on a free port. Speaks to the benchmark as `gateway_process.ts` does, and names the process to
 * measure as `pid`.
 *
 * @module
 */

const PROGRAM = "nats-server";
const GET = "go install github.com/nats-io/nats-server/v2@v2.15.2";

const child = start();
const port = await listening(child.stderr);
const ports = { edge: port, service: port, pid: child.pid };
print(JSON.stringify(ports));
for await (const chunk of Deno.stdin.readable) {
  for (const byte of chunk) if (byte === 0x0a) print("ok");
}
child.kill("SIGTERM");
await child.status;
Deno.exit(0);

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}

function start(): Deno.ChildProcess {
  const go = Deno.env.get("GOPATH") ?? `${Deno.env.get("HOME")}/go`;
  for (const folder of ["", `${Deno.env.get("GOBIN")}/`, `${go}/bin/`]) {
    try {
      return new Deno.Command(folder + PROGRAM, {
        args: ["--addr", "127.0.0.1", "--port", "-1"],
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).spawn();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Deno.errors.NotFound(
    `Cannot start ${PROGRAM}: it is neither in the PATH nor in ${go}/bin, install it with "${GET}"`,
  );
}

/** Reads the server's log until it names its port, and goes on reading, so that it never blocks. */
function listening(log: ReadableStream<Uint8Array>): Promise<number> {
  return new Promise((resolve, reject) => {
    (async () => {
      let text = "";
      const decoder = new TextDecoder();
      for await (const chunk of log) {
        text += decoder.decode(chunk, { stream: true });
        const found = /Listening for client connections on [^\n]*:(\d+)/.exec(
          text,
        );
        if (found !== null) {
          resolve(Number(found[1]));
          text = "";
        }
      }
      reject(new Error(`Cannot use ${PROGRAM}: ${text}`));
    })();
  });
}

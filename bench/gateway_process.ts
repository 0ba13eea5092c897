/**
 * The gateway as a process of its own, for the benchmarks.
 *
 * Prints `{"edge":PORT,"service":PORT}` when it listens. Then each line on standard input is a command, answered by one line:
 * `gc` collects garbage (needs `--v8-flags=--expose-gc`), `profile` starts a CPU profile, `profile PATH` ends it and writes it
 * there (needs `--allow-sys --allow-write`). The end of standard input ends the process. With `--watched` it has a metrics port, which
 * is scraped every 5 s; the scraper is part of the process, and of what is measured. With `--tls` both ports speak it.
 *
 * @module
 */

import { Session } from "node:inspector";
import { fileURLToPath } from "node:url";
import { startFrontier } from "../server/mod.ts";

const watched = Deno.args.includes("--watched");
const file = (name: string) =>
  fileURLToPath(new URL(`../platform/testdata/${name}`, import.meta.url));
const listen = {
  hostname: "127.0.0.1",
  port: 0,
  ...(Deno.args.includes("--tls") && {
    tls: {
      mtls: false,
      caCerts: [],
      certs: [{ cert: file("localhost.pem"), key: file("localhost.key") }],
    },
  }),
};
const frontier = await startFrontier({
  edgebound: { ...listen, allocateEdgeIds: true },
  servicebound: listen,
  observability: { enable: watched, addr: "127.0.0.1:0" },
});
if (watched) {
  const { port } = frontier.observabilityAddr!;
  const scrape = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    await response.text();
  };
  // The first ones run code that the engine has not seen yet.
  for (let i = 0; i < 10; i++) await scrape();
  setInterval(scrape, 5_000);
}
print(
  JSON.stringify({
    edge: frontier.edgeAddr.port,
    service: frontier.serviceAddr.port,
  }),
);

let inspector: Session | undefined;
let rest = "";
const decoder = new TextDecoder();
for await (const chunk of Deno.stdin.readable) {
  const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) print(await obey(line));
}
Deno.exit(0);

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}

async function obey(line: string): Promise<string> {
  const [command, path] = line.split(" ");
  if (command === "gc") {
    const { gc } = globalThis as { gc?: () => void };
    for (let i = 0; i < 5; i++) {
      gc?.();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return "ok";
  }
  if (command === "profile" && path === undefined) {
    inspector = new Session();
    inspector.connect();
    await post("Profiler.enable");
    await post("Profiler.setSamplingInterval", { interval: 250 });
    await post("Profiler.start");
    return "ok";
  }
  if (command === "profile" && path !== undefined) {
    const { profile } = await post("Profiler.stop") as { profile: unknown };
    await Deno.writeTextFile(path, JSON.stringify(profile));
    inspector?.disconnect();
    return "ok";
  }
  return "unknown command";
}

function post(
  method: string,
  params: Record<string, unknown> = {},
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    inspector?.post(
      method,
      params,
      (error, result) => error === null ? resolve(result) : reject(error),
    );
  });
}

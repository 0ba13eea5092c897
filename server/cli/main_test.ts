import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { TextLineStream } from "@std/streams";
import { connect as connectTls } from "node:tls";
import { VERSION } from "./version.ts";

// The permissions that `--help` and the documents name, and no more.
const PERMISSIONS = [
  "--allow-net",
  "--allow-read",
  "--allow-env=FRONTIER_*,FRONTLAS_ADDR,LOG_*,NODE_NAME",
  "--allow-sys=systemMemoryInfo",
];
const MAIN = new URL("../main.ts", import.meta.url).pathname;

/** The gateway as a process of its own, with the documented permissions and nothing in its environment but what is given. */
class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #out: string[] = [];
  readonly #done: Promise<unknown>;
  #errors = "";
  #waiting: (() => void) | undefined;

  constructor(
    args: string[],
    env: Record<string, string> = {},
    permissions: string[] = PERMISSIONS,
  ) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--no-check",
        ...permissions,
        MAIN,
        ...args,
      ],
      env: { ...env, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#done = Promise.all([this.#readOut(), this.#readErrors()]);
  }

  /** Runs a program that ends by itself. */
  static async run(
    args: string[],
    env?: Record<string, string>,
  ): Promise<{ code: number; out: string; err: string }> {
    await using program = new Program(args, env);
    return await program.end();
  }

  /** Waits for a line of its standard output. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    while (true) {
      for (const line of this.#out) {
        const match = pattern.exec(line);
        if (match) return match;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting = resolve;
      const ended = await Promise.race([
        promise.then(() => false),
        this.#child.status.then(() => true),
      ]);
      if (ended) {
        throw new Error(
          `No line ${pattern}: ${this.#out.join("\n")}\n${this.#errors}`,
        );
      }
    }
  }

  tell(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async end(): Promise<{ code: number; out: string; err: string }> {
    const { code } = await this.#child.status;
    await this.#done;
    return { code, out: this.#out.join("\n"), err: this.#errors };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.end();
  }

  async #readOut(): Promise<void> {
    for await (
      const line of this.#child.stdout.pipeThrough(new TextDecoderStream())
        .pipeThrough(new TextLineStream())
    ) {
      this.#out.push(line);
      this.#waiting?.();
    }
  }

  async #readErrors(): Promise<void> {
    for await (
      const text of this.#child.stderr.pipeThrough(new TextDecoderStream())
    ) this.#errors += text;
  }
}

const ANY_PORTS = {
  FRONTIER_SERVICEBOUND_PORT: "0",
  FRONTIER_EDGEBOUND_PORT: "0",
};

async function withFile(
  text: string,
  use: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(path, text);
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

const GOOD =
  'servicebound: {listen: {addr: "127.0.0.1:0"}}\nedgebound: {listen: {addr: "127.0.0.1:0"}}\n';

Deno.test("--help and --version say what they should and nothing else happens", async () => {
  const help = await Program.run(["--help"]);
  assertEquals([help.code, help.err], [0, ""]);
  for (
    const flag of [
      "--config",
      "--check",
      "--print-config",
      "--strict",
      "--loglevel",
      "FRONTIER_DRAIN_SECONDS",
      "--allow-net",
    ]
  ) {
    assertStringIncludes(help.out, flag);
  }
  assert(
    help.out.split("\n").every((line) => line.length <= 80),
    "A line of the help is longer than 80 characters",
  );
  const version = await Program.run(["--version"]);
  assertEquals([version.code, version.err], [0, ""]);
  assertStringIncludes(version.out, `frontier ${VERSION} (deno `);
});

Deno.test("wrong usage exits with 2 and points to the help", async () => {
  assertEquals(await Program.run(["--bogus"]), {
    code: 2,
    out: "",
    err: "frontier: Unknown flag --bogus; see --help\n",
  });
});

Deno.test("--check accepts a good file, and names every mistake in a bad one", async () => {
  await withFile(GOOD, async (path) => {
    assertEquals(await Program.run(["--check", "--config", path]), {
      code: 0,
      out: `${path}: ok`,
      err: "",
    });
  });
  await withFile(`${GOOD}hashby: srcip\nlog: {level: x}\n`, async (path) => {
    const { code, out, err } = await Program.run(["--check", "-c", path]);
    assertEquals([code, out], [1, ""]);
    assertStringIncludes(
      err,
      `frontier: error: ${path}:3:1: Unknown key "hashby", nearest known key: "exchange.hashby"\n`,
    );
    assertStringIncludes(
      err,
      `frontier: error: ${path}:4:14: Unsupported log level "x"`,
    );
  });
});

Deno.test("--print-config prints a file that can be used", async () => {
  const { code, out } = await Program.run(["--print-config"], {
    FRONTIER_EDGEBOUND_PORT: "1234",
  });
  assertEquals(code, 0);
  assertStringIncludes(out, "addr: 0.0.0.0:1234");
  await withFile(`${out}\n`, async (path) => {
    assertEquals((await Program.run(["--check", "-c", path])).code, 0);
  });
});

Deno.test("a file that is not there is one clear line", async () => {
  const { code, out, err } = await Program.run([
    "-c",
    "/nonexistent/frontier.yaml",
  ]);
  assertEquals([code, out], [1, ""]);
  assertMatch(
    err,
    /^frontier: Cannot read the configuration \/nonexistent\/frontier\.yaml: there is no such file\n$/,
  );
});

Deno.test("without a file it says so, says where it listens, and SIGTERM ends it with 0", async () => {
  await using program = new Program(["-v", "1"], ANY_PORTS);
  await program.line(/WARN {2}Flag has no effect.* flag="-v 1"/);
  await program.line(/INFO {2}No configuration file given/);
  const service = await program.line(
    /servicebound server listening on: 127\.0\.0\.1:(\d+)$/,
  );
  const edge = await program.line(
    /edgebound server listening on: 0\.0\.0\.0:(\d+)$/,
  );
  for (const port of [service[1], edge[1]]) {
    (await Deno.connect({ hostname: "127.0.0.1", port: Number(port) })).close();
  }
  program.tell("SIGTERM");
  const { code, err } = await program.end();
  assertEquals([code, err], [0, ""]);
  await program.line(/Stopped$/);
});

Deno.test("Ctrl-C that arrives twice at once, as through npx, ends it in order", async () => {
  await using program = new Program([], ANY_PORTS);
  await program.line(/edgebound server listening on/);
  program.tell("SIGINT");
  program.tell("SIGINT");
  assertEquals((await program.end()).code, 0);
  await program.line(/Stopped$/);
});

Deno.test("parts that this version does not serve, and unknown keys, are one warning each at start", async () => {
  const text =
    `${GOOD}frontlas: {enable: true, dial: {addr: "r:1"}}\ndaemon: {pprof: {enable: true, addr: ":1"}}\nhashby: srcip\n`;
  await withFile(text, async (path) => {
    await using program = new Program(["-c", path, "--log-format", "json"]);
    await program.line(/edgebound server listening on/);
    program.tell("SIGTERM");
    const { out } = await program.end();
    const records: { level: string; message: string }[] = out.split("\n").map((
      line,
    ) => JSON.parse(line));
    const said = records.filter((record) => record.level === "warn").map((
      record,
    ) => record.message);
    assertEquals(said, [
      `${path}:5:1: Unknown key "hashby", nearest known key: "exchange.hashby"`,
      'This version does not serve what "frontlas.enable" asks for; the gateway runs without it',
      'This version does not serve what "daemon.pprof.enable" asks for; the gateway runs without it',
    ]);
  });
});

Deno.test("--strict refuses to start with an unknown key", async () => {
  await withFile(`${GOOD}hashby: srcip\n`, async (path) => {
    const { code, err } = await Program.run(["--strict", "-c", path]);
    assertEquals(code, 1);
    assertStringIncludes(err, "Unknown key");
  });
});

for (const key of ["servicebound", "edgebound"] as const) {
  Deno.test(`a ${key} port in use ends the start with one line that names address and key`, async () => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr;
    const text = GOOD.replace(
      `${key}: {listen: {addr: "127.0.0.1:0"}}`,
      `${key}: {listen: {addr: "127.0.0.1:${port}"}}`,
    );
    await withFile(text, async (path) => {
      const { code, err } = await Program.run(["-c", path]);
      assertEquals(code, 1);
      assertEquals(
        err,
        `frontier: Cannot start: address 127.0.0.1:${port} is already in use (${key}.listen.addr)\n`,
      );
    });
  });
}

Deno.test("without permission to listen the start fails with one line, not with a question", async () => {
  await using program = new Program([], ANY_PORTS, [
    "--allow-net=192.0.2.1",
    "--allow-env=FRONTIER_*",
  ]);
  const { code, err } = await program.end();
  assertEquals(code, 1);
  assertEquals(
    err,
    "frontier: Cannot start: address 127.0.0.1:0 is denied by the runtime: run with --allow-net (servicebound.listen.addr)\n",
  );
});

Deno.test("without permission to see the environment it starts all the same", async () => {
  await withFile(GOOD, async (path) => {
    await using program = new Program(["-c", path], {}, [
      "--allow-net=127.0.0.1",
      `--allow-read=${path}`,
      "--allow-env=LOG_TOKENS,LOG_STREAM",
    ]);
    await program.line(/edgebound server listening on/);
  });
});

Deno.test("a log file that cannot be written ends the start with one line", async () => {
  const { code, err } = await Program.run([
    "--log-output",
    "file",
    "--log-file",
    "/nonexistent/frontier.log",
  ]);
  assertEquals(code, 1);
  assertMatch(
    err,
    /^frontier: Cannot open the log file \/nonexistent\/frontier\.log \(log\.file\.path\): .*\n$/,
  );
});

Deno.test("SIGHUP brings new certificates into use, and a bad one leaves the old ones", async () => {
  const folder = await Deno.makeTempDir();
  const fixtures = new URL("../../platform/testdata/", import.meta.url);
  const install = async (name: string) => {
    for (const kind of ["pem", "key"]) {
      await Deno.copyFile(
        new URL(`${name}.${kind}`, fixtures),
        `${folder}/server.${kind}`,
      );
    }
  };
  await install("localhost");
  const config = `${folder}/frontier.yaml`;
  const listen = (tls: string) =>
    `{listen: {network: tcp, addr: "127.0.0.1:0"${tls}}}`;
  await Deno.writeTextFile(
    config,
    `servicebound: ${listen("")}\nedgebound: ${
      listen(
        `, tls: {enable: true, certs: [{cert: ${folder}/server.pem, key: ${folder}/server.key}]}`,
      )
    }\n`,
  );
  await using program = new Program(["--config", config]);
  const [, port] = await program.line(
    /edgebound server listening on: 127\.0\.0\.1:(\d+)/,
  );
  const served = () =>
    new Promise<string>((resolve, reject) => {
      const socket = connectTls(
        { port: Number(port), host: "127.0.0.1", rejectUnauthorized: false },
        () => {
          resolve(socket.getPeerCertificate().fingerprint256);
          socket.destroy();
        },
      );
      socket.on("error", reject);
    });
  const first = await served();
  await install("renewed");
  program.tell("SIGHUP");
  await program.line(/Certificates read anew/);
  const second = await served();
  assert(first !== second, "the new certificate is served");
  await Deno.writeTextFile(`${folder}/server.pem`, "not a certificate");
  program.tell("SIGHUP");
  await program.line(/Cannot read the certificates anew/);
  assertEquals(await served(), second);
  program.tell("SIGTERM");
  assertEquals((await program.end()).code, 0);
  await Deno.remove(folder, { recursive: true });
});

import { assert, assertEquals } from "@std/assert";
import {
  type ExampleProgram,
  type ProgramName,
  PROGRAMS,
  runArguments,
} from "./programs.ts";
import { runToEnd } from "./testing/run_program.ts";

async function run(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const main = new URL("main.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-run", "--allow-read", main, ...args],
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

Deno.test("the task lists all programs and runs one with its flags", async () => {
  const { code, stdout } = await run();
  assertEquals(code, 0);
  for (const name of Object.keys(PROGRAMS)) {
    assert(stdout.includes(`  ${name} `), name);
  }
  const help = await run("chatroom_client", "--help");
  assertEquals(help.code, 0);
  assert(help.stdout.includes("--name"));
  const failed = await run("chatroom_client", "--network=udp");
  assertEquals(failed.code, 2);
  assertEquals(failed.stderr, "Cannot use network udp: need tcp\n");
  const wrong = await run("toString");
  assertEquals(wrong.code, 2);
  assert(wrong.stderr.startsWith("Cannot run toString: there is no such"));
});

Deno.test("every program exists, has a page, and names its permissions there", () => {
  const root = new URL(".", import.meta.url);
  for (
    const [name, { path, permissions }] of Object.entries<ExampleProgram>(
      PROGRAMS,
    )
  ) {
    const text = Deno.readTextFileSync(new URL(path, root));
    assert(text.includes("import.meta.main"), path);
    assertEquals(new Set(permissions).size, permissions.length);
    if (!path.includes("/")) continue;
    const readme = path.replace(/[^/]*$/, "README.md");
    const page = Deno.readTextFileSync(new URL(readme, root));
    assert(page.includes(`deno task examples ${name}`), `${readme}: ${name}`);
    for (const permission of permissions) {
      assert(page.includes(permission), `${readme}: ${name} ${permission}`);
    }
  }
});

Deno.test("a program asks for nothing beyond its permissions", () => {
  const args = runArguments("chatroom_client", ["--name", "bob"]);
  assertEquals(args.slice(0, 4), [
    "run",
    "--quiet",
    "--no-prompt",
    "--allow-net",
  ]);
  assertEquals(args.slice(-2), ["--name", "bob"]);
});

Deno.test("both READMEs list every program of the task", () => {
  for (const readme of ["README.md", "README.zh-CN.md"]) {
    const text = Deno.readTextFileSync(
      new URL(`../${readme}`, import.meta.url),
    );
    for (const [name, { path }] of Object.entries(PROGRAMS)) {
      if (!path.includes("/")) continue;
      const folder = path.slice(0, path.indexOf("/"));
      const row = text.split("\n").find((line) =>
        line.includes(`(examples/${folder}/README.md) |`)
      );
      assert(row?.includes(`\`${name}\``), `${readme}: ${name}`);
    }
  }
});

/** The flags of the original's programs, with their defaults. */
const ORIGINAL: Partial<Record<ProgramName, Record<string, string>>> = {
  chatroom_service: { network: "tcp", address: "127.0.0.1:30011" },
  chatroom_client: {
    network: "tcp",
    address: "127.0.0.1:30012",
    name: "alice",
  },
  rtmp_service: { network: "tcp", address: "127.0.0.1:30011" },
  rtmp_edge: {
    network: "tcp",
    address: "127.0.0.1:30012",
    name: "alice",
    listen: "127.0.0.1:1935",
  },
  iclm_edge: {
    network: "tcp",
    address: "127.0.0.1:30012",
    loglevel: "info",
    meta: "test",
    methods: "",
    label: "label-01",
  },
  iclm_service: {
    network: "tcp",
    address: "127.0.0.1:30011",
    frontlas_address: "127.0.0.1:40011",
    frontlas: "false",
    loglevel: "info",
    service: "foo",
    topics: "",
    topic_receivers: "1",
    methods: "",
    printmessage: "false",
    nostdin: "false",
    buffer: "1024",
    stats: "false",
  },
  "wg-edge": {
    "frontier-addr": "127.0.0.1:30012",
    "frontier-network": "tcp",
    listen: "127.0.0.1:51820",
    "pair-id": "hello",
    "service-name": "wg",
    name: "edge",
  },
  "wg-router": {
    "frontier-addr": "127.0.0.1:30011",
    "frontier-network": "tcp",
    "service-name": "wg",
    "pair-timeout": "60s",
    "max-pair-id-len": "256",
  },
  udpping: {
    mode: "send",
    listen: "127.0.0.1:7000",
    target: "127.0.0.1:51820",
    interval: "1s",
    payload: "ping",
  },
};

for (const [name, flags] of Object.entries(ORIGINAL)) {
  Deno.test(`${name} has the flags and defaults of the original`, async () => {
    const { code, output } = await runToEnd(name as ProgramName, "--help");
    assertEquals(code, 0);
    for (const [flag, value] of Object.entries(flags)) {
      const line = output.split("\n").find((line) =>
        line.startsWith(`  --${flag} `)
      );
      assert(line !== undefined, flag);
      assertEquals(/\(default (.*)\)$/.exec(line)?.[1] ?? "", value, line);
    }
  });
}

import { assert, assertEquals, assertThrows } from "@std/assert";
import { startFrontier } from "@frontier/server";
import { Program, runToEnd } from "../testing/run_program.ts";
import { TerminalProgram } from "../testing/terminal_program.ts";
import { readExit } from "./terminal_messages.ts";

const hostname = "127.0.0.1";

function startGateway() {
  return startFrontier({
    edgebound: { hostname, port: 0, allocateEdgeIds: true },
    servicebound: { hostname, port: 0 },
  });
}

type Gateway = Awaited<ReturnType<typeof startGateway>>;

async function startEdge(
  gateway: Gateway,
): Promise<{ edge: Program; id: string }> {
  const edge = Program.example(
    "remote_shell_edge",
    `--address=${hostname}:${gateway.edgeAddr.port}`,
    "--shell=/bin/sh",
  );
  return { edge, id: await edge.prints(/> edge (\d+) lends \/bin\/sh/) };
}

function serviceArgs(gateway: Gateway, ...more: string[]): string[] {
  return [`--address=${hostname}:${gateway.serviceAddr.port}`, ...more];
}

Deno.test("a terminal on an edge: typing, its size, Ctrl-C, and the exit code", async () => {
  await using gateway = await startGateway();
  const { edge, id } = await startEdge(gateway);
  await using _edge = edge;
  await using shell = new TerminalProgram(
    "remote_shell_service",
    serviceArgs(gateway, `--edge=${id}`),
    { cols: 93, rows: 31 },
  );
  await shell.prints(/[$#] /);
  shell.type("stty size; tty; echo TERM=$TERM\r");
  await shell.prints(/31 93\r+\n\/dev\/pts\//);
  await shell.prints("TERM=xterm");
  shell.resize(101, 44);
  await shell.prints(/[$#] $/);
  // The new size takes a moment to get there.
  while (!shell.output.includes("44 101")) {
    shell.type("stty size\r");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  let mark = shell.output.length;
  shell.type("sleep 600\r");
  await shell.prints("sleep 600", mark);
  await new Promise((resolve) => setTimeout(resolve, 200));
  mark = shell.output.length;
  shell.type("\x03");
  await shell.prints(/\^C\r+\n/, mark);
  shell.type("echo grüße-$((6*7))\r");
  await shell.prints(/\ngrüße-42\r+\n/);
  shell.type("exit 7\r");
  assertEquals(await shell.end(), 7);
  await edge.prints("exit code 7");
});

Deno.test("a command alone: all of its output, its input from a pipe, its exit code", async () => {
  await using gateway = await startGateway();
  const { edge, id } = await startEdge(gateway);
  await using _edge = edge;
  const big = await runToEnd(
    "remote_shell_service",
    ...serviceArgs(
      gateway,
      `--edge=${id}`,
      "--command=head -c 5000000 /dev/zero | tr '\\0' x; exit 3",
    ),
  );
  assertEquals(big.code, 3);
  assertEquals(big.output.length, 5_000_000);
  assert(/^x+$/.test(big.output));

  await using sum = Program.example(
    "remote_shell_service",
    ...serviceArgs(gateway, `--edge=${id}`, "--command=stty -echo; wc -l"),
  );
  await sum.type("one\ntwo\n");
  await sum.endInput();
  assertEquals(await sum.end(), 0);
  assert(/\b2\r\n$/.test(sum.output), sum.output);

  const killed = await runToEnd(
    "remote_shell_service",
    ...serviceArgs(gateway, `--edge=${id}`, "--command=kill -TERM $$"),
  );
  assertEquals(killed.code, 143);
});

Deno.test("whichever side dies, the other notices: the shell ends, the service says 255", async () => {
  await using gateway = await startGateway();
  const { edge, id } = await startEdge(gateway);
  await using _edge = edge;
  const marker = `${600 + Math.random()}`;
  const start = () =>
    Program.example(
      "remote_shell_service",
      ...serviceArgs(
        gateway,
        `--edge=${id}`,
        `--command=echo begun; sleep ${marker}`,
      ),
    );
  await using left = start();
  await left.prints("begun");
  left.kill("SIGKILL");
  await edge.prints("the service has left");
  const alive = async () => {
    const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] })
      .output();
    return new TextDecoder().decode(stdout).includes(`\nsleep ${marker}`);
  };
  while (await alive()) await new Promise((done) => setTimeout(done, 20));

  await using stays = start();
  await stays.prints("begun");
  edge.kill("SIGKILL");
  assertEquals(await stays.end(), 255);
  assert(stays.output.includes("Cannot go on: "), stays.output);
});

Deno.test("the service waits for the next edge, and says what is wrong", async () => {
  await using gateway = await startGateway();
  await using service = Program.example(
    "remote_shell_service",
    ...serviceArgs(gateway, "--command=echo here"),
  );
  await service.prints("waiting for an edge");
  const { edge } = await startEdge(gateway);
  await using _edge = edge;
  assertEquals(await service.end(), 0);
  assert(service.output.includes("here\r\n"));

  const nobody = await runToEnd(
    "remote_shell_service",
    ...serviceArgs(gateway, "--edge=42"),
  );
  assertEquals(nobody.code, 1);
  assertEquals(nobody.output, "open stream err: edge not online\n");
  const wrong = await runToEnd("remote_shell_service", "--edge=bob");
  assertEquals(wrong.code, 2);
  const noShell = Program.example(
    "remote_shell_edge",
    `--address=${hostname}:${gateway.edgeAddr.port}`,
    "--shell=/bin/none",
  );
  await using _noShell = noShell;
  const id = await noShell.prints(/> edge (\d+) lends/);
  const failed = await runToEnd(
    "remote_shell_service",
    ...serviceArgs(gateway, `--edge=${id}`),
  );
  assert(failed.code !== 0, failed.output);
});

Deno.test("what is no exit code is none: least of all a success", () => {
  assertEquals([readExit("0"), readExit("255")], [0, 255]);
  for (const text of ["", "abc", "-1", "256", "1.5", "0x0"]) {
    assertThrows(() => readExit(text), RangeError);
  }
});

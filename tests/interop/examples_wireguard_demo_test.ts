/** The demo of WireGuard: with real interfaces in network namespaces, and without. */

import { assert, assertEquals } from "@std/assert";
import { runArguments } from "../../examples/programs.ts";
import { Program } from "../../examples/testing/run_program.ts";
import { findTool, needyTest } from "../../examples/testing/tool_test_case.ts";
import { freePorts } from "../support/free_ports.ts";
import { buildGo } from "./toolchain.ts";

const SERVER = import.meta.resolve("@frontier/server");

function succeeds(...command: string[]): boolean {
  const [program, ...args] = command as [string, ...string[]];
  return new Deno.Command(program, { args, stdout: "null", stderr: "null" })
    .outputSync().success;
}

async function output(...command: string[]): Promise<string> {
  const [program, ...args] = command as [string, ...string[]];
  const { stdout, stderr } = await new Deno.Command(program, { args }).output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

const missing = ["ip", "wg", "ping"].filter((tool) =>
  findTool(tool) === undefined
);
/** Whether something can be made, and taken away. */
function can(name: string, ...command: string[]): boolean {
  const [noun] = command as [string];
  return succeeds("ip", noun, "add", name, ...command.slice(1)) &&
    succeeds("ip", noun, "del", name);
}

const probe = `fwp${Deno.pid % 100_000}`;
const kernel = missing.length === 0 &&
  can(probe, "link", "type", "wireguard");
/** Namespaces, links between them, and interfaces, of the kernel or of a program: some containers have none. */
const permitted = missing.length === 0 && can(probe, "netns") &&
  can(probe, "link", "type", "veth", "peer", "name", `${probe}n`) &&
  (kernel || succeeds("sh", "-c", ": <>/dev/net/tun"));

function start(
  env: Record<string, string>,
  ...args: string[]
): { demo: Program; ports: { edge: number; service: number } } {
  const ports = freePorts();
  const demo = new Program(
    Deno.execPath(),
    runArguments("wireguard_demo", args),
    {
      FRONTIER_SERVICE_ADDR: `127.0.0.1:${ports.service}`,
      FRONTIER_EDGE_ADDR: `127.0.0.1:${ports.edge}`,
      ...env,
    },
  );
  return { demo, ports };
}

if (missing.length === 0 && !permitted) {
  console.error(
    "\n*** NETWORK NAMESPACES ARE NOT PERMITTED: real WireGuard is NOT RUN ***\n",
  );
}
if (missing.length > 0 || permitted) {
  const tools = kernel || findTool("go") !== undefined
    ? missing
    : [...missing, "go"];
  needyTest(
    "real WireGuard joins two network namespaces through a gateway",
    tools.length === 0 ? undefined : `${tools.join(", ")} MISSING`,
    async () => {
      const logDir = await Deno.makeTempDir();
      const env: Record<string, string> = { LOG_DIR: logDir };
      if (!kernel) env.WIREGUARD_GO = await buildGo("wireguard");
      const { demo } = start(env, "--hold");
      await using _demo = demo;
      await demo.prints("real WireGuard verification succeeded\n");
      const a = await demo.prints(/ {2}(\S+): 10\.44\.0\.1\/24/);
      await demo.prints("holding demo open");
      const pings = await output(
        ...["ip", "netns", "exec", a, "ping", "-n", "-q"],
        ...["-c", "20", "-i", "0.05", "-s", "4000", "-w", "30", "10.44.0.2"],
      );
      assert(pings.includes(" 0% packet loss"), pings);
      for (const side of ["a", "b"]) {
        const shown = await Deno.readTextFile(`${logDir}/wg-${side}-show.log`);
        assert(/latest handshake: /.test(shown), shown);
        assert(shown.includes("endpoint: 127.0.0.1:51820"), shown);
      }
      demo.kill("SIGINT");
      assertEquals(await demo.end(), 0, demo.output);
      assert(demo.output.endsWith("shutting down...\n"));
      // Nothing is left behind.
      assert(!(await output("ip", "netns")).includes(a));
      assert(!/fw[ab]\d+h/.test(await output("ip", "link")));
      await Deno.remove(logDir, { recursive: true });
    },
  );
}

Deno.test("the demo without WireGuard runs with any gateway's program, in the background, too", async () => {
  const folder = await Deno.makeTempDir();
  const { demo, ports } = start(
    {
      LOG_DIR: folder,
      FRONTIER_BIN: `${folder}/frontier`,
      FRONTIER_CFG: `${folder}/own.yaml`,
    },
    "--udpping",
    "--detach",
  );
  await using _demo = demo;
  await Deno.writeTextFile(
    `${folder}/own.yaml`,
    `servicebound: {listen: {addr: '127.0.0.1:${ports.service}'}}
edgebound: {listen: {addr: '127.0.0.1:${ports.edge}'}, edgeid_alloc_when_no_idservice_on: true}
observability: {enable: false}
`,
  );
  await Deno.writeTextFile(
    `${folder}/frontier`,
    `#!/bin/sh\nexec "${Deno.execPath()}" run -A --quiet "${SERVER}" "$@"\n`,
    { mode: 0o755 },
  );
  assertEquals(await demo.end(), 0, demo.output);
  assert(demo.output.includes(`logs: ${folder}\n`));
  const pid = Number(/pid: (\d+)\n/.exec(demo.output)![1]);
  const log = async () => {
    try {
      return await Deno.readTextFile(`${folder}/console.log`);
    } catch {
      return "";
    }
  };
  const endsAt = performance.now() + 60_000;
  while (
    !/recv 7 bytes from 127\.0\.0\.1:51820: "ping #\d"/.test(await log())
  ) {
    assert(performance.now() < endsAt, await log());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  Deno.kill(pid, "SIGTERM");
  while (!(await log()).includes("shutting down...\n")) {
    assert(performance.now() < endsAt, await log());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  while (succeeds("kill", "-0", `${pid}`)) {
    assert(performance.now() < endsAt);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the demo says what it lacks", async () => {
  const { demo } = start({ FRONTIER_BIN: "/bin/false" }, "--udpping");
  await using _demo = demo;
  assertEquals(await demo.end(), 1);
  assert(demo.output.includes('no "servicebound server listening"'));
  assert(demo.output.includes("shutting down...\n"));
});

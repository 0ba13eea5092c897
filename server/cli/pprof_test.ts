/** The profiling port of the program, read by the tool it is for. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { withFile } from "../../platform/cli/testing/program_process.ts";
import { GOOD, PERMISSIONS, Program } from "./testing/program.ts";

const ON = `${GOOD}observability: {enable: no}\n`;
const SYS = [
  ...PERMISSIONS.filter((flag) => !flag.startsWith("--allow-sys")),
  "--allow-sys",
];

async function get(url: string): Promise<[number, string]> {
  const response = await fetch(url);
  return [response.status, await response.text()];
}

/** Whether Go is installed; CI requires it. */
async function hasGo(): Promise<boolean> {
  try {
    return (await new Deno.Command("go", { args: ["version"] }).output())
      .success;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    assert(!Deno.env.has("FRONTIER_REQUIRE_INTEROP"), "Go is required");
    return false;
  }
}

async function goTool(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("go", {
    args: ["tool", "pprof", ...args],
    // It keeps what it fetches.
    env: { PPROF_TMPDIR: await Deno.makeTempDir() },
  }).output();
  const text = new TextDecoder();
  assert(success, text.decode(stderr));
  return text.decode(stdout);
}

Deno.test("the profiling port is off by default, on loopback when it is on, and says what it has", async () => {
  await withFile(
    `${ON}daemon: {pprof: {enable: yes, addr: "127.0.0.1:0"}}\n`,
    async (path) => {
      await using program = new Program(["-c", path], {}, SYS);
      const [, address] = await program.line(
        /pprof server listening on: (\S+)$/,
      );
      const base = `http://${address}/debug/pprof`;
      assertMatch(
        (await get(`${base}/`))[1],
        /\/debug\/pprof\/profile\?seconds=30/,
      );
      for (const seconds of ["0", "-1", "301", "x", ""]) {
        const [status, text] = await get(`${base}/profile?seconds=${seconds}`);
        assertEquals(status, 400);
        assertMatch(text, /expected a number above 0, 300 at most/);
      }
      const first = get(`${base}/profile?seconds=1`);
      await new Promise((resolve) => setTimeout(resolve, 300));
      assertEquals((await get(`${base}/profile?seconds=1`))[0], 409);
      assertEquals((await first)[0], 200);
      // Who goes away early frees the profiler.
      const gone = new AbortController();
      const left = fetch(`${base}/profile?seconds=300`, { signal: gone.signal })
        .catch(() => "gone");
      await new Promise((resolve) => setTimeout(resolve, 200));
      gone.abort();
      assertEquals(await left, "gone");
      for (let i = 0; i < 100; i++) {
        if ((await get(`${base}/profile?seconds=0.1`))[0] === 200) break;
        assert(i < 99, "the profiler stays busy");
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      program.tell("SIGTERM");
      const { code, out, err } = await program.end();
      assertEquals([code, err], [0, ""]);
      assert(!/WARN/.test(out), out);
    },
  );
  await withFile(ON, async (path) => {
    await using program = new Program(["-c", path], {}, SYS);
    await program.line(/edgebound server listening on/);
    program.tell("SIGTERM");
    assert(!/pprof/.test((await program.end()).out));
  });
});

Deno.test("an address that others reach is a warning, and so is a port that cannot be opened, or profiled for want of permission", async () => {
  await withFile(
    `${ON}daemon: {pprof: {enable: yes, addr: ":0"}}\n`,
    async (path) => {
      const checked = await Program.run(["-c", path, "--check"]);
      assertEquals(checked.code, 0);
      assertMatch(checked.err, /:4:31: Whoever reaches the profiling port/);
      await using program = new Program(["-c", path], {}, SYS);
      await program.line(/WARN .*Whoever reaches the profiling port/);
    },
  );
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const text =
    `${ON}daemon: {pprof: {enable: yes, addr: "127.0.0.1:${taken.addr.port}"}}\n`;
  await withFile(text, async (path) => {
    await using program = new Program(["-c", path], {}, SYS);
    await program.line(/WARN .*Cannot open the profiling port.*EADDRINUSE/);
    await using other = new Program(["-c", path]);
    await other.line(/WARN .*Cannot open the profiling port.*--allow-sys/);
  });
});

Deno.test("go tool pprof reads profiles of the processor and of the heap", async () => {
  if (!await hasGo()) return;
  await withFile(
    `${ON}daemon: {pprof: {enable: yes, addr: "127.0.0.1:0", cpu_profile_rate: 1000}}\n`,
    async (path) => {
      await using program = new Program(["-c", path], {}, SYS);
      const [, address] = await program.line(
        /pprof server listening on: (\S+)$/,
      );
      const base = `http://${address}/debug/pprof`;
      const edges = await program.line(
        /edgebound server listening on: 127.0.0.1:(\d+)/,
      );
      // Something to do: strangers that are turned away.
      const stop = new AbortController();
      const busy = (async () => {
        while (!stop.signal.aborted) {
          using conn = await Deno.connect({
            hostname: "127.0.0.1",
            port: Number(edges[1]),
          });
          await conn.write(new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n"));
          await conn.read(new Uint8Array(10)).catch(() => {});
        }
      })();
      try {
        const cpu = await goTool("-top", `${base}/profile?seconds=2`);
        assertMatch(cpu, /Type: cpu/);
        assertMatch(cpu, /Duration: 2\.\d+s, Total samples = [\d.]+m?s/);
        assertMatch(cpu, /onRead|receive|read|accept/i);
        // Something that lives: connections that have not said yet who they are.
        const port = Number(edges[1]);
        const waiting = await Promise.all(
          Array.from(
            { length: 500 },
            () => Deno.connect({ hostname: "127.0.0.1", port }),
          ),
        );
        const heap = await goTool("-top", `${base}/heap`);
        assertMatch(heap, /Type: inuse_space/);
        assertMatch(heap, /\d+(\.\d+)?kB/);
        const raw = await goTool("-raw", `${base}/heap`);
        assertMatch(raw, /space bytes|inuse_space\/bytes/);
        for (const conn of waiting) conn.close();
      } finally {
        stop.abort();
        await busy;
      }
    },
  );
});

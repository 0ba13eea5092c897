import { assert, assertEquals, assertMatch } from "@std/assert";
import { ANY_PORTS, Program } from "./testing/program.ts";

/** Whether somebody listens. */
async function answers(port: string | undefined): Promise<boolean> {
  (await Deno.connect({ hostname: "127.0.0.1", port: Number(port) })).close();
  return true;
}

const ONCE =
  /^\d{4}-\S+ ERROR Cannot write the log error="(?:No space left|Broken pipe)[^"]*"\n$/;

if (Deno.build.os === "linux") {
  Deno.test("a log file on a full disk is said once on the standard error, and the gateway serves", async () => {
    using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = free.addr;
    free.close();
    // What is no plain file takes every permission.
    await using program = new Program(
      ["--log-output", "file", "--log-file", "/dev/full"],
      { ...ANY_PORTS, FRONTIER_EDGEBOUND_PORT: `${port}` },
      ["--allow-all"],
    );
    await program.complaint(/Cannot write the log/);
    while (true) {
      try {
        assert(await answers(`${port}`));
        break;
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    program.tell("SIGHUP");
    program.tell("SIGTERM");
    const { code, out, err } = await program.end();
    assertEquals([code, out], [0, ""]);
    assertMatch(err, ONCE);
  });

  Deno.test("a reader of the log that goes away is said once on the standard error, and the gateway serves", async () => {
    await using program = new Program([], ANY_PORTS);
    const [, port] = await program.line(
      /edgebound server listening on: .*:(\d+)$/,
    );
    await program.stopReading();
    // Each signal is a line of the log; the first of them may still find the pipe open.
    const talk = setInterval(() => program.tell("SIGHUP"), 50);
    await program.complaint(/Cannot write the log/);
    clearInterval(talk);
    assert(await answers(port));
    program.tell("SIGTERM");
    const { code, err } = await program.end();
    assertEquals(code, 0);
    assertMatch(err, ONCE);
  });
}

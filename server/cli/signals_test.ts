import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { connect as connectTls } from "node:tls";
import { ANY_PORTS, PERMISSIONS, Program } from "./testing/program.ts";

Deno.test("Ctrl-C that arrives twice at once, as through npx, ends it in order", async () => {
  await using program = new Program([], ANY_PORTS);
  await program.line(/edgebound server listening on/);
  program.tell("SIGINT");
  program.tell("SIGINT");
  assertEquals((await program.end()).code, 0);
  await program.line(/Stopped$/);
});

for (const how of ["SIGHUP", "a change of the files"]) {
  Deno.test(`${how} brings new certificates into use, and a bad one leaves the old ones`, async () => {
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
    const secure = listen(
      `, tls: {enable: true, certs: [{cert: ${folder}/server.pem, key: ${folder}/server.key}]}`,
    );
    await Deno.writeTextFile(
      config,
      `servicebound: ${listen("")}\nedgebound: ${secure}
controlplane: {enable: true, ${secure.slice(1)}\n`,
    );
    await using program = new Program(["--config", config], {}, [
      ...PERMISSIONS.filter((flag) => flag !== "--allow-read"),
      // The files and not their folder.
      `--allow-read=${config},${folder}/server.pem,${folder}/server.key`,
    ]);
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
    if (how === "SIGHUP") program.tell("SIGHUP");
    await program.line(/Certificates read anew/);
    const second = await served();
    assert(first !== second, "the new certificate is served");
    await Deno.writeTextFile(`${folder}/server.pem`, "not a certificate");
    if (how === "SIGHUP") program.tell("SIGHUP");
    // Each port says which one it is.
    await program.line(
      /Cannot read the certificates anew.*"edgebound: .*; controlplane: /,
    );
    assertEquals(await served(), second);
    program.tell("SIGTERM");
    assertEquals((await program.end()).code, 0);
    await Deno.remove(folder, { recursive: true });
  });
}

/** A gateway that logs into a file of its own folder. */
async function withLogFile(
  use: (program: Program, path: string, folder: string) => Promise<void>,
  args: string[] = [],
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/frontier.log`;
  try {
    await using program = new Program(
      ["--log-output", "both", "--log-file", path, ...args],
      ANY_PORTS,
      [...PERMISSIONS, `--allow-write=${folder}`],
    );
    await use(program, path, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (Deno.build.os !== "windows") {
  Deno.test("SIGHUP without log file and certificates changes nothing", async () => {
    await using program = new Program([], ANY_PORTS);
    await program.line(/edgebound server listening on/);
    for (let i = 0; i < 3; i++) program.tell("SIGHUP");
    await program.line(/SIGHUP changes nothing/);
    program.tell("SIGTERM");
    assertEquals((await program.end()).code, 0);
  });

  Deno.test("SIGHUP opens a log file anew that was moved away", () =>
    withLogFile(async (program, path) => {
      await program.line(/edgebound server listening on/);
      await Deno.rename(path, `${path}.1`);
      program.tell("SIGHUP");
      await program.line(/Log file opened anew/);
      program.tell("SIGTERM");
      assertEquals(await program.end().then(({ code, err }) => [code, err]), [
        0,
        "",
      ]);
      const old = await Deno.readTextFile(`${path}.1`);
      const now = await Deno.readTextFile(path);
      assertStringIncludes(old, "edgebound server listening on");
      assertStringIncludes(now, "Log file opened anew");
      assertStringIncludes(now, "Stopped");
      assert(!old.includes("Log file opened anew"));
    }));

  Deno.test("a log file that cannot be opened anew is said on the standard error, and the gateway goes on", () =>
    withLogFile(async (program, path, folder) => {
      const [, port] = await program.line(
        /edgebound server listening on: .*:(\d+)$/,
      );
      await Deno.rename(path, `${path}.1`);
      await Deno.mkdir(path);
      program.tell("SIGHUP");
      await program.line(/Cannot open the log file anew, the old one stays/);
      (await Deno.connect({ hostname: "127.0.0.1", port: Number(port) }))
        .close();
      await Deno.remove(path);
      program.tell("SIGHUP");
      await program.line(/Log file opened anew/);
      program.tell("SIGTERM");
      const { code, err } = await program.end();
      assertEquals(code, 0);
      assertStringIncludes(
        err,
        `frontier: Cannot open the log file anew, the old one stays in use: ${path}: `,
      );
      assertStringIncludes(
        await Deno.readTextFile(`${folder}/frontier.log.1`),
        "Cannot open the log file anew",
      );
    }));

  Deno.test("SIGHUP from the first moment to the last does not end the gateway", async () => {
    await using program = new Program([], ANY_PORTS);
    await program.line(/No configuration file given/);
    program.tell("SIGHUP");
    await program.line(/edgebound server listening on/);
    program.tell("SIGTERM");
    let ended = false;
    const end = program.end().then((result) => {
      ended = true;
      return result;
    });
    while (!ended) {
      try {
        program.tell("SIGHUP");
      } catch {
        // It has ended meanwhile.
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assertEquals((await end).code, 0);
    await program.line(/Stopped$/);
  });
}

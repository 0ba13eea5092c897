/** OpenSSH through an agent: a session and a copy, by ProxyCommand and by a local port. */

import { assert, assertEquals } from "@std/assert";
import { freePorts } from "../support/free_ports.ts";
import { startGateway } from "../support/gateway.ts";
import { ProgramUnderTest } from "./processes.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const SSHD = "/usr/sbin/sshd";
const required = Deno.env.get("FRONTIER_REQUIRE_AGENT") === "1";
const decoder = new TextDecoder();

function available(): boolean {
  const found = [SSHD, "/usr/bin/ssh", "/usr/bin/scp", "/usr/bin/ssh-keygen"]
    .every((path) => {
      try {
        return Deno.statSync(path).isFile;
      } catch {
        return false;
      }
    });
  if (!found && !required) {
    console.warn(
      "OpenSSH is missing: sessions through an agent are not tested",
    );
  }
  return found;
}

async function run(
  program: string,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    stdin: "null",
  }).output();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** An SSH server with a key of its own, and a key that it lets in. */
async function sshServer(
  folder: string,
): Promise<{ port: number; key: string } & AsyncDisposable> {
  const { edge: port } = freePorts();
  for (const name of ["host", "user"]) {
    const args = ["-q", "-t", "ed25519", "-N", "", "-f", `${folder}/${name}`];
    assertEquals((await run("/usr/bin/ssh-keygen", ...args)).code, 0);
  }
  await Deno.copyFile(`${folder}/user.pub`, `${folder}/authorized_keys`);
  await Deno.writeTextFile(
    `${folder}/sshd_config`,
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${folder}/host
AuthorizedKeysFile ${folder}/authorized_keys
PidFile none
PasswordAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
Subsystem sftp internal-sftp
`,
  );
  // Where it puts those who have not proved who they are; its package makes it at boot.
  await Deno.mkdir("/run/sshd", { recursive: true }).catch(() => {});
  const child = new Deno.Command(SSHD, {
    args: ["-D", "-e", "-f", `${folder}/sshd_config`],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const said: string[] = [];
  const listening = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (
      const text of child.stderr.pipeThrough(new TextDecoderStream())
    ) {
      said.push(text);
      if (said.join("").includes("Server listening")) listening.resolve();
    }
    listening.reject(new Error(`Cannot start sshd: ${said.join("")}`));
  })();
  listening.promise.catch(() => {});
  await listening.promise;
  return {
    port,
    key: `${folder}/user`,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await reading;
    },
  };
}

Deno.test({
  name: "OpenSSH works through an agent: sessions, copies, and what ends them",
  ignore: !available() && !required,
  async fn() {
    const folder = await Deno.makeTempDir();
    {
      await using sshd = await sshServer(folder);
      await using gateway = await startGateway();
      const { port } = gateway.serviceAddr;
      await using agent = ProgramUnderTest.agent({
        args: [
          ...["--server", `tcp://127.0.0.1:${gateway.edgeAddr.port}`],
          ...["--forward", `ssh=127.0.0.1:${sshd.port}`],
        ],
      });
      const edge = await agent.connected();
      const { out: user } = await run("/usr/bin/id", "-un");
      const proxy = (target: string) =>
        `${Deno.execPath()} run --quiet --no-prompt --no-check --config=${ROOT}deno.json -P=forward ${ROOT}client/forward/main.ts --gateway 127.0.0.1:${port} --edge %h --target ${target} --stdio`;
      const common = [
        ...["-F", "none", "-i", sshd.key, "-o", "BatchMode=yes"],
        ...["-o", `UserKnownHostsFile=${folder}/known_hosts`],
        ...["-o", "StrictHostKeyChecking=accept-new", "-o", "LogLevel=ERROR"],
        ...["-o", "ConnectTimeout=60", "-o", `User=${user.trim()}`],
      ];
      const by = (target: string) => [
        ...common,
        ...["-o", `ProxyCommand=${proxy(target)}`],
      ];
      const ssh = (...args: string[]) => run("/usr/bin/ssh", ...args);

      // A session: its output, its errors, its status.
      const said = await ssh(
        ...by("ssh"),
        `${edge}`,
        "echo out; echo err >&2; exit 7",
      );
      assertEquals([said.code, said.out], [7, "out\n"], said.err);
      assert(said.err.includes("err\n"), said.err);

      // By a port of this machine, with an end of input that has to get through.
      await using ways = await ProgramUnderTest.listening(port, edge, "ssh");
      const here = [...common, "-p", `${ways.port}`, "127.0.0.1"];
      const session = new Deno.Command("/usr/bin/ssh", {
        args: [...here, "sha256sum"],
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      const bytes = crypto.getRandomValues(new Uint8Array(60_000));
      const writer = session.stdin.getWriter();
      const sha = new Deno.Command("sha256sum", {
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const beside = sha.stdin.getWriter();
      for (let i = 0; i < 100; i++) {
        await Promise.all([writer.write(bytes), beside.write(bytes)]);
      }
      await Promise.all([writer.close(), beside.close()]);
      const [through, local] = await Promise.all([
        session.output(),
        sha.output(),
      ]);
      assertEquals(
        decoder.decode(through.stdout),
        decoder.decode(local.stdout),
      );

      // A copy there and back.
      const file = `${folder}/file`;
      await Deno.writeFile(
        file,
        new Uint8Array(await new Blob(Array(100).fill(bytes)).arrayBuffer()),
      );
      const scp = (...args: string[]) => run("/usr/bin/scp", "-q", ...args);
      const copied = await scp(...by("ssh"), file, `${edge}:${folder}/there`);
      assertEquals(copied.code, 0, copied.err);
      const back = await scp(
        ...common,
        ...["-P", `${ways.port}`, `127.0.0.1:${folder}/there`],
        `${folder}/back`,
      );
      assertEquals(back.code, 0, back.err);
      assertEquals((await run("/usr/bin/cmp", file, `${folder}/back`)).code, 0);

      // What ssh shows of a target that is not there.
      const wrong = await ssh(...by("shh"), `${edge}`, "true");
      assertEquals(wrong.code, 255);
      assert(
        wrong.err.includes('This agent has no target "shh": it has ssh'),
        wrong.err,
      );

      // So far everything has ended, and nothing was cut: ssh hangs up on its proxy.
      assert(!agent.errors.includes("Forward was cut"), agent.errors);

      // A session whose agent dies does not hang.
      const cut = new Deno.Command("/usr/bin/ssh", {
        args: [...here, "echo begun; sleep 600"],
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const reader = cut.stdout.getReader();
      assertEquals(decoder.decode((await reader.read()).value), "begun\n");
      agent.kill();
      assertEquals((await cut.status).code, 255);
      await Promise.all([reader.cancel(), cut.stderr.cancel()]);
    }
    await Deno.remove(folder, { recursive: true });
  },
});

/** The units of systemd, and what installs them. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { bundle } from "../../tools/bundle.ts";
import { deployTest, run } from "./tools.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FOLDER = `${ROOT}deploy/systemd`;
const NAMES = ["frontier", "frontlas"];
/** What `systemd-analyze security` calls OK ends below this. */
const MOST_EXPOSURE = 2;

const bundled = new Map<string, Promise<string>>();
/** Bundles a program, once. */
function bundleOnce(name: string): Promise<string> {
  const file = bundled.get(name) ?? bundle(name, `${ROOT}dist/${name}`);
  bundled.set(name, file);
  return file;
}

/** Installs a program below a folder. */
async function install(name: string, root: string): Promise<string> {
  await bundleOnce(name);
  return await run("sh", [
    `${FOLDER}/install.sh`,
    name,
    "--deno",
    Deno.execPath(),
    "--root",
    root,
  ]);
}

deployTest("checkers", "units are sound and hardly exposed", async () => {
  for (const name of NAMES) {
    const unit = `${FOLDER}/${name}.service`;
    // Programs that are not installed here are the only finding.
    const text = await run("systemd-analyze", ["verify", unit])
      .catch((error: Error) => error.message);
    const findings = text.split("\n").filter((line) =>
      line.includes(".service:") && !line.includes("is not executable")
    );
    assertEquals(findings, []);
    const security = await run("systemd-analyze", [
      "security",
      "--offline=true",
      "--no-pager",
      unit,
    ]);
    const exposure = Number(
      /exposure level for .*: ([\d.]+)/.exec(security)?.[1],
    );
    console.log(`${name}.service: exposure ${exposure}`);
    assert(exposure < MOST_EXPOSURE, security);
  }
});

Deno.test("units give their programs longer to stop than they take to drain, and SIGHUP to reload", async () => {
  for (const name of NAMES) {
    const text = await Deno.readTextFile(`${FOLDER}/${name}.service`);
    const seconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1]);
    assert(seconds >= 30, `${seconds}`);
    assertMatch(text, /^ExecReload=\/bin\/kill -HUP \$MAINPID$/m);
  }
});

Deno.test("install.sh installs what runs, keeps a configuration that is there, and says what it misses", async () => {
  const root = await Deno.makeTempDir();
  try {
    for (const name of NAMES) {
      await install(name, root);
      for (
        const path of [
          "usr/lib/frontier/deno",
          `usr/lib/frontier/${name}/lib/${name}.js`,
          `usr/bin/${name}`,
          `usr/conf/${name}.yaml`,
          `etc/systemd/system/${name}.service`,
        ]
      ) assert((await Deno.stat(`${root}/${path}`)).isFile, path);
      // As its launcher runs it, of the folder it was installed in.
      const launcher = await Deno.readTextFile(`${root}/usr/bin/${name}`);
      const there = `${root}/launcher`;
      await Deno.writeTextFile(
        there,
        launcher.replaceAll("/usr/lib/", `${root}/usr/lib/`),
      );
      const check = ["--check", "--config", `${root}/usr/conf/${name}.yaml`];
      assertMatch(await run("sh", [there, ...check]), /: ok\n/);
      assertMatch(await run("sh", [there, "--version"]), /^front\w+ \d/);
    }
    const own = `${root}/usr/conf/frontier.yaml`;
    await Deno.writeTextFile(own, "# mine\n");
    assertMatch(
      await install("frontier", root),
      /Kept \/usr\/conf\/frontier\.yaml/,
    );
    assertEquals(await Deno.readTextFile(own), "# mine\n");
    for (
      const [args, said] of [
        [[], /^Usage: /m],
        [["nginx"], /^Usage: /m],
        [
          ["frontier", "--deno", "/nonexistent", "--root", root],
          /no runtime at '\/nonexistent'/,
        ],
      ] as const
    ) {
      const { message } = await run("sh", [`${FOLDER}/install.sh`, ...args])
        .then(() => new Error("it went well"), (error: Error) => error);
      assertMatch(message, said);
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("install.sh takes the program that a script called deno starts, and nothing that is no runtime", async () => {
  const root = await Deno.makeTempDir();
  try {
    await bundleOnce("frontlas");
    const script = `${root}/deno`;
    const install = (text: string) => {
      Deno.writeTextFileSync(script, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      const args = ["frontlas", "--deno", script, "--root", root];
      return run("sh", [`${FOLDER}/install.sh`, ...args]);
    };
    await install(`exec "${Deno.execPath()}" "$@"`);
    const { size } = await Deno.stat(`${root}/usr/lib/frontier/deno`);
    assertEquals(size, (await Deno.stat(Deno.execPath())).size);
    const { message } = await assertRejects(
      () => install("echo /bin/true no"),
      Error,
    );
    assertMatch(message, /named as the runtime is not one/);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("uninstall.sh leaves the runtime to whoever needs it still", async () => {
  const root = await Deno.makeTempDir();
  const uninstall = (...args: string[]) =>
    run("sh", [`${FOLDER}/uninstall.sh`, ...args, "--root", root]);
  const has = (path: string) =>
    Deno.stat(`${root}/${path}`).then(() => true, () => false);
  try {
    for (const name of NAMES) await install(name, root);
    const agent = `${root}/usr/lib/frontier/frontier-agent.js`;
    await Deno.writeTextFile(agent, "");
    await uninstall("frontier");
    assertEquals(await has("usr/bin/frontier"), false);
    assertEquals(await has("usr/lib/frontier/frontier"), false);
    assertEquals(await has("usr/conf/frontier.yaml"), true);
    assertEquals(await has("usr/bin/frontlas"), true);
    await uninstall("frontlas", "--purge");
    assertEquals(await has("usr/conf/frontlas.yaml"), false);
    assertEquals(await has("usr/lib/frontier/deno"), true);
    await Deno.remove(agent);
    await uninstall("frontier", "--purge");
    assertEquals(await has("usr/lib/frontier"), false);
    assertEquals(await has("usr/conf/frontier.yaml"), false);
    await assertRejects(() => uninstall("nginx"), Error, "Usage: ");
    await assertRejects(
      () => uninstall("frontier", "--purg"),
      Error,
      "Usage: ",
    );
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

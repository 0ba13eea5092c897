/**
 * The packages as their users get them: published to a registry on loopback that speaks JSR's protocol, and used from there in
 * an empty folder with an empty cache.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { JsrRegistry } from "./jsr_registry.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

interface Config {
  readonly name: string;
  readonly version: string;
  readonly exports: string | Record<string, string>;
  readonly workspace?: readonly string[];
  readonly links?: readonly string[];
}

function config(folder: string): Config {
  return JSON.parse(Deno.readTextFileSync(`${ROOT}/${folder}/deno.json`));
}

async function deno(
  cwd: string,
  env: Record<string, string>,
  ...args: string[]
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { ...env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  if (!success) throw new Error(`deno ${args.join(" ")} failed:\n${text}`);
  return text;
}

const publishArgs = ["publish", "--token", "x", "--allow-dirty"];

/** Publishes every package, those first that others need. */
async function publishAll(registry: JsrRegistry): Promise<string[]> {
  const root = config(".");
  const members = [...root.links ?? [], ...root.workspace ?? [], "."];
  for (const member of members) {
    await deno(`${ROOT}/${member}`, { JSR_URL: registry.url }, ...publishArgs);
  }
  return members;
}

Deno.test("every package can be published, and used from the registry in an empty folder", async (t) => {
  await using registry = new JsrRegistry();
  const folder = await Deno.makeTempDir();
  const cache = await Deno.makeTempDir();
  const env = { JSR_URL: registry.url, DENO_DIR: cache };
  try {
    await t.step(
      "all are published with every file that they name",
      async () => {
        for (const member of await publishAll(registry)) {
          const { name, version, exports } = config(member);
          const files = registry.files(name, version);
          assert(files !== undefined, `${name} was not published`);
          const doors = typeof exports === "string"
            ? [exports]
            : Object.values(exports);
          for (const door of doors) {
            assert(files.includes(door.slice(1)), `${name} has no ${door}`);
          }
          assertEquals(
            files.filter((path) => /_test\.ts$|testing\//.test(path)),
            [],
          );
        }
      },
    );

    await t.step("deno run -A jsr:@frontier/server --version", async () => {
      const text = await deno(
        folder,
        env,
        "run",
        "-A",
        "jsr:@frontier/server",
        "--version",
      );
      assertStringIncludes(text, `frontier ${config("server").version} (`);
    });

    for (const name of ["agent", "forward"]) {
      await t.step(
        `deno run jsr:@frontier/client/${name} --version`,
        async () => {
          const text = await deno(
            folder,
            env,
            "run",
            "--no-prompt",
            `jsr:@frontier/client/${name}`,
            "--version",
          );
          const { version } = config("client");
          assertStringIncludes(text, `frontier-${name} ${version} (`);
        },
      );
    }

    await t.step(
      "an agent reads its file, and is nothing when imported",
      async () => {
        await Deno.writeTextFile(
          `${folder}/agent.yaml`,
          "servers: [tls://a]\n",
        );
        const checked = await deno(
          folder,
          env,
          "run",
          "--no-prompt",
          "--allow-read=agent.yaml",
          "jsr:@frontier/client/agent",
          ...["--config", "agent.yaml", "--check"],
        );
        assertStringIncludes(checked, "ok");
        const imported = await deno(
          folder,
          env,
          "eval",
          'import { Agent } from "jsr:@frontier/client/agent"; import { connectTarget } from "jsr:@frontier/client/forward"; console.log(typeof Agent, typeof connectTarget)',
        );
        assertStringIncludes(imported, "function function");
      },
    );

    await t.step("deno add writes the import", async () => {
      await deno(
        folder,
        env,
        "add",
        "jsr:@frontier/client",
        "jsr:@frontier/server",
      );
      const written = JSON.parse(Deno.readTextFileSync(`${folder}/deno.json`));
      assertEquals(
        written.imports["@frontier/client"],
        `jsr:@frontier/client@^${config("client").version}`,
      );
    });

    await t.step(
      "a microservice talks through a gateway, both from the registry",
      async () => {
        await Deno.writeTextFile(`${folder}/main.ts`, PROGRAM);
        // Nothing is read from disk: what is not published cannot be missed.
        const text = await deno(
          folder,
          env,
          "run",
          "--no-prompt",
          "--allow-net=127.0.0.1",
          "main.ts",
        );
        assertStringIncludes(text, "answered: hello from a registry");
      },
    );

    await t.step("the root offers all of it", async () => {
      const text = await deno(
        folder,
        env,
        "eval",
        `import * as all from "jsr:@frontier/frontier"; console.log(Object.keys(all).sort().join())`,
      );
      for (const name of ["Edge", "Service", "startFrontier"]) {
        assertStringIncludes(text, name);
      }
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(cache, { recursive: true });
  }
});

const PROGRAM = `
import { Edge, Service } from "jsr:@frontier/client";
import { startFrontier } from "jsr:@frontier/server";

await using gateway = await startFrontier({
  servicebound: { hostname: "127.0.0.1", port: 0 },
  edgebound: { hostname: "127.0.0.1", port: 0, allocateEdgeIds: true },
});
await using service = await Service.connect({
  name: "echo",
  addresses: [\`127.0.0.1:\${gateway.serviceAddr.port}\`],
});
await service.register("echo", (request) => request.data);
await using edge = await Edge.connect({
  addresses: [\`127.0.0.1:\${gateway.edgeAddr.port}\`],
});
console.log("answered:", (await edge.call("echo", "hello from a registry")).text());
`;

/** The client as an npm package: packed, installed by npm in an empty folder, and run on Node.js against a gateway of ours. */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Edge } from "@frontier/client";
import { startFrontlas } from "@frontier/frontlas";
import { type Frontier, startFrontier } from "@frontier/server";
import { NPM_PACKAGES, packForNpm } from "../../tools/npm_packages.ts";
import { LineProcess } from "../support/line_process.ts";

const LOOPBACK = "127.0.0.1";
const file = (name: string) =>
  new URL(`../../platform/testdata/${name}`, import.meta.url).pathname;
const CERTS = [{ cert: file("localhost.pem"), key: file("localhost.key") }];

function start(
  tls: boolean,
  ports: readonly [number, number] = [0, 0],
): Promise<Frontier> {
  return startFrontier({
    servicebound: {
      hostname: LOOPBACK,
      port: ports[0],
      ...(tls && {
        tls: { mtls: true, caCerts: [file("ca.pem")], certs: CERTS },
      }),
    },
    edgebound: {
      hostname: LOOPBACK,
      port: ports[1],
      allocateEdgeIds: true,
      ...(tls && { tls: { mtls: false, caCerts: [], certs: CERTS } }),
    },
  });
}

/** Runs a program. @returns What it printed. */
async function run(
  program: string,
  cwd: string,
  ...args: string[]
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
  }).output();
  const [out, err] = [stdout, stderr].map((it) => new TextDecoder().decode(it));
  if (!success) {
    throw new Error(`${program} ${args.join(" ")} failed: ${out}${err}`);
  }
  return out!;
}

const npm = (cwd: string, ...args: string[]) => run("npm", cwd, ...args);

/** Writes the samples of the README that are for the client, each as a module of its own. @returns Their names. */
async function writeSamples(folder: string): Promise<string[]> {
  const readme = await Deno.readTextFile(
    new URL("../../README.md", import.meta.url),
  );
  const names: string[] = [];
  for (const [, code = ""] of readme.matchAll(/^```ts\n([^]*?)^```$/gm)) {
    const from = [...code.matchAll(/from "([^"]+)"/g)].map(([, name]) => name!);
    if (!from.every((name) => /^@frontier\/client(?:\/|$)/.test(name))) {
      continue;
    }
    const name = `sample${names.length}.ts`;
    await Deno.writeTextFile(`${folder}/${name}`, code);
    names.push(name);
  }
  return names;
}

/** As strict as TypeScript is, declarations of the packages included. */
const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  target: "es2022",
  module: "nodenext",
  lib: ["es2023", "esnext.disposable"],
  types: ["node"],
};

/** Runs the program on Node.js, starts the gateway anew in the middle, and gives what it said. */
async function play(
  folder: string,
  tls: boolean,
): Promise<Map<string, unknown>> {
  let gateway = await start(tls);
  try {
    const ports = [gateway.serviceAddr.port, gateway.edgeAddr.port] as const;
    const said = new Map<string, unknown>();
    const { promise: ready, resolve } = Promise.withResolvers<void>();
    const files = tls ? ["ca.pem", "client.pem", "client.key"].map(file) : [];
    await using program = new LineProcess("node", [
      `${folder}/program.mjs`,
      ...ports.map(String),
      ...files,
    ], (line) => {
      const { what, value } = JSON.parse(line);
      said.set(what, value);
      if (what === "ready") resolve();
    });
    await Promise.race([ready, program.ended]);
    await gateway.close();
    gateway = await start(tls, ports);
    await program.send("go on");
    await program.ended;
    return said;
  } finally {
    await gateway.close();
  }
}

Deno.test("the client runs on Node.js", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    await t.step("npm installs the packages, and little else", async () => {
      const archives: string[] = [];
      for (const name of NPM_PACKAGES) {
        archives.push(await packForNpm(name, folder));
      }
      await Deno.writeTextFile(
        `${folder}/package.json`,
        `{"private":true,"type":"module"}`,
      );
      await npm(folder, "install", "--no-audit", "--no-fund", ...archives);
      await Deno.copyFile(
        new URL("node_program.mjs", import.meta.url),
        `${folder}/program.mjs`,
      );
      const there = [...Deno.readDirSync(`${folder}/node_modules`)]
        .map(({ name }) => name).filter((name) => !name.startsWith("."));
      assertEquals(there, ["@frontier"]);
    });
    await t.step(
      "a package shows what it is, and has what it needs only",
      () => {
        for (const name of NPM_PACKAGES) {
          const at = `${folder}/node_modules/@frontier/${name}`;
          const readme = Deno.readTextFileSync(`${at}/README.md`);
          assertStringIncludes(readme, `# @frontier/${name}\n`);
          assertEquals(/^@|\{@/m.test(readme), false, readme);
          assertEquals(Deno.statSync(`${at}/LICENSE`).isFile, true);
          for (
            const door of ["agent", "forward", "cli", "process", "testing"]
          ) {
            assertThrows(
              () => Deno.statSync(`${at}/${door}`),
              Deno.errors.NotFound,
            );
          }
        }
      },
    );
    await t.step("every entry can be imported", async () => {
      const name = "node_entries_program.mjs";
      await Deno.copyFile(new URL(name, import.meta.url), `${folder}/${name}`);
      assertEquals(JSON.parse(await run("node", folder, name)), []);
    });
    for (const tls of [false, true]) {
      await t.step(
        `it does everything over ${tls ? "TLS" : "TCP"}`,
        async () => {
          const said = await play(folder, tls);
          const id = said.get("edge id");
          assertEquals(typeof id === "string" && /^\d{10,}$/.test(id), true);
          said.delete("edge id");
          const chunks = 80;
          const sum = chunks * (chunks - 1) / 2 * 50_000;
          assertEquals(Object.fromEntries(said), {
            "echoes that differ": 0,
            "called by the service": "on the edge",
            "error of a handler": [true, "remote", true],
            "message": "something happened",
            "stream": [4_000_000, sum],
            "ready": true,
            "after the gateway came back": "again",
            "closed": true,
          });
        },
      );
    }
    await t.step(
      "a service of a cluster runs with what only it needs",
      async () => {
        await npm(
          folder,
          "install",
          "--no-audit",
          "--no-fund",
          ...CLUSTER_NEEDS,
          ...TYPES_NEED,
        );
        await Deno.copyFile(
          new URL("node_cluster_program.mjs", import.meta.url),
          `${folder}/cluster.mjs`,
        );
        assertEquals(Object.fromEntries(await playCluster(folder)), {
          answer: "on the edge",
          closed: true,
        });
      },
    );
    await t.step(
      "TypeScript at its strictest has nothing to say about the samples",
      async () => {
        const files = await writeSamples(folder);
        assertEquals(files.length > 2, true);
        await Deno.writeTextFile(
          `${folder}/tsconfig.json`,
          JSON.stringify({ compilerOptions: STRICT, files }),
        );
        await run("node", folder, "node_modules/typescript/bin/tsc", "-p", ".");
      },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The optional peers of the client that `@frontier/client/cluster` needs. */
const CLUSTER_NEEDS = ["@grpc/grpc-js@^1.14.7", "@bufbuild/protobuf@^2.17.0"];
/** What programs in TypeScript are checked with. */
const TYPES_NEED = ["typescript@^7.0.2", "@types/node@^20.19.0"];

/** Lets a program on Node.js find and call an edge in a cluster. */
async function playCluster(folder: string): Promise<Map<string, unknown>> {
  await using frontlas = await startFrontlas({
    frontierPlane: { listen: { port: 0 } },
    controlPlane: { listen: { port: 0 } },
  });
  const { frontierAddr, controlAddr } = frontlas;
  await using gateway = await startFrontier({
    frontierId: "one",
    frontlas: {
      enable: true,
      dial: { addrs: [`${LOOPBACK}:${frontierAddr.port}`] },
    },
    servicebound: { hostname: LOOPBACK, port: 0 },
    edgebound: { hostname: LOOPBACK, port: 0, allocateEdgeIds: true },
  });
  await using edge = await Edge.connect({
    port: gateway.edgeAddr.port,
    methods: { where: () => "on the edge" },
  });
  const said = new Map<string, unknown>();
  await using program = new LineProcess("node", [
    `${folder}/cluster.mjs`,
    `${controlAddr!.port}`,
    `${edge.edgeId}`,
  ], (line) => {
    const { what, value } = JSON.parse(line);
    said.set(what, value);
  });
  await program.ended;
  return said;
}

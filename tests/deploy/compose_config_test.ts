/** The compose files as Docker's own compose reads them, with every profile and every documented variable. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { composeTest, dockerCompose } from "./docker_compose.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FOLDER = `${ROOT}deploy/compose/`;
/** Services of each file; those of the profile `observe` apart. */
const FILES: Readonly<Record<string, readonly [string[], string[]]>> = {
  "docker-compose.yml": [["frontier"], []],
  "cluster.yml": [
    ["frontier1", "frontier2", "frontlas1", "frontlas2", "redis"],
    ["grafana", "prometheus"],
  ],
};
const PROFILES = [[], ["--profile", "observe"]];

/** Names in the first column of the paper's table of variables. */
async function documented(): Promise<string[]> {
  const paper = await Deno.readTextFile(`${ROOT}docs/DEPLOYING.md`);
  const section = /^## Compose\n([^]*?)^## /m.exec(paper)![1]!;
  return [...section.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`(\w+)`/g)].map(([, name]) => name!)
  ).sort();
}

/** Words that no file has, one for each variable. */
function marked(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [name, `marked.${name.toLowerCase()}`]),
  );
}

composeTest(
  "docker compose config finds nothing to say about the files",
  async () => {
    const names = await documented();
    const all = marked(names);
    const environments = [
      {},
      all,
      ...names.map((name) => ({ [name]: all[name]! })),
    ];
    for (const file of Object.keys(FILES)) {
      for (const profile of PROFILES) {
        for (const env of environments) {
          const args = ["-f", FOLDER + file, ...profile, "config", "--quiet"];
          assertEquals(
            await dockerCompose(args, env),
            { code: 0, printed: "" },
            `${args.join(" ")} with ${JSON.stringify(env)}`,
          );
        }
      }
    }
  },
);

composeTest(
  "profile observe adds Prometheus and Grafana to a cluster",
  async () => {
    for (const [file, [always, observing]] of Object.entries(FILES)) {
      for (const profile of PROFILES) {
        const { code, printed } = await dockerCompose(
          ["-f", FOLDER + file, ...profile, "config", "--services"],
        );
        assertEquals(code, 0, printed);
        assertEquals(
          printed.trim().split("\n").sort(),
          [...always, ...profile.length > 0 ? observing : []].sort(),
        );
      }
    }
  },
);

composeTest(
  "the variables of the compose files are those of the paper, and each is used",
  async () => {
    const names = await documented();
    const env = marked(names);
    const known = new Set<string>();
    let configured = "";
    for (const file of Object.keys(FILES)) {
      const args = ["-f", FOLDER + file, "--profile", "observe", "config"];
      const variables = await dockerCompose([
        ...args,
        "--variables",
        "--format",
        "json",
      ]);
      assertEquals(variables.code, 0, variables.printed);
      for (const name of Object.keys(JSON.parse(variables.printed))) {
        known.add(name);
      }
      configured += (await dockerCompose(args, env)).printed;
    }
    assertEquals([...known].sort(), names);
    for (const value of Object.values(env)) {
      assertStringIncludes(configured, value);
    }
  },
);

/** A mistake in `cluster.yml`, and a word of what compose says about it. */
const MISTAKES: readonly (readonly [from: string, to: string, says: string])[] =
  [
    ["  restart: always", "  restrat: always", "restrat"],
    ["depends_on: [redis]", "depends_on: [reddis]", "reddis"],
    ['"30011:30011"', '"30011:3001l"', "3001l"],
    ["stop_grace_period: 35s", "stop_grace_period: 35 parsecs", "parsecs"],
    ['volumes: ["redis:/data"]', 'volumes: ["rediss:/data"]', "rediss"],
    ["<<: *frontlas", "<<: *frontlass", "frontlass"],
    // Compose goes on with nothing in its place, and says so.
    ["${HOST_ADDR:-127.0.0.1}", "${HOST_ADR}", "HOST_ADR"],
  ];

composeTest(
  "docker compose config does not keep silent about a mistake",
  async () => {
    const text = await Deno.readTextFile(`${FOLDER}cluster.yml`);
    const copy = await Deno.makeTempFile({ suffix: ".yml" });
    try {
      for (const [from, to, says] of MISTAKES) {
        assert(text.includes(from), from);
        await Deno.writeTextFile(copy, text.replace(from, () => to));
        const { code, printed } = await dockerCompose(
          ["-f", copy, "config", "--quiet"],
        );
        assertStringIncludes(printed, says);
        // Only the unset variable is a warning.
        assertEquals(code === 0, to.startsWith("${"), `${to}: ${printed}`);
      }
    } finally {
      await Deno.remove(copy);
    }
  },
);

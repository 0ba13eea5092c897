/** The workflows of GitHub: checked against their schema, and against what they run. */

import { assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import { NPM_PACKAGES } from "../../tools/npm_packages.ts";
import { PROGRAMS } from "../../tools/bundle.ts";
import { deployTest, run } from "./tools.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FOLDER = `${ROOT}.github/workflows`;

deployTest("checkers", "workflows are what their schema allows", async () => {
  for (const { name } of Deno.readDirSync(FOLDER)) {
    await run("check-jsonschema", [
      "--builtin-schema",
      "vendor.github-workflows",
      `${FOLDER}/${name}`,
    ]);
  }
});

Deno.test("a release publishes every package, those first that others need, and every image", async () => {
  const text = await Deno.readTextFile(`${FOLDER}/release.yml`);
  const { workspace }: { workspace: string[] } = JSON.parse(
    await Deno.readTextFile(`${ROOT}deno.json`),
  );
  const words = (pattern: RegExp) => pattern.exec(text)?.[1]?.split(" ");
  assertEquals(words(/for member in (.*); do/), [
    ...workspace.map((member) => member.replace(/^\.\//, "")),
    ".",
  ]);
  assertEquals(words(/for name in (.*); do/), [...NPM_PACKAGES]);
  const { jobs } = parse(text) as {
    jobs: { images: { strategy: { matrix: { target: string[] } } } };
  };
  const targets = [
    ...(await Deno.readTextFile(`${ROOT}Dockerfile`)).matchAll(
      /^FROM base AS (\w+)$/gm,
    ),
  ].map(([, name = ""]) => name).sort();
  assertEquals([...jobs.images.strategy.matrix.target].sort(), targets);
  assertEquals(targets.filter((name) => !(name in PROGRAMS)), []);
});

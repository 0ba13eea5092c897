import { assertEquals, assertStringIncludes } from "@std/assert";
import { generated } from "./generate.ts";
import { HELP } from "./options.ts";

Deno.test("crd.yaml and install.yaml are what the sources say; `deno run --allow-write=deploy/operator deploy/operator/generate.ts` writes them", () => {
  for (const [name, text] of Object.entries(generated())) {
    assertEquals(
      Deno.readTextFileSync(new URL(name, import.meta.url)),
      text,
      name,
    );
  }
});

Deno.test("the launcher gives the permissions that --help names", () => {
  const launcher = Deno.readTextFileSync(
    new URL("../bin/frontier-operator", import.meta.url),
  );
  const given = [...launcher.matchAll(/--allow-(\w+)/g)].map(([flag]) => flag);
  const named = [...HELP.matchAll(/--allow-(\w+)/g)].map(([flag]) => flag);
  assertEquals(given, named);
  assertStringIncludes(
    launcher,
    "--allow-env=KUBERNETES_SERVICE_HOST,KUBERNETES_SERVICE_PORT,POD_NAME",
  );
});

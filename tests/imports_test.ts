import { assert, assertEquals } from "@std/assert";
import { source, sources, specifiers } from "./sources.ts";

/** Who may import whom. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  proto: [],
  platform: ["proto"],
  endpoint: ["platform", "proto"],
  client: ["endpoint", "platform", "proto"],
  server: ["endpoint", "platform", "proto"],
  frontlas: ["endpoint", "platform", "proto"],
};

/** Why a package must not import a module; `undefined` when it may. */
function offence(
  path: string,
  specifier: string,
  allowed: readonly string[],
): string | undefined {
  const own = path.split("/")[0]!;
  if (specifier.startsWith(".")) {
    const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
    return target.startsWith(`${own}/`)
      ? undefined
      : "siblings talk through their exports";
  }
  const sibling = /^@frontier\/([^/]+)/.exec(specifier)?.[1];
  if (sibling !== undefined) {
    return allowed.includes(sibling)
      ? undefined
      : `${own} must not know ${sibling}`;
  }
  return own === "proto"
    ? "proto runs everywhere and needs nothing"
    : undefined;
}

for (const [own, allowed] of Object.entries(MAY_IMPORT)) {
  Deno.test(`${own} imports only what lies below it`, () => {
    let seen = 0;
    for (const { path, code } of sources(own)) {
      for (const specifier of specifiers(code)) {
        seen++;
        assertEquals(
          offence(path, specifier, allowed),
          undefined,
          `${path} imports ${specifier}`,
        );
      }
    }
    assert(seen > 0);
  });
}

Deno.test("programs of strangers need no internal door", () => {
  let seen = 0;
  const code = [...sources("examples"), source("mod.ts")];
  for (const { path, code: text } of code) {
    for (const specifier of specifiers(text)) {
      if (specifier.startsWith("@frontier/")) seen++;
      assert(!specifier.endsWith("/internal"), `${path} imports ${specifier}`);
    }
  }
  assert(seen > 5);
});

/** What strangers can import: the published entries of the packages they add. */
function publishedEntries(): Set<string> {
  const entries = new Set<string>();
  for (const name of ["client", "server", "frontlas"]) {
    const path = new URL(`../${name}/deno.json`, import.meta.url);
    const { exports } = JSON.parse(Deno.readTextFileSync(path));
    for (const entry of Object.keys(exports)) {
      if (entry !== "./internal") {
        entries.add(`@frontier/${name}${entry.slice(1)}`);
      }
    }
  }
  return entries;
}

Deno.test("examples import published entries, and nothing of the repository beside them", () => {
  const entries = publishedEntries();
  assert(entries.has("@frontier/client") && entries.size > 3);
  let seen = 0;
  for (const { path, code } of sources("examples")) {
    for (const specifier of specifiers(code)) {
      if (specifier.startsWith(".")) {
        const target = new URL(specifier, `file:///${path}`).pathname;
        assert(target.startsWith("/examples/"), `${path}: ${specifier}`);
      } else if (specifier.startsWith("@frontier/")) {
        seen++;
        assert(entries.has(specifier), `${path}: ${specifier}`);
      }
    }
  }
  assert(seen > 20);
});

for (const own of Object.keys(MAY_IMPORT)) {
  Deno.test(`the public door of ${own} names all that it offers`, () => {
    const { code } = source(`${own}/mod.ts`);
    assert(/export (?:type )?\{/.test(code));
    assert(!/export (?:type )?\*/.test(code));
  });
}

Deno.test("the root offers packages and nothing else", () => {
  for (const specifier of specifiers(source("mod.ts").code)) {
    assert(/^@frontier\/(server|client|frontlas)$/.test(specifier), specifier);
  }
});

Deno.test("the operator knows of our packages nothing but platform", () => {
  let seen = 0;
  for (const { path, code } of sources("deploy/operator")) {
    for (const specifier of specifiers(code)) {
      const sibling = /^@frontier\/([^/]+)/.exec(specifier)?.[1];
      if (sibling !== undefined) seen++;
      assert(
        sibling === undefined || sibling === "platform",
        `${path} imports ${specifier}`,
      );
    }
  }
  assert(seen > 5);
});

Deno.test("offences are recognised", () => {
  for (
    const [path, specifier] of [
      ["proto/a.ts", "@frontier/platform"],
      ["proto/a.ts", "@std/assert"],
      ["proto/testing/a.ts", "../../platform/tcp.ts"],
      ["client/a.ts", "@frontier/server"],
      ["client/a.ts", "@frontier/server/config"],
      ["server/exchange/a.ts", "../../client/edge.ts"],
      ["platform/a.ts", "@frontier/client"],
      ["endpoint/a.ts", "@frontier/client"],
    ] as const
  ) {
    const own = path.split("/")[0]!;
    assert(offence(path, specifier, MAY_IMPORT[own]!) !== undefined, specifier);
  }
  assertEquals(
    offence("server/exchange/a.ts", "../directory/peer.ts", ["proto"]),
    undefined,
  );
  assertEquals(
    specifiers(`import "./a.ts"; export * from './b.ts'; await import("c");`),
    ["./a.ts", "./b.ts", "c"],
  );
});

import { assert, assertEquals } from "@std/assert";
import { circles, type Imports, importsOf } from "./circles.ts";
import { specifiers, withoutComments } from "./sources.ts";

const MEMBERS: string[] = JSON.parse(
  Deno.readTextFileSync(new URL("../deno.json", import.meta.url)),
).workspace.map((member: string) => member.replace("./", ""));

function graph(imports: Record<string, string[]>): Imports {
  return new Map(Object.entries(imports));
}

for (const member of MEMBERS) {
  Deno.test(`no files of ${member} import each other in a circle`, () => {
    const imports = importsOf(member);
    assert(imports.size > 5);
    assert([...imports.values()].some((list) => list.length > 3));
    assertEquals(circles(imports), []);
  });
}

Deno.test("circles are found, however long, and told apart", () => {
  assertEquals(circles(graph({ a: ["b"], b: ["a"] })), [["a", "b"]]);
  assertEquals(circles(graph({ a: ["a"] })), [["a"]]);
  assertEquals(
    circles(graph({ a: ["b"], b: ["c"], c: ["d", "x"], d: ["b"], x: [] })),
    [["b", "c", "d"]],
  );
  assertEquals(
    circles(graph({ a: ["b"], b: ["a", "c"], c: ["d"], d: ["c"] })),
    [["c", "d"], ["a", "b"]],
  );
});

Deno.test("a way that splits and meets again is no circle", () => {
  assertEquals(
    circles(graph({ a: ["b", "c"], b: ["d"], c: ["d"], d: [], e: ["a", "d"] })),
    [],
  );
  assertEquals(circles(graph({ a: ["elsewhere"] })), []);
});

Deno.test("an import of a type alone counts", () => {
  const code = withoutComments(`
    import type { A } from "./a.ts"; // import "./x.ts";
    export type { B } from "./b.ts";
    type C = import("./c.ts").C;
  `);
  assertEquals(specifiers(code), ["./a.ts", "./b.ts", "./c.ts"]);
});

import { assertEquals } from "@std/assert";
import { sectionsOf, wrongCitations, wrongFiles } from "./citations.ts";

const SECTIONS = new Map([
  [
    "docs/spec/wire.md",
    sectionsOf("# W\n\n## 1. A\n\n### 1.5 B\n\n#### 1.5.1 C\n\n## 10. D\n"),
  ],
]);

Deno.test("sections are known by their numbers", () => {
  assertEquals([...SECTIONS.get("docs/spec/wire.md")!], [
    "1",
    "1.5",
    "1.5.1",
    "10",
  ]);
});

Deno.test("a citation must name a section that is there", () => {
  const wrong = (text: string) => wrongCitations(text, SECTIONS);
  assertEquals(wrong("Source: docs/spec/wire.md §1.5.1."), []);
  assertEquals(wrong("(docs/spec/wire.md §1, §1.5 and\n * §10)"), []);
  assertEquals(wrong("docs/spec/wire.md and §99 of nothing"), [
    "cites docs/spec/wire.md §99, which is not there",
  ]);
  assertEquals(wrong("docs/spec/wire.md §1.5 to §1.6"), [
    "cites docs/spec/wire.md §1.6, which is not there",
  ]);
  assertEquals(wrong("docs/spec/other.md §1"), [
    "cites docs/spec/other.md, which is not there",
  ]);
  assertEquals(wrong("the wire\n * specification, section 3"), [
    'says "wire\n * specification" instead of docs/spec/NAME.md §N',
  ]);
});

Deno.test("a file that a paper names must be there", () => {
  const files = ["proto/link/link.ts", "docs/adr/0001-a.md"];
  assertEquals(
    wrongFiles("`link.ts`, `proto/link/link.ts`, `foo_test.ts`", files),
    [],
  );
  assertEquals(
    wrongFiles("see `docs/adr/0001-a.md` and `adr/0002-b.md`", files),
    [
      "names adr/0002-b.md, which is not there",
    ],
  );
  assertEquals(wrongFiles("`ink.ts` of `link`", files), [
    "names ink.ts, which is not there",
  ]);
});

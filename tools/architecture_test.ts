import { assertEquals } from "@std/assert";
import { wrongArchitecture } from "./architecture.ts";

const PAGE = `# Architecture

## The engine: \`proto/\`

| file | what it does |
| --- | --- |
| \`wire/frame.ts\`, \`gone.ts\` | reads \`other.ts\` |
| \`link/\`, \`left/\` | a connection |

## The tests

| \`proto/stray.ts\` | of another section |
`;

Deno.test("the page of the architecture names what is there, and no more", () => {
  const files = ["mod.ts", "wire/frame.ts", "link/a/b.ts", "stray.ts"];
  assertEquals(wrongArchitecture(PAGE, new Map([["proto", files]])), [
    "names proto/gone.ts, which is not there",
    "names proto/left/, which is not there",
    "does not name proto/stray.ts, nor its folder",
  ]);
});

Deno.test("a package without a section has all its files missing", () => {
  assertEquals(wrongArchitecture(PAGE, new Map([["client", ["edge.ts"]]])), [
    "does not name client/edge.ts, nor its folder",
  ]);
});

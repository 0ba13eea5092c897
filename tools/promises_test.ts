import { assertEquals } from "@std/assert";
import { titlesOf, wrongPromises } from "./promises.ts";

const FILES = new Map([
  [
    "tests/a_test.ts",
    'Deno.test("one thing", () => {});\n' +
    "Deno.test(`cut ${when} it hurts`, () => {});\n",
  ],
]);

function wrong(paper: string): string[] {
  return wrongPromises(paper, (path) => FILES.get(path));
}

Deno.test("titles are found however a test is registered", () => {
  const source = `
    Deno.test("plain", fn);
    interopTest("by a helper", fn);
    await t.step("a \\"quoted\\" step", fn);
    Deno.test({ name: "in an object", fn });
    Deno.test(\`with \${a}, \${b.c}\`, fn);
    Deno.test(
      "on a line of its own",
      fn,
    );
    // assertEquals("no test", "no test");
    assertEquals("no test", "no test");`;
  assertEquals([...titlesOf(source)], [
    "plain",
    "by a helper",
    'a "quoted" step',
    "in an object",
    "with …, …",
    "on a line of its own",
  ]);
});

Deno.test("a paper whose sentences all name tests is right", () => {
  assertEquals(
    wrong(`# Title

An introduction. It promises nothing.

## One

Every call is answered.[^one] It is answered
once.[^one][^cut]

| what | then |
| --- | --- |
| a cut | hurts[^cut] |

* One item, e.g. this.[^one]
* Another.[^one]

[^one]: \`tests/a_test.ts\` "one
    thing"
[^cut]: \`tests/a_test.ts\` "cut … it hurts"; \`tests/a_test.ts\` "one thing"
`),
    [],
  );
});

Deno.test("every sentence, item and row without a test is found", () => {
  assertEquals(
    wrong(`## One

Held.[^one] Not held. Held again.[^one]

| what | then |
| --- | --- |
| a | b |

* c

[^one]: \`tests/a_test.ts\` "one thing"
`),
    [
      'names no test that holds "Not held."',
      'names no test that holds "| a | b |"',
      'names no test that holds "* c"',
    ],
  );
});

Deno.test("tests, files and footnotes that are not there are found", () => {
  assertEquals(
    wrong(`## One

Held.[^gone][^file][^none][^empty]

[^gone]: \`tests/a_test.ts\` "another thing"
[^file]: \`tests/b_test.ts\` "one thing"
[^empty]: nothing
[^spare]: \`tests/a_test.ts\` "one thing"
[^spare]: \`tests/a_test.ts\` "one thing"
`),
    [
      'has two footnotes "spare"',
      'has no footnote "none"',
      'names "another thing", which is no test of tests/a_test.ts',
      "names tests/b_test.ts, which is not there",
      'footnote "empty" names no test',
      'uses footnote "spare" nowhere',
    ],
  );
});

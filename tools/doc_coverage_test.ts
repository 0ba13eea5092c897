import { assert, assertEquals, assertFalse } from "@std/assert";
import { coverageOf, saysMore } from "./doc_coverage.ts";

Deno.test("a text that only repeats the name says nothing", () => {
  for (
    const [text, name] of [
      ["", "link"],
      ["The link.", "link"],
      ["A timer.", "timer"],
      ["Its edge id.", "edgeId"],
      ["The given methods.", "method"],
    ] as const
  ) assertFalse(saysMore(text, name), text);
  for (
    const [text, name] of [
      ["The link that the frame came on.", "link"],
      ["Milliseconds until it fires.", "timer"],
      ["How many bytes.", "bytes"],
    ] as const
  ) assert(saysMore(text, name), text);
});

const AT = { filename: "file:///work/pkg/a.ts", line: 3 };

/** What `deno doc --json` says of one door with some symbols. */
function doc(...symbols: unknown[]): string {
  return JSON.stringify({ version: 2, nodes: { "file:///a": { symbols } } });
}

function fn(name: string, jsDoc: unknown, def: unknown): unknown {
  const declaration = { location: AT, declarationKind: "export", jsDoc };
  return { name, declarations: [{ ...declaration, kind: "function", def }] };
}

Deno.test("symbols, parameters and results without words are found", () => {
  const params = [
    { kind: "identifier", name: "bytes" },
    { kind: "assign", left: { kind: "identifier", name: "link" } },
  ];
  const returnType = { repr: "number" };
  const { total, missing } = coverageOf(doc(
    fn("mute", undefined, { params, returnType }),
    fn("good", {
      doc: "Counts.",
      tags: [
        { kind: "param", name: "bytes", doc: "How many." },
        { kind: "param", name: "link", doc: "Where they go." },
        { kind: "return", doc: "Their sum." },
      ],
    }, { params, returnType }),
    fn("halfway", {
      doc: "Counts.",
      tags: [{ kind: "param", name: "link", doc: "The link." }],
    }, { params, returnType: { repr: "void" } }),
  ));
  assertEquals(missing, [
    "pkg/a.ts:3: mute",
    "pkg/a.ts:3: mute @param bytes",
    "pkg/a.ts:3: mute @param link",
    "pkg/a.ts:3: mute @returns",
    "pkg/a.ts:3: halfway @param bytes",
    "pkg/a.ts:3: halfway @param link",
  ]);
  assertEquals(total, 11);
});

Deno.test("members count, but for private and inherited ones", () => {
  const silent = { kind: "identifier", name: "at" };
  const { missing } = coverageOf(doc({
    name: "Box",
    declarations: [{
      location: AT,
      declarationKind: "export",
      kind: "class",
      jsDoc: { doc: "A box." },
      def: {
        properties: [
          { name: "size", location: AT },
          { name: "mine", accessibility: "private", location: AT },
        ],
        methods: [
          {
            name: "set",
            location: AT,
            jsDoc: { tags: [{ kind: "unsupported", value: "@inheritdoc" }] },
            functionDef: { params: [silent] },
          },
          {
            name: "full",
            kind: "getter",
            location: AT,
            jsDoc: { doc: "Whether nothing fits." },
            functionDef: { params: [], returnType: { repr: "boolean" } },
          },
          {
            name: "close",
            location: AT,
            jsDoc: { doc: "Closes it." },
            functionDef: {
              params: [],
              returnType: {
                repr: "Promise",
                value: { typeParams: [{ repr: "void" }] },
              },
            },
          },
        ],
      },
    }],
  }));
  assertEquals(missing, ["pkg/a.ts:3: Box.size"]);
});

Deno.test("what is only named again is left out", () => {
  const again = { location: AT, declarationKind: "export", kind: "reference" };
  assertEquals(coverageOf(doc({ name: "A", declarations: [again] })), {
    total: 0,
    missing: [],
  });
});

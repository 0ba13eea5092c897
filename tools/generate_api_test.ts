import { assert, assertEquals, assertThrows } from "@std/assert";
import { createFileRegistry, toJson } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { create } from "@bufbuild/protobuf";
import {
  generate,
  GENERATED,
  OPENAPI,
  PROTO_FOLDER,
  readProtoFile,
} from "./generate_api.ts";
import { parseProtoFile } from "./proto_file.ts";

const ROOT = new URL("..", import.meta.url);

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

function* protoFiles(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* protoFiles(path);
    else yield path.slice(PROTO_FOLDER.length + 1);
  }
}

Deno.test("every .proto file has its TypeScript", () => {
  assertEquals(
    [...protoFiles(PROTO_FOLDER)].sort(),
    Object.keys(GENERATED).sort(),
  );
});

for (const [name, path] of Object.entries(GENERATED)) {
  Deno.test(`${path} is what is made of ${name}`, () => {
    assertEquals(
      read(path),
      generate(name),
      "run deno run --allow-read --allow-write --allow-env tools/generate_api.ts",
    );
  });

  Deno.test(`every message and method of ${name} has what it names`, () => {
    const { descriptor } = readProtoFile(name);
    const registry = createFileRegistry(
      create(FileDescriptorSetSchema, { file: [descriptor] }),
    );
    const types = [...registry].map(({ typeName }) => typeName);
    assert(types.length > 3);
  });
}

for (const [path, text] of Object.entries(OPENAPI)) {
  Deno.test(`${path} is what the routes say`, async () => {
    assertEquals(
      read(path),
      await text(),
      "run deno run --allow-read --allow-write --allow-env tools/generate_api.ts",
    );
  });
}

Deno.test("a field keeps its number, its presence and its name in JSON", () => {
  const { descriptor, comments } = parseProtoFile(
    "a.proto",
    `syntax = "proto3";
package a.b;
// One.
message One {
  // Its id.
  uint64 some_id = 3 [json_name = "id"];
  optional string some_text = 7;
  repeated Two twos = 9;
  oneof either { bool left = 10; Kind right = 11; }
  message Two { bytes raw = 1; }
}
enum Kind { KIND_NONE = 0; KIND_OTHER = 5; }
service S { rpc Watch(One) returns (stream One.Two); }
`,
  );
  const json = toJson(FileDescriptorProtoSchema, descriptor) as {
    messageType: { field: unknown; oneofDecl: unknown }[];
    service: unknown;
  };
  assertEquals(json.messageType[0]!.field, [
    {
      name: "some_id",
      number: 3,
      label: "LABEL_OPTIONAL",
      type: "TYPE_UINT64",
      jsonName: "id",
    },
    {
      name: "some_text",
      number: 7,
      label: "LABEL_OPTIONAL",
      type: "TYPE_STRING",
      jsonName: "someText",
      oneofIndex: 1,
      proto3Optional: true,
    },
    {
      name: "twos",
      number: 9,
      label: "LABEL_REPEATED",
      type: "TYPE_MESSAGE",
      typeName: ".a.b.One.Two",
      jsonName: "twos",
    },
    {
      name: "left",
      number: 10,
      label: "LABEL_OPTIONAL",
      type: "TYPE_BOOL",
      oneofIndex: 0,
      jsonName: "left",
    },
    {
      name: "right",
      number: 11,
      label: "LABEL_OPTIONAL",
      type: "TYPE_ENUM",
      typeName: ".a.b.Kind",
      oneofIndex: 0,
      jsonName: "right",
    },
  ]);
  assertEquals(json.messageType[0]!.oneofDecl, [{ name: "either" }, {
    name: "_some_text",
  }]);
  assertEquals(json.service, [{
    name: "S",
    method: [{
      name: "Watch",
      inputType: ".a.b.One",
      outputType: ".a.b.One.Two",
      serverStreaming: true,
    }],
  }]);
  assertEquals(comments.get("a.b.One.some_id"), "Its id.");
});

for (
  const [what, source] of [
    ["another syntax", `syntax = "proto2"; package a; message A {}`],
    ["a file without a package", `syntax = "proto3";\nmessage A {}`],
    [
      "a file that imports",
      `syntax = "proto3";\nimport "b.proto";\npackage a;\nmessage A {}`,
    ],
    [
      "a map",
      `syntax = "proto3";\npackage a;\nmessage A { map<string, string> m = 1; }`,
    ],
    [
      "a type that is not there",
      `syntax = "proto3";\npackage a;\nmessage A { B b = 1; }`,
    ],
  ] as const
) {
  Deno.test(`${what} is refused instead of being read wrongly`, () => {
    assertThrows(() => parseProtoFile("a.proto", source), Error);
  });
}

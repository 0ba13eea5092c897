/**
 * Writes what programs need of the `.proto` files into TypeScript, for a package from JSR reads no files, and the documents of
 * OpenAPI. Run it after a change of either: `deno run --allow-read --allow-write --allow-env tools/generate_api.ts`.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import {
  CodeGeneratorRequestSchema,
  type ServiceDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import { protocGenEs } from "@bufbuild/protoc-gen-es/dist/cjs/src/protoc-gen-es-plugin.js";
import { parseProtoFile, type ProtoFile } from "./proto_file.ts";

const ROOT = new URL("..", import.meta.url);

/** Where the `.proto` files are. */
export const PROTO_FOLDER = "proto/api";

/** Which file becomes which. */
export const GENERATED: Readonly<Record<string, string>> = {
  "controlplane/frontier/v1/controlplane.proto":
    "server/control/generated/controlplane_pb.ts",
  "controlplane/frontlas/v1/cluster.proto":
    "platform/cluster_api/generated/controlplane_pb.ts",
  "controlplane/frontlas/v1/health.proto":
    "platform/cluster_api/generated/health_pb.ts",
  "frontier/admin/v1/admin.proto": "server/control/generated/admin_pb.ts",
  "frontier/cluster/v1/cluster.proto":
    "platform/cluster_api/generated/cluster_pb.ts",
  "grpc/health/v1/health.proto": "platform/control/generated/health_pb.ts",
  "grpc/reflection/v1/reflection.proto":
    "platform/control/generated/reflection_pb.ts",
};

/**
 * @param name Name of a file within the folder of `.proto` files.
 * @returns What it declares.
 */
export function readProtoFile(name: string): ProtoFile {
  const url = new URL(`${PROTO_FOLDER}/${name}`, ROOT);
  return parseProtoFile(name, Deno.readTextFileSync(url));
}

/**
 * @param name Name of a file within the folder of `.proto` files.
 * @returns The TypeScript that is made of it.
 */
export function generate(name: string): string {
  const { descriptor, comments } = readProtoFile(name);
  const { file, error } = protocGenEs.run(create(CodeGeneratorRequestSchema, {
    parameter: "target=ts",
    fileToGenerate: [name],
    protoFile: [descriptor],
    sourceFileDescriptors: [descriptor],
  }));
  const content = file[0]?.content;
  if (content === undefined) throw new Error(`Cannot generate: ${error}`);
  const body = content
    .replace(/^(\/\/.*\n|\/\* eslint-disable \*\/\n)+/, "")
    .replace(
      "import type { Message }",
      "import type { Message, MessageInitShape }",
    )
    // The declaration is documented in the .proto file; to document it here, too, would take the types of a library.
    .replaceAll(/^ \*\/\nexport /gm, " * @ignore\n */\nexport ");
  const implementations = descriptor.service.map((service) =>
    implementationOf(service, comments, `${descriptor.package}.`)
  );
  return `// Made of ${PROTO_FOLDER}/${name} by tools/generate_api.ts. Do not edit.
// deno-fmt-ignore-file
// deno-lint-ignore-file
${body.trimEnd()}
${implementations.join("")}
/**
 * What stands above the declarations of the file, by full name.
 * @ignore
 */
export const comments: Readonly<Record<string, string>> = ${
    JSON.stringify(Object.fromEntries(comments), undefined, 2)
  };
`;
}

/** The type of what serves a service; empty where callers answer, too. */
function implementationOf(
  service: ServiceDescriptorProto,
  comments: ReadonlyMap<string, string>,
  prefix: string,
): string {
  if (service.method.some(({ clientStreaming }) => clientStreaming)) return "";
  const typeOf = (name: string) => name.slice(prefix.length + 1);
  const methods = service.method.map((method) => {
    const comment = comments.get(`${prefix}${service.name}.${method.name}`);
    const name = method.name[0]!.toLowerCase() + method.name.slice(1);
    const answer = `MessageInitShape<typeof ${
      typeOf(method.outputType)
    }Schema>`;
    return `${comment === undefined ? "" : `  /** ${comment} */\n`}  ${name}(
    request: ${typeOf(method.inputType)},
    context: { readonly signal: AbortSignal },
  ): ${
      method.serverStreaming
        ? `AsyncIterable<${answer}>`
        : `${answer} | Promise<${answer}>`
    };
`;
  });
  return `
/**
 * What serves ${prefix}${service.name}.
 * @ignore
 */
export interface ${service.name}Implementation {
${methods.join("")}}
`;
}

/** Where the documents of OpenAPI are, and what writes each. */
export const OPENAPI: Readonly<Record<string, () => Promise<string>>> = {
  "docs/openapi.json": async () =>
    (await import("../server/control/documents.ts")).openApiText(),
  "docs/openapi-frontlas.json": async () => {
    const { version } = JSON.parse(
      Deno.readTextFileSync(new URL("deno.json", ROOT)),
    );
    const { openApiText } = await import("../frontlas/control/documents.ts");
    return openApiText(version);
  },
};

if (import.meta.main) {
  for (const [name, path] of Object.entries(GENERATED)) {
    const url = new URL(path, ROOT);
    Deno.mkdirSync(new URL(".", url), { recursive: true });
    Deno.writeTextFileSync(url, generate(name));
  }
  // Only now: they are made of what was just written.
  for (const [path, text] of Object.entries(OPENAPI)) {
    Deno.writeTextFileSync(new URL(path, ROOT), await text());
  }
}

/**
 * The document that describes REST.
 *
 * @module
 */

import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescMethod,
  ScalarType,
} from "@bufbuild/protobuf";
import type { ApiDescription, Route } from "./api.ts";
import { type ApiCode, STATUS } from "./api_error.ts";
import { nameOf } from "./encode.ts";
import { descriptorOf } from "./method.ts";

/** A JSON object. */
export type Json = { [key: string]: unknown };

/** What a document says of the whole. */
export interface OpenApiInfo {
  /** Its title. */
  readonly title: string;
  /** Version of the program. */
  readonly version: string;
  /** What it is about. */
  readonly description: string;
}

/** How numbers and texts are written in JSON. */
const SCALARS: Readonly<Partial<Record<ScalarType, Json>>> = {
  [ScalarType.STRING]: { type: "string" },
  [ScalarType.BOOL]: { type: "boolean" },
  [ScalarType.INT32]: { type: "integer", format: "int32" },
  [ScalarType.UINT32]: { type: "integer", format: "int64", minimum: 0 },
  // Numbers of 64 bits are text in JSON.
  [ScalarType.INT64]: { type: "string", format: "int64" },
  [ScalarType.UINT64]: { type: "string", format: "uint64" },
};

/** Which errors any call may end with. */
const ERRORS: readonly ApiCode[] = [
  "INVALID_ARGUMENT",
  "UNAUTHENTICATED",
  "PERMISSION_DENIED",
  "NOT_FOUND",
  "RESOURCE_EXHAUSTED",
  "INTERNAL",
  "UNAVAILABLE",
];

const ERROR: Json = {
  type: "object",
  description: "What went wrong.",
  required: ["code", "reason", "message", "metadata"],
  properties: {
    code: { type: "integer", description: "The status of HTTP." },
    reason: { type: "string", description: "What went wrong, in one word." },
    message: { type: "string", description: "The same for people." },
    metadata: {
      type: "object",
      description: "What else a program may want to know.",
      additionalProperties: { type: "string" },
    },
  },
};

/**
 * Describes services as they are reached over REST.
 *
 * @param info What is said of the whole.
 * @param apis The services.
 * @returns The document, of OpenAPI 3.0.
 */
export function openApi(
  info: OpenApiInfo,
  apis: readonly ApiDescription[],
): Json {
  const schemas: Json = { Error: ERROR };
  const paths: Record<string, Json> = {};
  for (const api of apis) {
    for (const desc of descriptorOf(api).methods) {
      const route = api.routes[desc.localName];
      if (route === undefined || route.path === "") continue;
      const { path, verb } = route;
      paths[path] ??= {};
      paths[path][verb.toLowerCase()] = operation(desc, route, api, schemas);
      if (!route.alsoPost) continue;
      const posted = operation(desc, { ...route, verb: "POST" }, api, schemas);
      // No two operations may have one name.
      paths[path].post = {
        ...posted,
        operationId: `${posted.operationId}_post`,
      };
    }
  }
  return {
    openapi: "3.0.3",
    info: { ...info },
    tags: apis.map((api) => ({
      name: api.title,
      description: api.comments[api.service.typeName] ?? "",
    })),
    // Those that need no token take one, too.
    security: [{}, { token: [] }],
    paths: sorted(paths),
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      responses: Object.fromEntries(ERRORS.map((code) => [code, {
        description: code,
        content: {
          "application/json": {
            schema: { $ref: "#/components/schemas/Error" },
          },
        },
      }])),
      schemas: sorted(schemas),
    },
  };
}

function operation(
  desc: DescMethod,
  route: Route,
  api: ApiDescription,
  schemas: Json,
): Json {
  const comment = api.comments[`${desc.parent.typeName}.${desc.name}`] ?? "";
  const role = route.role === "admin" ? "Takes the role admin." : "";
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const isPost = route.verb === "POST";
  const parameters = desc.input.fields
    .filter((field) => !isPost || inPath.includes(field.name))
    .map((field) => parameter(field, inPath.includes(field.name), api));
  const reference = messageReference(desc.output, schemas, api);
  const type = desc.methodKind === "server_streaming"
    ? "text/event-stream"
    : "application/json";
  return {
    tags: [api.title],
    operationId: `${descriptorOf(api).name}_${desc.name}`,
    summary: comment,
    ...(role && { description: role }),
    ...(parameters.length > 0 && { parameters }),
    ...(isPost && {
      requestBody: {
        content: {
          "application/json": {
            schema: messageReference(desc.input, schemas, api),
          },
        },
      },
    }),
    responses: {
      200: {
        description: type === "text/event-stream"
          ? "Each event is one of these."
          : "Done.",
        content: { [type]: { schema: reference } },
      },
      ...Object.fromEntries(ERRORS.map((code) => [
        STATUS[code].http,
        { $ref: `#/components/responses/${code}` },
      ])),
    },
  };
}

function parameter(
  field: DescField,
  inPath: boolean,
  api: ApiDescription,
): Json {
  return {
    name: inPath ? field.name : nameOf(field, api.jsonNames),
    in: inPath ? "path" : "query",
    ...(inPath && { required: true }),
    ...described(field, api),
    schema: fieldSchema(field, {}, api),
  };
}

function described(field: DescField, api: ApiDescription): Json {
  const comment = api.comments[`${field.parent.typeName}.${field.name}`];
  return comment === undefined ? {} : { description: oneLine(comment) };
}

function oneLine(comment: string): string {
  return comment.replaceAll(/\s+/g, " ");
}

function messageReference(
  message: DescMessage,
  schemas: Json,
  api: ApiDescription,
): Json {
  const name = message.typeName;
  if (!(name in schemas)) {
    const schema: Json = { type: "object" };
    // Before its fields, for they may lead back to it.
    schemas[name] = schema;
    const comment = api.comments[name];
    if (comment !== undefined) schema.description = oneLine(comment);
    if (message.fields.length > 0) {
      schema.properties = Object.fromEntries(
        message.fields.map((field) => [
          nameOf(field, api.jsonNames),
          { ...fieldSchema(field, schemas, api), ...described(field, api) },
        ]),
      );
    }
  }
  return { $ref: `#/components/schemas/${name}` };
}

function fieldSchema(
  field: DescField,
  schemas: Json,
  api: ApiDescription,
): Json {
  const one = valueSchema(field, schemas, api);
  return field.fieldKind === "list" ? { type: "array", items: one } : one;
}

function valueSchema(
  field: DescField,
  schemas: Json,
  api: ApiDescription,
): Json {
  if (field.enum !== undefined) return enumSchema(field.enum);
  if (field.message !== undefined) {
    // Beside a reference nothing else is read.
    return { allOf: [messageReference(field.message, schemas, api)] };
  }
  return { ...SCALARS[field.scalar as ScalarType] };
}

function enumSchema({ values }: DescEnum): Json {
  return { type: "string", enum: values.map(({ name }) => name) };
}

function sorted(object: Json): Json {
  return Object.fromEntries(
    Object.entries(object).sort(([a], [b]) => a < b ? -1 : 1),
  );
}

import { assert, assertEquals, assertMatch } from "@std/assert";
import { docsPage } from "./docs_page.ts";
import { type Json, openApi } from "./openapi.ts";
import { echoApi } from "./testing/echo_api.ts";

const document = openApi(
  { title: 'A <b>"title"</b>', version: "1.2.3", description: "What & why." },
  [echoApi()],
);

Deno.test("every route, every parameter and every answer is described", () => {
  const paths = document.paths as Record<string, Record<string, Json>>;
  assertEquals(Object.keys(paths), ["/check", "/watch"]);
  const check = paths["/check"]!.get!;
  assertEquals(check.parameters, [{
    name: "service",
    in: "query",
    description: "Full name of a service; empty for the server as a whole.",
    schema: { type: "string" },
  }]);
  const responses = check.responses as Record<string, Json>;
  assertEquals(Object.keys(responses), [
    "200",
    "400",
    "401",
    "403",
    "404",
    "429",
    "500",
    "503",
  ]);
  const schemas = (document.components as Json).schemas as Record<string, Json>;
  assertEquals(schemas["grpc.health.v1.HealthCheckResponse"]!.properties, {
    status: {
      type: "string",
      enum: ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"],
    },
  });
});

Deno.test("what is had by two verbs is described for each, under names of their own", () => {
  const api = echoApi();
  const both = openApi({ title: "", version: "", description: "" }, [{
    ...api,
    routes: { ...api.routes, check: { ...api.routes.check!, alsoPost: true } },
  }]);
  const { get, post } =
    (both.paths as Record<string, Record<string, Json>>)["/check"]!;
  assertEquals([get!.operationId, post!.operationId], [
    "Health_Check",
    "Health_Check_post",
  ]);
  assertEquals("parameters" in post!, false);
  assert("requestBody" in post!);
  assertEquals("requestBody" in get!, false);
});

Deno.test("every reference leads somewhere", () => {
  const text = JSON.stringify(document);
  for (const [, path] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    let at: unknown = document;
    for (const part of path!.split("/")) at = (at as Json)[part];
    assert(at !== undefined, path);
  }
});

Deno.test("the page needs nothing but itself, and text in it is text", () => {
  const page = docsPage(document);
  assert(page.includes("A &lt;b&gt;&quot;title&quot;&lt;/b&gt;"));
  assert(page.includes("What &amp; why."));
  assertEquals(page.match(/(?:src|href)="(?!\/openapi\.json")[^"]*"/g), null);
  assertEquals(page.match(/https?:\/\//g), null);
  assertEquals(
    page.match(/<form data-verb="GET" data-path="\/watch" data-stream>/g)
      ?.length,
    1,
  );
  const script = /<script>([^]*)<\/script>/.exec(page)![1]!;
  // It must at least be a program.
  new Function(script);
  assertMatch(page, /^<!doctype html>/);
});

Deno.test("names are those that REST has", () => {
  const api = echoApi();
  const { service } = api;
  const fields = (jsonNames: boolean) => {
    const { components, paths } = openApi(
      { title: "", version: "", description: "" },
      [{ ...api, service: renamed(service), jsonNames }],
    ) as Record<string, Json>;
    const schemas = components!.schemas as Record<string, Json>;
    const { get } = paths!["/check"] as { get: Json };
    return [
      ...Object.keys(
        schemas["grpc.health.v1.HealthCheckResponse"]!.properties as Json,
      ),
      ...(get.parameters as Json[]).map(({ name }) => name),
    ];
  };
  assertEquals(fields(false), ["a_b", "a_b"]);
  assertEquals(fields(true), ["aB", "aB"]);
});

/** The same service with other names of fields. */
function renamed(service: ApiService): ApiService {
  const rename = (message: { fields: readonly object[] }) => ({
    ...message,
    fields: message.fields.map((field) => ({
      ...field,
      name: "a_b",
      jsonName: "aB",
    })),
  });
  const { methods, ...rest } = service as ApiService & {
    methods: { input: never; output: never }[];
  };
  return {
    ...rest,
    methods: methods.map((method) => ({
      ...method,
      input: rename(method.input),
      output: rename(method.output),
    })),
  } as ApiService;
}

type ApiService = ReturnType<typeof echoApi>["service"];

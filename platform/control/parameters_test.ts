import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type DescField,
  type DescMessage,
  ScalarType,
} from "@bufbuild/protobuf";
import { ApiError } from "./api_error.ts";
import {
  HealthCheckRequestSchema,
  HealthCheckResponseSchema,
} from "./generated/health_pb.ts";
import { ExtensionNumberResponseSchema } from "./generated/reflection_pb.ts";
import { quote, readParameters } from "./parameters.ts";

function read(
  schema: DescMessage,
  query: string,
  path: Record<string, string> = {},
  strict = false,
): Record<string, unknown> {
  const parameters = { path, query: new URLSearchParams(query) };
  return readParameters(schema, parameters, strict) as never;
}

/** A schema with one field of a kind. */
function withField(scalar: ScalarType): DescMessage {
  const field = {
    ...HealthCheckRequestSchema.fields[0]!,
    scalar,
  } as DescField;
  return Object.assign(Object.create(HealthCheckRequestSchema), {
    fields: [field],
  });
}

const NUMBERS: [ScalarType, string, unknown][] = [
  [ScalarType.UINT64, "0", 0n],
  [ScalarType.UINT64, "18446744073709551615", 18446744073709551615n],
  [ScalarType.UINT64, "+7", 7n],
  [ScalarType.UINT64, "007", 7n],
  [ScalarType.INT64, "-9223372036854775808", -9223372036854775808n],
  [ScalarType.INT64, "9223372036854775807", 9223372036854775807n],
  [ScalarType.INT32, "-2147483648", -2147483648],
  [ScalarType.UINT32, "4294967295", 4294967295],
  [ScalarType.BOOL, "true", true],
  [ScalarType.BOOL, "false", false],
  [ScalarType.STRING, "a b", "a b"],
];

for (const [scalar, text, value] of NUMBERS) {
  Deno.test(`${text} is read as ${ScalarType[scalar]}`, () => {
    const query = new URLSearchParams({ service: text });
    assertEquals(read(withField(scalar), String(query)).service, value);
  });
}

const WRONG: [ScalarType, string][] = [
  [ScalarType.UINT64, "-1"],
  [ScalarType.UINT64, "18446744073709551616"],
  [ScalarType.UINT64, "1.0"],
  [ScalarType.UINT64, "1e3"],
  [ScalarType.UINT64, "0x10"],
  [ScalarType.UINT64, "1 "],
  [ScalarType.UINT64, "\u0661"],
  [ScalarType.UINT64, "9".repeat(10_000)],
  [ScalarType.INT64, "9223372036854775808"],
  [ScalarType.INT32, "2147483648"],
  [ScalarType.UINT32, "4294967296"],
  [ScalarType.BOOL, "yes"],
];

for (const [scalar, text] of WRONG) {
  const shown = quote(text);
  Deno.test(`${shown} is no ${ScalarType[scalar]}, and the error says so`, () => {
    const query = new URLSearchParams({ service: text });
    const error = assertThrows(
      () => read(withField(scalar), String(query)),
      ApiError,
      shown,
    );
    assert(error instanceof ApiError);
    assertEquals([error.code, error.reason], ["INVALID_ARGUMENT", "CODEC"]);
    assertEquals(error.metadata, { parameter: "service" });
    assert(error.message.length < 300);
  });
}

Deno.test("a name of an enumeration is read in full, without its prefix, or as a number", () => {
  for (const text of ["SERVING", "serving", "1"]) {
    assertEquals(read(HealthCheckResponseSchema, `status=${text}`).status, 1);
  }
  assertThrows(
    () => read(HealthCheckResponseSchema, "status=good"),
    ApiError,
    "use one of unknown, serving, not_serving, service_unknown",
  );
});

Deno.test("a field that is a list takes any number of values", () => {
  const schema = ExtensionNumberResponseSchema;
  const query = "extension_number=1&extensionNumber=2&extension_number=3";
  assertEquals(
    (read(schema, query).extensionNumber as number[]).sort(),
    [1, 2, 3],
  );
});

Deno.test("a list may say that it is one, in either of its names; what is no list may not", () => {
  const schema = ExtensionNumberResponseSchema;
  const query =
    "extension_number[]=1&extensionNumber%5B%5D=2&extension_number[]=3&extension_number=4&extension_number[]=";
  assertEquals(
    (read(schema, query).extensionNumber as number[]).sort(),
    [1, 2, 3, 4],
  );
  assertEquals(read(HealthCheckRequestSchema, "service[]=a").service, "");
  assertThrows(
    () => read(HealthCheckRequestSchema, "service[]=a", {}, true),
    ApiError,
    "Unknown parameter",
  );
});

Deno.test("a value that stands twice is refused, an empty one is none", () => {
  assertThrows(
    () => read(HealthCheckRequestSchema, "service=a&service=b"),
    ApiError,
    "Too many values",
  );
  const message = read(HealthCheckRequestSchema, "service=&service=b");
  assertEquals(message.service, "b");
  assertEquals(read(HealthCheckRequestSchema, "service=").service, "");
});

Deno.test("a path beats a query, and a stranger is ignored unless nobody wants that", () => {
  const path = { service: "path" };
  assertEquals(
    read(HealthCheckRequestSchema, "service=query&x=1", path).service,
    "path",
  );
  assertThrows(
    () => read(HealthCheckRequestSchema, "servce=1", {}, true),
    ApiError,
    'Unknown parameter "servce": use service',
  );
  assertThrows(
    () => read(HealthCheckRequestSchema, "service=1", path, true),
    ApiError,
    "there are none",
  );
});

Deno.test("a name of what every object has is a stranger like others", () => {
  for (const name of ["__proto__", "constructor", "toString"]) {
    assertEquals(read(HealthCheckRequestSchema, `${name}=x`).service, "");
  }
});

import { assert, assertEquals } from "@std/assert";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { createOuter, encodeBinary, encodeJson } from "./encode.ts";
import { HealthCheckResponseSchema } from "./generated/health_pb.ts";
import {
  ListServiceResponseSchema,
  ServerReflectionRequestSchema,
  ServerReflectionResponseSchema,
} from "./generated/reflection_pb.ts";

/** A list of so many names. */
function list(length: number) {
  return create(ListServiceResponseSchema, {
    service: Array.from({ length }, (_, i) => ({ name: `name "${i}"` })),
  });
}

for (const length of [0, 1, 31, 32, 33, 64, 1000]) {
  Deno.test(`a list of ${length} entries is written as one piece would be`, async () => {
    const message = list(length);
    assertEquals(
      fromBinary(
        ListServiceResponseSchema,
        await encodeBinary(ListServiceResponseSchema, message),
      ),
      message,
    );
    assertEquals(
      JSON.parse(await encodeJson(ListServiceResponseSchema, message)),
      { service: message.service.map(({ name }) => ({ name })) },
    );
  });
}

Deno.test("every field is written, names are those of the file, enumerations are words", async () => {
  const empty = create(HealthCheckResponseSchema);
  assertEquals(
    await encodeJson(HealthCheckResponseSchema, empty),
    '{"status":"UNKNOWN"}',
  );
  const request = create(ServerReflectionRequestSchema, {
    messageRequest: { case: "listServices", value: "*" },
  });
  assertEquals(
    await encodeJson(ServerReflectionRequestSchema, request),
    '{"host":"","list_services":"*"}',
  );
});

Deno.test("what is beside a long list is written, too", async () => {
  const message = create(ServerReflectionResponseSchema, {
    validHost: "host",
    messageResponse: { case: "listServicesResponse", value: list(100) },
  });
  const schema = ServerReflectionResponseSchema;
  assertEquals(
    await encodeBinary(schema, message),
    toBinary(schema, message),
  );
});

Deno.test("the event loop goes on while a very long list is written", async () => {
  const message = list(100_000);
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await encodeJson(ListServiceResponseSchema, message);
  const inJson = turns;
  await encodeBinary(ListServiceResponseSchema, message);
  clearInterval(timer);
  assert(inJson > 5, String(inJson));
  assert(turns - inJson > 5, String(turns - inJson));
});

Deno.test("names are those of JSON where that is wanted, at every depth", async () => {
  const { $typeName: _, ...request } = create(ServerReflectionRequestSchema, {
    messageRequest: {
      case: "fileContainingExtension",
      value: { containingType: "a", extensionNumber: 1 },
    },
  });
  const message = create(ServerReflectionRequestSchema, request);
  assertEquals(
    JSON.parse(
      await encodeJson(ServerReflectionRequestSchema, message, {
        jsonNames: true,
      }),
    ),
    {
      host: "",
      fileContainingExtension: { containingType: "a", extensionNumber: 1 },
    },
  );
  const long = create(ServerReflectionResponseSchema, {
    messageResponse: {
      case: "allExtensionNumbersResponse",
      value: { baseTypeName: "b", extensionNumber: [1] },
    },
  });
  assertEquals(
    JSON.parse(
      await encodeJson(ServerReflectionResponseSchema, long, {
        jsonNames: true,
      }),
    ).allExtensionNumbersResponse,
    { baseTypeName: "b", extensionNumber: [1] },
  );
});

for (const length of [0, 32, 33, 100]) {
  Deno.test(`a list of ${length} entries that are no messages yet is written as if they were`, async () => {
    const init = {
      service: Array.from({ length }, (_, i) => ({ name: `name ${i}` })),
    };
    const outer = createOuter(ListServiceResponseSchema, init);
    const whole = create(ListServiceResponseSchema, init);
    const asWhole = outer as typeof whole;
    assertEquals(
      fromBinary(
        ListServiceResponseSchema,
        await encodeBinary(ListServiceResponseSchema, asWhole),
      ),
      whole,
    );
    assertEquals(
      await encodeJson(ListServiceResponseSchema, asWhole),
      await encodeJson(ListServiceResponseSchema, whole),
    );
    // What was given is not changed.
    assertEquals(init.service.length, length);
  });
}

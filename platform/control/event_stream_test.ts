import { assert, assertEquals, assertRejects } from "@std/assert";
import { create } from "@bufbuild/protobuf";
import { ApiError } from "./api_error.ts";
import { eventStream } from "./event_stream.ts";
import { HealthCheckResponseSchema } from "./generated/health_pb.ts";

const ANSWER = create(HealthCheckResponseSchema, { status: 1 });

/** Reads all of a response. */
function textOf(
  answers: AsyncGenerator<typeof ANSWER, void, undefined>,
): Promise<string> {
  return eventStream(answers, HealthCheckResponseSchema, new AbortController())
    .then((response) => response.text());
}

Deno.test("each answer is an event", async () => {
  const text = await textOf(async function* () {
    yield ANSWER;
    yield create(HealthCheckResponseSchema);
  }());
  assertEquals(
    text,
    ': watching\n\ndata: {"status":"SERVING"}\n\ndata: {"status":"UNKNOWN"}\n\n',
  );
});

Deno.test("what fails at once is no stream", async () => {
  await assertRejects(
    () =>
      // deno-lint-ignore require-yield
      textOf(async function* () {
        await Promise.resolve();
        throw new ApiError("NOT_FOUND", "nothing to watch");
      }()),
    ApiError,
    "nothing to watch",
  );
});

Deno.test("what fails later is the last event", async () => {
  const text = await textOf(async function* () {
    yield ANSWER;
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw new ApiError("UNAVAILABLE", "no more");
  }());
  assert(
    text.endsWith(
      'event: error\ndata: {"code":503,"reason":"UNAVAILABLE","message":"no more","metadata":{}}\n\n',
    ),
    text,
  );
});

Deno.test("nothing is asked for that nobody reads, and whoever leaves is heard", async () => {
  let asked = 0;
  let ended = false;
  const gone = new AbortController();
  const answers = async function* () {
    try {
      while (!gone.signal.aborted) {
        asked++;
        yield ANSWER;
      }
    } finally {
      ended = true;
    }
  };
  const response = await eventStream(
    answers(),
    HealthCheckResponseSchema,
    gone,
  );
  const reader = response.body!.getReader();
  for (let i = 0; i < 4; i++) await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(asked, 3);
  await reader.cancel();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals([gone.signal.aborted, ended], [true, true]);
});

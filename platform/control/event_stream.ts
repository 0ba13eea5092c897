/**
 * Any number of answers over REST: server-sent events.
 *
 * @module
 */

import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { ApiError } from "./api_error.ts";
import { encodeJson, type Naming } from "./encode.ts";

/** Milliseconds of silence after which a comment shows that the connection stands. */
const ALIVE_MS = 15_000;

/**
 * @param answers What the method yields; ended when nobody listens.
 * @param schema What they are.
 * @param gone Ends the answers when the caller has gone.
 * @param naming How names are written.
 * @returns The response; each answer is one event, a failure is the last one, of type `error`.
 */
export async function eventStream(
  answers: AsyncGenerator<MessageShape<DescMessage>, void, undefined>,
  schema: DescMessage,
  gone: AbortController,
  naming: Naming = {},
): Promise<Response> {
  const utf8 = new TextEncoder();
  // What refuses the call at once is a status, not an event.
  let next: Next | undefined = answers.next();
  await orAlive(next, 0);
  let begun = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!begun) {
        begun = true;
        controller.enqueue(utf8.encode(": watching\n\n"));
        return;
      }
      try {
        next ??= answers.next();
        const result = await orAlive(next);
        if (result === undefined) {
          controller.enqueue(utf8.encode(": alive\n\n"));
          return;
        }
        next = undefined;
        if (result.done) {
          controller.close();
          return;
        }
        const text = await encodeJson(schema, result.value, naming);
        controller.enqueue(utf8.encode(`data: ${text}\n\n`));
      } catch (error) {
        const told = error instanceof ApiError
          ? error
          : new ApiError("INTERNAL", "The call failed; the log says why");
        controller.enqueue(
          utf8.encode(`event: error\ndata: ${JSON.stringify(told)}\n\n`),
        );
        controller.close();
      }
    },
    cancel() {
      next?.catch(() => {});
      gone.abort();
      // It may still wait for its next answer; the signal ends that.
      answers.return().catch(() => {});
    },
  }, { highWaterMark: 0 });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      // A proxy must not wait for more.
      "x-accel-buffering": "no",
    },
  });
}

type Next = Promise<IteratorResult<MessageShape<DescMessage>, void>>;

/** The result, or nothing when it takes so long that the reader needs a sign. */
async function orAlive(
  next: Next,
  ms: number = ALIVE_MS,
): Promise<IteratorResult<MessageShape<DescMessage>, void> | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined = undefined;
  try {
    return await Promise.race([
      next,
      new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), ms);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

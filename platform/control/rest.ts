/**
 * REST.
 *
 * @module
 */

import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { type Context, Hono } from "hono";
import type { Logger } from "../log/mod.ts";
import type { Api } from "./api.ts";
import { type Method, methodsOf } from "./method.ts";
import { ApiError, STATUS } from "./api_error.ts";
import { readBody } from "./body.ts";
import type { Calls } from "./calls.ts";
import { encodeJson } from "./encode.ts";
import { eventStream } from "./event_stream.ts";
import { readParameters } from "./parameters.ts";
import { KeptReply } from "./reply.ts";

/** What every answer says: it is of this moment, and it is what it says it is. */
/** Seconds after which what is not to be had now may be: as a header. */
const RETRY_AFTER = "1";
const HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/** A document that is served as it is, to everybody. */
export interface Page {
  /** Its path. */
  readonly path: string;
  /** What it is, such as `application/json`. */
  readonly type: string;
  /** Its text. */
  readonly text: string;
}

/** What {@linkcode createRest} is made of. */
export interface RestOptions {
  /** What is offered. */
  readonly apis: readonly Api[];
  /** Serves calls. */
  readonly calls: Calls;
  /** Documents that everybody may read. */
  readonly pages: readonly Page[];
  /** Aborted when the port closes. */
  readonly closing: AbortSignal;
  /** Where failures are reported that callers are not told about. */
  readonly log: Logger;
}

/**
 * @param options What it is made of.
 * @returns The routes of all methods, the documents, and errors for the rest.
 */
export function createRest(options: RestOptions): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
  });
  app.use(async (c, next) => {
    checkOrigin(c);
    await next();
  });
  for (const { path, type, text } of options.pages) {
    app.get(path, () =>
      new Response(text, {
        headers: { "content-type": type, ...PAGE_HEADERS },
      }));
  }
  const methods = options.apis.flatMap(methodsOf).filter(({ route }) =>
    route.path !== ""
  );
  // A name beats whatever may stand in its place.
  methods.sort((a, b) => places(a.route.path) - places(b.route.path));
  for (const method of methods) {
    const { path } = method.route;
    app.on(verbsOf(method), honoPath(path), (c) => serve(c, method, options));
  }
  for (const path of new Set(methods.map(({ route }) => route.path))) {
    app.all(honoPath(path), (c) => refuseVerb(c, path, methods));
  }
  app.notFound((c) => notFound(c));
  app.onError((error) => {
    if (!(error instanceof ApiError)) {
      options.log.error("A request of the control port failed", { error });
    }
    return answerError(error);
  });
  return app;
}

/** A page may show what is in it and ask the port it came from, nothing else. */
const PAGE_HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
};

function verbsOf({ route: { verb, alsoPost = false } }: Method): string[] {
  return alsoPost ? [verb, "POST"] : [verb];
}

function places(path: string): number {
  return path.split("{").length;
}

function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

async function serve(
  c: Context,
  method: Method,
  { calls, closing }: RestOptions,
): Promise<Response> {
  calls.authorize(c.req.header("authorization"), method.route.role);
  const request = await readRequest(c, method);
  const gone = new AbortController();
  const signal = AbortSignal.any([c.req.raw.signal, closing, gone.signal]);
  if (method.desc.methodKind === "server_streaming") {
    const answers = calls.answers(method, request, signal);
    return await eventStream(answers, method.desc.output, gone, method.api);
  }
  const reply = new KeptReply();
  const text = await calls.answer(
    method,
    request,
    { signal, reply },
    (schema, message) => encodeJson(schema, message, method.api),
  );
  const { status, headers } = reply;
  return new Response(text, {
    status,
    headers: [["content-type", JSON_TYPE], ...headers],
  });
}

const JSON_TYPE = "application/json";

async function readRequest(c: Context, method: Method) {
  const { input } = method.desc;
  const { strict } = method.api;
  const parameters = {
    path: c.req.param() as Record<string, string>,
    query: new URL(c.req.url).searchParams,
  };
  const text = c.req.method === "POST" ? await readBody(c.req.raw) : "";
  if (text === "") return readParameters(input, parameters, strict);
  if (!/^application\/json\b/i.test(c.req.header("content-type") ?? "")) {
    throw new ApiError(
      "UNSUPPORTED_MEDIA_TYPE",
      "The body must be JSON: send it with content-type: application/json",
    );
  }
  try {
    const json = JSON.parse(text) as JsonValue;
    return fromJson(input, json, { ignoreUnknownFields: !strict });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApiError("INVALID_ARGUMENT", `Cannot read the body: ${why}`, {
      reason: "CODEC",
    });
  }
}

/** A page from elsewhere, open in an operator's browser, must not change anything here. */
function checkOrigin(c: Context): void {
  const origin = c.req.header("origin");
  if (origin === undefined || c.req.method === "GET") return;
  const host = c.req.header("host") ?? new URL(c.req.url).host;
  if (origin.replace(/^https?:\/\//, "") === host) return;
  throw new ApiError(
    "PERMISSION_DENIED",
    "A page from another origin may not change anything here",
  );
}

function refuseVerb(
  c: Context,
  path: string,
  methods: readonly Method[],
): Response {
  const allowed = methods.filter(({ route }) => route.path === path)
    .flatMap(verbsOf);
  const error = new ApiError(
    "METHOD_NOT_ALLOWED",
    `Cannot ${c.req.method} ${c.req.path}: use ${allowed.join(" or ")}`,
  );
  return answerError(error, { allow: allowed.join(", ") });
}

function notFound(c: Context): Response {
  const { path } = c.req;
  if (path.length > 1 && path.endsWith("/")) {
    const url = new URL(c.req.url);
    // Only a path, never a host: `//elsewhere/` must stay here.
    const target = `/${path.replaceAll(/^\/+|\/+$/g, "")}${url.search}`;
    return new Response(null, { status: 301, headers: { location: target } });
  }
  return answerError(
    new ApiError(
      "NOT_FOUND",
      `There is nothing at ${c.req.method} ${path}: see /docs`,
    ),
  );
}

/**
 * @param why What is wrong with it.
 * @returns The answer to what is no request.
 */
export function badRequest(why: string): Response {
  const message = `Cannot read the request: ${why}`;
  return answerError(new ApiError("INVALID_ARGUMENT", message));
}

function answerError(
  error: unknown,
  more: Readonly<Record<string, string>> = {},
): Response {
  const told = error instanceof ApiError
    ? error
    : new ApiError("INTERNAL", "The call failed; the log says why");
  return new Response(JSON.stringify(told), {
    status: STATUS[told.code].http,
    headers: {
      "content-type": JSON_TYPE,
      ...HEADERS,
      ...(told.code === "UNAUTHENTICATED" && { "www-authenticate": "Bearer" }),
      ...(told.code === "UNAVAILABLE" && { "retry-after": RETRY_AFTER }),
      ...more,
    },
  });
}

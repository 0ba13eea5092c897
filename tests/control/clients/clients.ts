/**
 * Calls of gRPC by clients that nobody here wrote, and one by the library of the server.
 *
 * @module
 */

import {
  type DescService,
  fromBinary,
  fromJson,
  type JsonObject,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { cluster, controlplane, health } from "@frontier/platform/cluster-api";
import { BytesClient } from "../../../platform/control/testing/grpc_client.ts";
import { Admin } from "../../../server/control/generated/admin_pb.ts";
import { ControlPlane } from "../../../server/control/generated/controlplane_pb.ts";
import { TextLineStream } from "@std/streams";
import {
  GO_CLIENT,
  GO_FRONTLAS_CLIENT,
  GRPCURL,
  isThere,
  PROTO,
  PYTHON,
} from "./tools.ts";

/** A call of gRPC. */
export interface Call {
  /** The file that declares it. */
  readonly file: string;
  /** Full name of the service. */
  readonly service: string;
  /** Name of the method. */
  readonly method: string;
  /** The request, in JSON. */
  readonly request: Readonly<Record<string, unknown>>;
  /** How many answers of a stream are taken; absent for a method with one answer. */
  readonly take?: number;
}

/** What came of a call: an answer, some answers, or an error. */
export interface Result {
  /** The answer. */
  readonly answer?: Record<string, unknown>;
  /** The answers of a stream. */
  readonly answers?: Record<string, unknown>[];
  /** Status code of what went wrong. */
  readonly code?: number;
  /** What went wrong. */
  readonly message?: string;
}

/** A client. */
export interface ForeignClient {
  /** Its name. */
  readonly name: string;
  /** The file that must be there. */
  readonly program: string;
  /**
   * Makes calls, one after the other.
   *
   * @param target Where the server is, as `host:port`.
   * @param calls The calls.
   * @param token A token to show.
   * @returns What came of each.
   */
  run(
    target: string,
    calls: readonly Call[],
    token?: string,
  ): Promise<Result[]>;
}

/** Runs a program that reads calls and writes results, a line each. */
async function byLines(
  command: string,
  args: string[],
  calls: readonly Call[],
): Promise<Result[]> {
  const child = new Deno.Command(command, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  const lines = calls.map((call) => `${JSON.stringify(call)}\n`).join("");
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(lines));
  await writer.close();
  const results: Result[] = [];
  const out = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of out) results.push(JSON.parse(line));
  const { success } = await child.status;
  const text = await errors;
  if (!success || results.length !== calls.length) {
    throw new Error(`Cannot call with ${command}: ${text}`);
  }
  return results;
}

/** One call of grpcurl, which learns from the server what there is. */
async function grpcurl(
  target: string,
  { service, method, request, take }: Call,
  token: string,
): Promise<Result> {
  const child = new Deno.Command(GRPCURL, {
    args: [
      "-plaintext",
      "-emit-defaults",
      "-format-error",
      "-max-time",
      take === undefined ? "60" : "2",
      ...(token === "" ? [] : ["-H", `authorization: Bearer ${token}`]),
      "-d",
      JSON.stringify(request),
      target,
      `${service}/${method}`,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { stdout, stderr } = await child.output();
  const text = new TextDecoder();
  const answers = text.decode(stdout).split(/\n(?=\{)/)
    .filter((part) => part.trim() !== "").map((part) =>
      JSON.parse(part, snakeCase)
    );
  if (take !== undefined) return { answers: answers.slice(0, take) };
  if (answers.length > 0) return { answer: answers[0] };
  const { code, message } = JSON.parse(text.decode(stderr));
  return { code, message };
}

/**
 * A reviver for `JSON.parse` where names are those of JSON: the others write those of the file.
 *
 * @param _key Not looked at.
 * @param value A value that was read.
 * @returns The same with the names of the file.
 */
export function snakeCase(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      member,
    ]),
  );
}

/** The library that the server uses, too: it is always there. */
async function grpcJs(
  services: readonly DescService[],
  target: string,
  { service, method, request, take }: Call,
  token: string,
): Promise<Result> {
  using client = new BytesClient(
    Number(target.split(":")[1]),
    undefined,
    token || undefined,
  );
  const desc = services.find(({ typeName }) => typeName === service)!.methods
    .find(({ name }) => name === method)!;
  const path = `/${service}/${method}`;
  const bytes = toBinary(
    desc.input,
    fromJson(desc.input, request as JsonObject),
  );
  const read = (answer: Uint8Array) =>
    toJson(desc.output, fromBinary(desc.output, answer), {
      alwaysEmitImplicit: true,
      useProtoFieldName: true,
    }) as Record<string, unknown>;
  if (take === undefined) {
    const { code, details, bytes: answer } = await client.call(path, bytes);
    return code === 0 ? { answer: read(answer!) } : { code, message: details };
  }
  const stream = client.stream(path, bytes);
  const answers: Record<string, unknown>[] = [];
  await new Promise<void>((resolve, reject) => {
    stream.on("data", (answer: Uint8Array) => {
      answers.push(read(answer));
      if (answers.length >= take) resolve();
    });
    stream.on("end", () => reject(new Error("The stream has ended")));
  });
  stream.cancel();
  return { answers: answers.slice(0, take) };
}

/** All of them, for the services of one program. */
function clientsFor(
  services: readonly DescService[],
  goClient: string,
  goArgs: readonly string[],
): ForeignClient[] {
  return [
    {
      name: "grpc-js",
      program: Deno.execPath(),
      async run(target, calls, token = "") {
        const results: Result[] = [];
        for (const call of calls) {
          results.push(await grpcJs(services, target, call, token));
        }
        return results;
      },
    },
    {
      name: "grpcio",
      program: PYTHON,
      run: (target, calls, token = "") =>
        byLines(PYTHON, [
          new URL("python/main.py", import.meta.url).pathname,
          target,
          token,
          PROTO,
        ], calls),
    },
    {
      name: "grpc-go",
      program: goClient,
      run: (target, calls, token = "") =>
        byLines(goClient, [...goArgs, target, token], calls),
    },
    {
      name: "grpcurl",
      program: GRPCURL,
      async run(target, calls, token = "") {
        const results: Result[] = [];
        for (const call of calls) {
          results.push(await grpcurl(target, call, token));
        }
        return results;
      },
    },
  ];
}

/** Clients of a gateway. */
export const CLIENTS: readonly ForeignClient[] = clientsFor(
  [ControlPlane, Admin],
  GO_CLIENT,
  [],
);

/** Clients of a Frontlas. */
export const FRONTLAS_CLIENTS: readonly ForeignClient[] = clientsFor(
  [controlplane.ClusterService, health.Health, cluster.Cluster],
  GO_FRONTLAS_CLIENT,
  ["calls"],
);

const required = Deno.env.get("FRONTIER_REQUIRE_GRPC_CLIENTS") === "1";
let told = false;

/**
 * Registers a test with a client. Where the client is missing the test is skipped
 * with a loud line, or, where `FRONTIER_REQUIRE_GRPC_CLIENTS=1` says that it
 * must be there (as in CI), it fails.
 *
 * @param client The client.
 * @param name Name of the test.
 * @param fn The test.
 */
export function clientTest(
  client: ForeignClient,
  name: string,
  fn: () => Promise<void>,
): void {
  const available = isThere(client.program);
  if (!available && !told) {
    told = true;
    console.error(
      "\n*** CLIENTS OF GRPC ARE MISSING: tests with them are NOT RUN; deno run -A tests/control/clients/tools.ts installs them ***\n",
    );
  }
  Deno.test({
    name: `${client.name}: ${name}`,
    ignore: !available && !required,
    async fn() {
      if (!available) {
        throw new Error(
          `Cannot run ${client.name}: ${client.program} is not there`,
        );
      }
      await fn();
    },
  });
}

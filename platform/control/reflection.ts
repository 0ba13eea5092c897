/**
 * The reflection service of gRPC: tools ask it what there is to call.
 *
 * @module
 */

import { clearTimeout, setTimeout } from "node:timers";
import {
  create,
  createRegistry,
  type DescFile,
  type DescService,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type {
  MethodDefinition,
  Server,
  ServerDuplexStream,
} from "@grpc/grpc-js";
import { ApiError } from "./api_error.ts";
import type { Calls } from "./calls.ts";
import {
  ServerReflection,
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  ServerReflectionResponseSchema,
} from "./generated/reflection_pb.ts";
import { statusOf } from "./grpc.ts";

/** The service's names: tools of all ages ask for one of them, with the same messages. */
const NAMES = [
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
];
/** Milliseconds after which somebody without a question is sent away. */
const IDLE_MS = 60_000;
/** Status code of gRPC for what is not there. */
const NOT_FOUND = 5;
/** Status code of gRPC for what cannot be asked. */
const INVALID_ARGUMENT = 3;

type Answer = MessageInitShape<
  typeof ServerReflectionResponseSchema
>["messageResponse"];

/** Answers what tools ask about services. */
export class Reflection {
  readonly #services: readonly DescService[];
  readonly #files: ReadonlyMap<string, DescFile>;
  readonly #symbols: Map<string, DescFile> = new Map();

  /**
   * @param services What is offered.
   */
  constructor(services: readonly DescService[]) {
    this.#services = [...services, ServerReflection];
    this.#files = new Map(
      this.#services.map(({ file }) => [`${file.name}.proto`, file]),
    );
    for (const file of this.#files.values()) this.#enter(file);
  }

  #enter(file: DescFile): void {
    for (const declared of createRegistry(file)) {
      this.#symbols.set(declared.typeName, file);
      const members = declared.kind === "service"
        ? declared.methods
        : declared.kind === "message"
        ? declared.fields
        : declared.kind === "enum"
        ? declared.values
        : [];
      for (const { name } of members) {
        this.#symbols.set(`${declared.typeName}.${name}`, file);
      }
    }
  }

  /**
   * @param request What is asked.
   * @returns The answer.
   */
  answer({ messageRequest: asked }: ServerReflectionRequest): Answer {
    switch (asked.case) {
      case "listServices":
        return {
          case: "listServicesResponse",
          value: {
            service: this.#services.map(({ typeName }) => ({ name: typeName })),
          },
        };
      case "fileByFilename":
        return fileAnswer(this.#files.get(asked.value), asked.value);
      case "fileContainingSymbol":
        return fileAnswer(this.#symbols.get(asked.value), asked.value);
      case "allExtensionNumbersOfType":
        return this.#symbols.has(asked.value)
          ? {
            case: "allExtensionNumbersResponse",
            value: { baseTypeName: asked.value },
          }
          : failure(NOT_FOUND, `not found: ${asked.value}`);
      case "fileContainingExtension":
        return failure(NOT_FOUND, "there are no extensions");
      default:
        return failure(INVALID_ARGUMENT, "nothing is asked");
    }
  }
}

function fileAnswer(file: DescFile | undefined, name: string): Answer {
  if (file === undefined) return failure(NOT_FOUND, `not found: ${name}`);
  // Our files need no others.
  const bytes = toBinary(FileDescriptorProtoSchema, file.proto);
  return {
    case: "fileDescriptorResponse",
    value: { fileDescriptorProto: [bytes] },
  };
}

function failure(errorCode: number, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}

/**
 * Adds the service under all its names.
 *
 * @param server Where to.
 * @param reflection Answers.
 * @param calls Who may ask, and how many at a time.
 * @param closing Aborted when the port closes.
 */
export function addReflection(
  server: Server,
  reflection: Reflection,
  calls: Calls,
  closing: AbortSignal,
): void {
  for (const name of NAMES) {
    server.addService({ ServerReflectionInfo: definitionOf(name) }, {
      ServerReflectionInfo: (call: Stream) =>
        void serve(call, reflection, calls, closing),
    });
  }
}

type Bytes = Uint8Array;
type Stream = ServerDuplexStream<Bytes, Bytes>;

function definitionOf(name: string): MethodDefinition<Bytes, Bytes> {
  return {
    path: `/${name}/ServerReflectionInfo`,
    requestStream: true,
    responseStream: true,
    requestSerialize: (bytes) => globalThis.Buffer.from(bytes),
    requestDeserialize: (bytes) => bytes,
    responseSerialize: (bytes) => globalThis.Buffer.from(bytes),
    responseDeserialize: (bytes) => bytes,
  };
}

async function serve(
  call: Stream,
  reflection: Reflection,
  calls: Calls,
  closing: AbortSignal,
): Promise<void> {
  call.on("error", () => {});
  const gone = new AbortController();
  call.on("cancelled", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, closing]);
  try {
    const header = call.metadata.get("authorization")[0];
    calls.authorize(header?.toString(), "read");
    await calls.inPlace(
      "watch",
      signal,
      () => answerAll(call, reflection, signal),
      "ServerReflection.ServerReflectionInfo",
    );
    call.end();
  } catch (error) {
    if (!call.cancelled) call.emit("error", statusOf(error));
  }
}

/** Until the caller has no more questions. To iterate would close both directions with the last one. */
function answerAll(
  call: Stream,
  reflection: Reflection,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const idle = setTimeout(resolve, IDLE_MS);
    const done = (error?: unknown) => {
      clearTimeout(idle);
      if (error === undefined) resolve();
      else reject(error);
    };
    signal.addEventListener("abort", () => done());
    call.on("end", () => done());
    call.on("data", (bytes: Bytes) => {
      idle.refresh();
      try {
        if (call.write(respond(reflection, bytes))) return;
        call.pause();
        call.once("drain", () => call.resume());
      } catch (error) {
        done(error);
      }
    });
  });
}

function respond(reflection: Reflection, bytes: Bytes): Bytes {
  let request: ServerReflectionRequest;
  try {
    request = fromBinary(ServerReflectionRequestSchema, bytes);
  } catch {
    throw new ApiError("INVALID_ARGUMENT", "Cannot read the request");
  }
  return toBinary(
    ServerReflectionResponseSchema,
    create(ServerReflectionResponseSchema, {
      validHost: request.host,
      originalRequest: request,
      messageResponse: reflection.answer(request),
    }),
  );
}

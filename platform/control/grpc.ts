/**
 * gRPC.
 *
 * @module
 */

import {
  type DescMessage,
  fromBinary,
  type MessageShape,
} from "@bufbuild/protobuf";
// First: see there.
import "./http2_guard.ts";
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  Server,
  type ServerUnaryCall,
  type ServerWritableStream,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import type { EventEmitter } from "node:events";
import type { Api } from "./api.ts";
import { type Method, methodsOf } from "./method.ts";
import { ApiError, STATUS } from "./api_error.ts";
import type { Calls } from "./calls.ts";
import { encodeBinary } from "./encode.ts";
import { KeptReply } from "./reply.ts";

/** Bytes of the largest request. */
const MAX_REQUEST_BYTES = 65_536;
/** Calls of one connection at a time. */
const MAX_STREAMS = 128;
/** Megabytes that one connection may make the runtime hold. */
const MAX_SESSION_MEGABYTES = 8;

/** What {@linkcode createGrpc} is made of. */
export interface GrpcOptions {
  /** What is offered. */
  readonly apis: readonly Api[];
  /** Serves calls. */
  readonly calls: Calls;
  /** Aborted when the port closes. */
  readonly closing: AbortSignal;
  /** Milliseconds without a call after which a connection is closed. */
  readonly idleMs: number;
}

/** A call of either kind that we serve. */
type Call =
  | ServerUnaryCall<Buffer, Uint8Array>
  | ServerWritableStream<Buffer, Uint8Array>;

/**
 * @param options What it is made of.
 * @returns The server; it has no connections yet.
 */
export function createGrpc(options: GrpcOptions): Server {
  const server = new Server({
    // Its tables grow with every connection, and nobody reads them.
    "grpc.enable_channelz": 0,
    "grpc.max_receive_message_length": MAX_REQUEST_BYTES,
    "grpc.max_send_message_length": -1,
    "grpc.max_concurrent_streams": MAX_STREAMS,
    "grpc.max_connection_idle_ms": options.idleMs,
    "grpc-node.max_session_memory": MAX_SESSION_MEGABYTES,
    // A watcher whose machine has vanished says nothing; nor is one always seen
    // that leaves while its connection changes hands.
    "grpc.keepalive_time_ms": 30_000,
    "grpc.keepalive_timeout_ms": 10_000,
  });
  for (const api of options.apis) {
    const definition: Record<string, MethodDefinition<Buffer, Uint8Array>> = {};
    const handlers: UntypedServiceImplementation = {};
    for (const method of methodsOf(api)) {
      const { name } = method.desc;
      definition[name] = definitionOf(method);
      handlers[name] = definition[name].responseStream
        ? streamHandler(method, options)
        : unaryHandler(method, options);
    }
    server.addService(definition, handlers);
  }
  return server;
}

/** Bytes in, bytes out: what they mean is our concern, so that errors are. */
function definitionOf({ desc }: Method): MethodDefinition<Buffer, Uint8Array> {
  return {
    path: `/${desc.parent.typeName}/${desc.name}`,
    requestStream: false,
    responseStream: desc.methodKind === "server_streaming",
    requestSerialize: (bytes) => bytes,
    requestDeserialize: (bytes) => bytes,
    responseSerialize: (bytes) => asBuffer(bytes),
    responseDeserialize: (bytes) => bytes,
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return globalThis.Buffer.from(
    bytes.buffer,
    bytes.byteOffset,
    bytes.byteLength,
  );
}

function unaryHandler(
  method: Method,
  { calls, closing }: GrpcOptions,
): handleUnaryCall<Buffer, Uint8Array> {
  return (call, callback) => {
    void (async () => {
      try {
        const { request, signal } = begin(call, method, calls, closing);
        const reply = new KeptReply();
        const context = { signal, reply };
        const bytes = await calls.answer(
          method,
          request,
          context,
          encodeBinary,
        );
        if (reply.headers.length > 0) {
          const metadata = new Metadata();
          for (const [name, value] of reply.headers) metadata.set(name, value);
          call.sendMetadata(metadata);
        }
        callback(null, bytes);
      } catch (error) {
        callback(statusOf(error));
      }
    })();
  };
}

function streamHandler(
  method: Method,
  { calls, closing }: GrpcOptions,
): handleServerStreamingCall<Buffer, Uint8Array> {
  return (call) => {
    // One that is cancelled fails to write; there is nobody to tell.
    call.on("error", () => {});
    void (async () => {
      try {
        const { request, signal } = begin(call, method, calls, closing);
        // The caller sees at once that it was let in.
        call.sendMetadata(new Metadata());
        for await (const answer of calls.answers(method, request, signal)) {
          const bytes = await encodeBinary(method.desc.output, answer);
          if (!call.write(bytes)) await drained(call, signal);
        }
        call.end();
      } catch (error) {
        if (!call.cancelled) call.emit("error", statusOf(error));
      }
    })();
  };
}

/** Waits until a slow reader has taken what was written; so much is held for it, and no more. */
async function drained(
  call: ServerWritableStream<Buffer, Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      call.off("drain", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    call.on("drain", done);
    signal.addEventListener("abort", done);
  });
}

/** One for all: an error is dear, and very many callers may go. */
const GONE = new ApiError("CANCELLED", "The caller has gone");

/** Lets a caller in and reads what it asks. */
function begin(
  call: Call,
  method: Method,
  calls: Calls,
  closing: AbortSignal,
): { request: MessageShape<DescMessage>; signal: AbortSignal } {
  const header = call.metadata.get("authorization")[0];
  calls.authorize(header?.toString(), method.route.role);
  const gone = new AbortController();
  (call as EventEmitter).on("cancelled", () => gone.abort(GONE));
  if (call.cancelled) gone.abort(GONE);
  const signal = AbortSignal.any([gone.signal, closing]);
  try {
    return { request: fromBinary(method.desc.input, call.request), signal };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApiError("INVALID_ARGUMENT", `Cannot read the request: ${why}`);
  }
}

/**
 * @param error What went wrong.
 * @returns The same as gRPC tells it.
 */
export function statusOf(error: unknown): {
  name: string;
  message: string;
  code: number;
  details: string;
} {
  const told = error instanceof ApiError
    ? error
    : new ApiError("INTERNAL", "The call failed; the log says why");
  const { message } = told;
  return {
    name: told.name,
    message,
    code: STATUS[told.code].grpc,
    details: message,
  };
}

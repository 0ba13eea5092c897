/**
 * A gRPC client that sends and receives bytes.
 *
 * @module
 */

import "../http2_guard.ts";
import {
  type ChannelCredentials,
  Client,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";

/** What a call ends with. */
export interface Outcome {
  /** Status code; 0 is success. */
  readonly code: number;
  /** What went wrong. */
  readonly details: string;
  /** The answer. */
  readonly bytes: Uint8Array | undefined;
  /** What was said beside the answer. */
  readonly metadata?: Record<string, unknown>;
}

/** Calls methods by their path. */
export class BytesClient implements Disposable {
  readonly #client: Client;
  readonly #metadata: Metadata = new Metadata();

  /**
   * @param port The server's port, on this machine.
   * @param secure Credentials; plain without.
   * @param token A token to show.
   */
  constructor(
    port: number,
    secure: ChannelCredentials = credentials.createInsecure(),
    token?: string,
  ) {
    this.#client = new Client(`localhost:${port}`, secure);
    if (token !== undefined) {
      this.#metadata.set("authorization", `Bearer ${token}`);
    }
  }

  /**
   * Calls a method with one answer.
   *
   * @param path The method's path.
   * @param request The request.
   * @returns What the call ended with.
   */
  call(path: string, request = new Uint8Array(0)): Promise<Outcome> {
    return new Promise((resolve) => {
      let metadata: Record<string, unknown> = {};
      this.#client.makeUnaryRequest(
        path,
        toBuffer,
        (bytes) => new Uint8Array(bytes),
        request,
        this.#metadata,
        { deadline: Date.now() + 60_000 },
        (error: ServiceError | null, bytes?: Uint8Array) =>
          resolve({
            code: error?.code ?? 0,
            details: error?.details ?? "",
            bytes,
            metadata,
          }),
      ).on("metadata", (said) => metadata = said.getMap());
    });
  }

  /**
   * Calls a method with any number of answers.
   *
   * @param path The method's path.
   * @param request The request.
   * @returns The answers.
   */
  stream(
    path: string,
    request = new Uint8Array(0),
  ): ClientReadableStream<Uint8Array> {
    const stream = this.#client.makeServerStreamRequest(
      path,
      toBuffer,
      (bytes) => new Uint8Array(bytes),
      request,
      this.#metadata,
      {},
    );
    stream.on("error", () => {});
    return stream;
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

/**
 * @param ca Who may vouch for the server.
 * @param cert The client's certificate.
 * @param key The client's key.
 * @returns What a client over TLS shows.
 */
export function overTls(
  ca: string,
  cert?: string,
  key?: string,
): ChannelCredentials {
  const bytes = (text: string | undefined) =>
    text === undefined ? null : globalThis.Buffer.from(text);
  return credentials.createSsl(bytes(ca), bytes(key), bytes(cert));
}

function toBuffer(bytes: Uint8Array) {
  return globalThis.Buffer.from(bytes);
}

/**
 * @param stream The answers of a call.
 * @returns What the call ended with.
 */
export function outcomeOf(
  stream: ClientReadableStream<Uint8Array>,
): Promise<Outcome> {
  return new Promise((resolve) =>
    stream.on(
      "status",
      ({ code, details }) => resolve({ code, details, bytes: undefined }),
    )
  );
}

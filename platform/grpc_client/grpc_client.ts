/**
 * Calls methods of one gRPC server.
 *
 * @module
 */

import {
  type ChannelCredentials,
  Client,
  connectivityState,
  credentials,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import { GRPC_CODE, GrpcError } from "./grpc_error.ts";

/** Whom to trust, and what to show, as PEM. */
export interface GrpcTls {
  /** Authorities that may vouch for the server; those that the runtime trusts unless given. */
  readonly ca?: string;
  /** Certificate chain of ours, leaf first. */
  readonly cert?: string;
  /** Its private key. */
  readonly key?: string;
  /** Name that the server's certificate must be for; the host of its address unless given. */
  readonly serverName?: string;
}

/** How to reach a gRPC server. */
export interface GrpcClientOptions {
  /** Host name or address; IPv6 without brackets. */
  readonly hostname: string;
  /** Port. */
  readonly port: number;
  /** Speaks TLS; plain unless given. */
  readonly tls?: GrpcTls | undefined;
  /** Shown with each call; none unless given. */
  readonly token?: string | undefined;
}

/** How one call is carried out. */
export interface GrpcCallOptions {
  /** Milliseconds it may take; infinite unless given. */
  readonly timeoutMs?: number;
  /** Gives up when aborted. */
  readonly signal?: AbortSignal;
}

const CHANNEL_OPTIONS = {
  // An address is meant as it stands: no proxy, no look-up of how to call it.
  "grpc.enable_http_proxy": 0,
  "grpc.service_config_disable_resolution": 1,
  // Whoever calls makes its own pauses; the timer of the last one outlives the client.
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 100,
  "grpc.enable_channelz": 0,
};

/** How the library tells why it could not connect. */
const WORDY =
  /^No connection established\. Last error: (?:\w*Error: )?(.*?)\.? Resolution note: *$/s;

/** Sent in place of a name to a server that is known by its address. */
const NO_NAME = "frontlas";

/** A connection that is made when it is needed, and again when it was lost. */
export class GrpcClient implements Disposable {
  readonly #client: Client;
  readonly #metadata: Metadata = new Metadata();
  readonly #address: string;

  /**
   * Connects at the first call.
   *
   * @param options Where to, whom to trust, and what to show.
   */
  constructor(options: GrpcClientOptions) {
    const { hostname, port, tls, token } = options;
    const host = hostname.includes(":") ? `[${hostname}]` : hostname;
    this.#address = `${host}:${port}`;
    this.#client = new Client(this.#address, secure(hostname, tls), {
      ...CHANNEL_OPTIONS,
      "grpc.ssl_target_name_override": sentName(options),
    });
    if (token !== undefined) {
      this.#metadata.set("authorization", `Bearer ${token}`);
    }
  }

  /** Whether the last attempt to connect has failed; a new client is better than to go on. */
  get broken(): boolean {
    const { TRANSIENT_FAILURE } = connectivityState;
    return this.#client.getChannel().getConnectivityState(false) ===
      TRANSIENT_FAILURE;
  }

  /**
   * Calls a method with one answer.
   *
   * @param path The method: `/package.Service/Method`.
   * @param request The encoded request.
   * @param options Time limit and signal.
   * @returns The encoded answer.
   * @throws {GrpcError} If it fails.
   */
  call(
    path: string,
    request: Uint8Array,
    options: GrpcCallOptions = {},
  ): Promise<Uint8Array> {
    const { timeoutMs = Infinity, signal } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(this.#error(path, GRPC_CODE.canceled, "given up"));
        return;
      }
      const call = this.#client.makeUnaryRequest(
        path,
        toBuffer,
        toBytes,
        request,
        this.#metadata,
        timeoutMs < Infinity ? { deadline: Date.now() + timeoutMs } : {},
        (error: ServiceError | null, answer) => {
          signal?.removeEventListener("abort", cancel);
          if (error === null) resolve(answer!);
          else reject(this.#error(path, error.code, error.details));
        },
      );
      const cancel = () => call.cancel();
      signal?.addEventListener("abort", cancel, { once: true });
    });
  }

  /**
   * Calls a method with any number of answers.
   *
   * @param path The method: `/package.Service/Method`.
   * @param request The encoded request.
   * @param onAnswer Gets each encoded answer.
   * @param signal Ends the call when aborted.
   * @returns When the server has ended it.
   * @throws {GrpcError} If it fails, or was ended here.
   */
  follow(
    path: string,
    request: Uint8Array,
    onAnswer: (answer: Uint8Array) => void,
    signal: AbortSignal,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(this.#error(path, GRPC_CODE.canceled, "given up"));
        return;
      }
      const call = this.#client.makeServerStreamRequest(
        path,
        toBuffer,
        toBytes,
        request,
        this.#metadata,
        {},
      );
      const cancel = () => call.cancel();
      signal.addEventListener("abort", cancel, { once: true });
      const over = () => signal.removeEventListener("abort", cancel);
      call.on("data", onAnswer);
      call.on("error", (error: ServiceError) => {
        over();
        reject(this.#error(path, error.code, error.details));
      });
      call.on("end", () => {
        over();
        resolve();
      });
    });
  }

  /** Closes the connection; calls under way fail. */
  [Symbol.dispose](): void {
    this.#client.close();
  }

  #error(path: string, code: number, details: string): GrpcError {
    const method = path.slice(path.lastIndexOf("/") + 1);
    const what = `ask ${this.#address} for ${method}`;
    return new GrpcError(what, code, details.replace(WORDY, "$1"));
  }
}

function toBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}

function toBytes(buffer: Buffer): Uint8Array {
  return buffer;
}

/** An address must not be sent as a name, and the library sends something. */
function sentName({ hostname, tls }: GrpcClientOptions): string {
  const name = tls?.serverName ?? hostname;
  return isIP(name) === 0 ? name : NO_NAME;
}

function secure(
  hostname: string,
  tls: GrpcTls | undefined,
): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const { ca, cert, key, serverName = hostname } = tls;
  const buffer = (pem: string | undefined) =>
    pem === undefined ? null : Buffer.from(pem);
  return credentials.createSsl(buffer(ca), buffer(key), buffer(cert), {
    // What was meant, whatever name was sent.
    checkServerIdentity: (_, shown) => checkServerIdentity(serverName, shown),
  });
}

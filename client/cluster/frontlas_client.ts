/**
 * Asks Frontlas.
 *
 * @module
 */

import {
  GRPC_CODE,
  GrpcClient,
  GrpcError,
} from "@frontier/platform/grpc-client";
import { FrontierError } from "@frontier/proto";
import { formatGateway, type GatewayAddress } from "../connection/addresses.ts";
import { readTlsMaterial, type TlsMaterialOptions } from "../tls_material.ts";

/** Milliseconds that one Frontlas may take to answer, before another one is asked. */
const ANSWER_MS = 3_000;

/** Where Frontlas is, whom to trust there, and what to show. */
export interface FrontlasClientOptions {
  /** Where it is; several share one store. */
  readonly addresses: readonly GatewayAddress[];
  /** Speaks TLS; plain unless given. */
  readonly tls?: TlsMaterialOptions | undefined;
  /** Token to show. */
  readonly token?: string | undefined;
}

/**
 * Several Frontlas over one store, of which one is preferred until it fails.
 * What can be asked at any of them is asked at the next one then.
 */
export class FrontlasClient implements Disposable {
  readonly #options: FrontlasClientOptions;
  readonly #clients = new Map<number, Promise<GrpcClient>>();
  #preferred = 0;
  #closed = false;

  /**
   * Connects when it is asked something.
   *
   * @param options Where to.
   */
  constructor(options: FrontlasClientOptions) {
    this.#options = options;
  }

  /** How many addresses there are. */
  get size(): number {
    return this.#options.addresses.length;
  }

  /** The number of the address that is preferred. */
  get preferred(): number {
    return this.#preferred;
  }

  /** All addresses, for people. */
  get text(): string {
    return this.#options.addresses.map(formatGateway).join(", ");
  }

  /**
   * Asks the preferred one, and the others in turn when it does not know.
   *
   * @param ask Asks one of them.
   * @param isAnswer Whether a failure is what the others would say as well.
   * @returns Its answer.
   * @throws {GrpcError} The answer of the last one.
   */
  async ask<T>(
    ask: (client: GrpcClient, timeoutMs: number) => Promise<T>,
    isAnswer: (error: GrpcError) => boolean,
  ): Promise<T> {
    const first = this.#preferred;
    for (let i = 0;; i++) {
      const index = (first + i) % this.size;
      let client: GrpcClient | undefined;
      try {
        client = await this.client(index);
        return await ask(client, ANSWER_MS);
      } catch (error) {
        const failure = toGrpcError(error);
        if (isAnswer(failure)) throw failure;
        if (client?.broken) this.drop(index);
        // One that does not answer would cost everybody the same time.
        else if (failure.code === GRPC_CODE.deadlineExceeded) {
          this.#avoid(index);
        }
        if (i === this.size - 1 || this.#closed) throw failure;
      }
    }
  }

  /**
   * Gives the connection to one of them.
   *
   * @param index The number of its address.
   * @returns The client; it connects when it is used.
   * @throws {Error} If a file or certificate of ours cannot be used.
   */
  client(index: number): Promise<GrpcClient> {
    if (this.#closed) {
      throw new GrpcError("ask Frontlas", GRPC_CODE.canceled, "closed");
    }
    let client = this.#clients.get(index);
    if (client === undefined) {
      client = this.#open(this.#options.addresses[index]!);
      this.#clients.set(index, client);
      client.catch(() => this.#clients.delete(index));
    }
    return client;
  }

  /**
   * One of them has failed: its connection is made anew when it is its turn.
   *
   * @param index The number of its address.
   */
  drop(index: number): void {
    this.#avoid(index);
    const client = this.#clients.get(index);
    this.#clients.delete(index);
    client?.then((open) => open[Symbol.dispose](), () => {});
  }

  /** Closes all connections; calls under way fail. */
  [Symbol.dispose](): void {
    this.#closed = true;
    for (const index of [...this.#clients.keys()]) this.drop(index);
  }

  #avoid(index: number): void {
    if (index === this.#preferred) {
      this.#preferred = (index + 1) % this.size;
    }
  }

  async #open({ hostname, port }: GatewayAddress): Promise<GrpcClient> {
    const { tls, token } = this.#options;
    if (tls === undefined) return new GrpcClient({ hostname, port, token });
    const { ca, own } = await readTlsMaterial(tls);
    return new GrpcClient({
      hostname,
      port,
      token,
      tls: {
        ...own,
        ...(ca !== undefined && { ca: ca.join("\n") }),
        ...(tls.serverName !== undefined && { serverName: tls.serverName }),
      },
    });
  }
}

/** A certificate that cannot be read is no answer of Frontlas, but a failure like others. */
function toGrpcError(error: unknown): GrpcError {
  if (error instanceof GrpcError) return error;
  const details = error instanceof Error ? error.message : String(error);
  return new GrpcError("ask Frontlas", GRPC_CODE.internal, details);
}

/**
 * What a service is told when no Frontlas names the gateways.
 *
 * @param reason What the last one that was asked has failed with.
 * @returns The error: `refused` when asking again would change nothing.
 */
export function noFrontlas(reason: Error): FrontierError {
  const refused = isRefusal(reason);
  // A port of something else answers in words that help nobody.
  const fix = refused
    ? ""
    : '; "frontlas" takes addresses of control planes, port 40011 by default';
  return new FrontierError(
    refused ? "refused" : "not-connected",
    `Cannot connect: no Frontlas tells where gateways are: ${reason.message}${fix}`,
    { cause: reason },
  );
}

/**
 * Tells whether asking again would change nothing.
 *
 * @param reason What a question has failed with.
 * @returns Whether we are not welcome.
 */
export function isRefusal(reason: Error): boolean {
  return reason instanceof GrpcError &&
    (reason.code === GRPC_CODE.unauthenticated ||
      reason.code === GRPC_CODE.permissionDenied);
}

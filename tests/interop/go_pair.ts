/** A gateway with a Go service and a Go edge connected to it, in every combination of library lines. */

import type { Frontier } from "../../server/mod.ts";
import { startGateway } from "../support/gateway.ts";
import { GoPeer } from "./go_peer.ts";
import type { GoLine, GoPeerOptions } from "./go_peer_types.ts";
import { interopTest } from "./interop_test_case.ts";

/** Both lines of the Go library. */
export const LINES: readonly GoLine[] = ["new", "old"];

/** Name and topics of the service in a {@linkcode GoPair}. */
export const SERVICE = { name: "svc", topics: ["t1", "t2"] } as const;

/** The three parties of most tests. */
export class GoPair implements AsyncDisposable {
  /** The gateway under test. */
  readonly gateway: Frontier;
  /** A Go service named `svc` that takes the topics `t1` and `t2`. */
  readonly service: GoPeer;
  /** A Go edge with the meta `edge-meta`. */
  readonly edge: GoPeer;

  private constructor(gateway: Frontier, service: GoPeer, edge: GoPeer) {
    this.gateway = gateway;
    this.service = service;
    this.edge = edge;
  }

  /**
   * Starts all three.
   *
   * @param edge Library line of the edge.
   * @param service Library line of the service.
   * @param options Start options for both Go peers.
   * @returns The running pair.
   */
  static async start(
    edge: GoLine,
    service: GoLine,
    options: Partial<GoPeerOptions> = {},
  ): Promise<GoPair> {
    await using stack = new AsyncDisposableStack();
    const gateway = stack.use(await startGateway());
    const goService = stack.use(
      await startService(gateway, { line: service, ...options }),
    );
    const goEdge = stack.use(
      await startEdge(gateway, { line: edge, meta: "edge-meta", ...options }),
    );
    const pair = new GoPair(gateway, goService, goEdge);
    pair.#stack = stack.move();
    return pair;
  }

  #stack = new AsyncDisposableStack();

  /** Ends the peers, then the gateway. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/**
 * Connects a Go service to a gateway.
 *
 * @param gateway Where to.
 * @param options What differs from a service named `svc` with the topics `t1` and `t2`.
 * @returns The service.
 */
export function startService(
  gateway: Frontier,
  options: Partial<GoPeerOptions> = {},
): Promise<GoPeer> {
  return GoPeer.start({
    ...SERVICE,
    role: "service",
    port: gateway.serviceAddr.port,
    ...options,
  });
}

/**
 * Connects a Go edge to a gateway.
 *
 * @param gateway Where to.
 * @param options What differs from a plain edge.
 * @returns The edge.
 */
export function startEdge(
  gateway: Frontier,
  options: Partial<GoPeerOptions> = {},
): Promise<GoPeer> {
  return GoPeer.start({
    role: "edge",
    port: gateway.edgeAddr.port,
    ...options,
  });
}

/**
 * Registers a test once for every combination of library lines.
 *
 * @param name Name of the test.
 * @param fn The test; gets the lines, too, where a line's limits matter.
 */
export function forEachPair(
  name: string,
  fn: (pair: GoPair, edge: GoLine, service: GoLine) => Promise<void>,
): void {
  for (const edge of LINES) {
    for (const service of LINES) {
      interopTest(`${name} (edge ${edge}, service ${service})`, async () => {
        await using pair = await GoPair.start(edge, service);
        await fn(pair, edge, service);
      });
    }
  }
}

/**
 * Decodes reported data.
 *
 * @param bytes Bytes of a report, if it had them.
 * @returns Their text.
 */
export function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

/**
 * The eight bytes that stand for an edge at the end of `custom`.
 *
 * @param edgeId The edge.
 * @returns Its id, big-endian.
 */
export function tail(edgeId: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, edgeId);
  return bytes;
}

/**
 * Sends bytes through a stream in portions that an old reader, which drops what it has not read in time, can park;
 * checks what arrives.
 *
 * @param from The writer.
 * @param a Its handle of the stream.
 * @param to The reader.
 * @param b Its handle of the stream.
 * @param size How many bytes.
 * @throws {Error} When something else arrives.
 */
export async function transferInPortions(
  from: GoPeer,
  a: string,
  to: GoPeer,
  b: string,
  size: number,
): Promise<void> {
  const portion = 20 * 16_384;
  for (let sent = 0; sent < size; sent += portion) {
    const [put, got] = await Promise.all([
      from.write(a, { size: Math.min(portion, size - sent), seed: sent }, {
        chunk: 16_384,
      }),
      to.read(b, { bytes: Math.min(portion, size - sent), timeoutMs: 5000 }),
    ]);
    if (put.sha256 !== got.sha256) {
      throw new Error(`Other bytes have arrived after ${sent}`);
    }
  }
}

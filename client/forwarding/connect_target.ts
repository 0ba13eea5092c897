/**
 * Reaching the target of an agent from a service.
 *
 * @module
 */

import { FrontierError } from "@frontier/proto";
import type { Service } from "../service.ts";
import type { HalfCloseable } from "./connection.ts";
import { openTarget } from "./open.ts";

/** What {@linkcode connectTarget} reaches. */
export interface TargetOptions {
  /** The agent: the id of its edge. */
  readonly edgeId: bigint;
  /** Name of the target, as the agent has it. */
  readonly target: string;
  /**
   * Milliseconds it may take, the wait for a gateway included.
   *
   * @default {15_000}
   */
  readonly timeoutMs?: number;
}

/** Milliseconds it may take; longer than an agent tries to connect. */
const TIMEOUT_MS = 15_000;

/**
 * Connects to a target of an agent.
 *
 * @param service A service at the gateway of the agent.
 * @param options Which agent, and which target.
 * @returns The connection.
 * @throws {FrontierError} If the edge cannot be reached: `edge-not-online` and others.
 * @throws {ForwardError} If the agent refuses it, or the edge is no agent.
 *
 * @example What a web server behind an agent says
 * ```ts
 * import type { Service } from "@frontier/client";
 * import { connectTarget } from "@frontier/client/forward";
 *
 * async function greeting(service: Service, edgeId: bigint): Promise<string> {
 *   const web = await connectTarget(service, { edgeId, target: "web" });
 *   await web.write(new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n"));
 *   await web.end();
 *   const decoder = new TextDecoder();
 *   let text = "";
 *   for (;;) {
 *     const bytes = await web.read();
 *     if (bytes === null) break;
 *     text += decoder.decode(bytes, { stream: true });
 *   }
 *   await web.close();
 *   return text;
 * }
 * ```
 */
export async function connectTarget(
  service: Service,
  options: TargetOptions,
): Promise<HalfCloseable> {
  const { edgeId, target, timeoutMs = TIMEOUT_MS } = options;
  const until = performance.now() + timeoutMs;
  const stream = await service.openStream(edgeId, { timeoutMs });
  return await openTarget(
    stream,
    target,
    Math.max(1, until - performance.now()),
  );
}

/**
 * Connects to a target of an agent that is at one of several gateways.
 *
 * @param services A service at each gateway.
 * @param options Which agent, and which target.
 * @returns The connection, through the first gateway that has the edge.
 * @throws {FrontierError} If none has it.
 * @throws {ForwardError} If the agent refuses it, or the edge is no agent.
 */
export async function connectThrough(
  services: readonly Service[],
  options: TargetOptions,
): Promise<HalfCloseable> {
  if (services.length === 0) {
    throw new FrontierError(
      "not-connected",
      "Cannot reach the agent: not connected to a gateway yet",
    );
  }
  // Those that are lost would be waited for: only when there is no other.
  const there = services.filter(({ state }) => state === "connected");
  const asked = there.length > 0 ? there : services.slice(0, 1);
  for (const service of asked.slice(0, -1)) {
    try {
      return await connectTarget(service, options);
    } catch (error) {
      if (!(error instanceof FrontierError && error.retryable)) throw error;
    }
  }
  return await connectTarget(asked.at(-1)!, options);
}

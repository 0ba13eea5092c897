/**
 * Calling an agent that is at one of several gateways.
 *
 * @module
 */

import { FrontierError } from "@frontier/proto";
import type { Service } from "../service.ts";

/**
 * Calls a method of an agent through the first gateway that has it. Only where
 * the agent is not does the next gateway follow: a call that has failed in
 * another way may have been carried out, and its error is the one to tell.
 *
 * @param services A service at each gateway, at least one.
 * @param call Makes the call.
 * @returns The answer.
 * @throws {FrontierError} If the call fails, or no gateway has the agent.
 */
export async function callThrough<T>(
  services: readonly Service[],
  call: (service: Service) => Promise<T>,
): Promise<T> {
  for (const service of services.slice(0, -1)) {
    try {
      return await call(service);
    } catch (error) {
      const elsewhere = error instanceof FrontierError &&
        error.code === "edge-not-online";
      if (!elsewhere) throw error;
    }
  }
  return await call(services.at(-1)!);
}

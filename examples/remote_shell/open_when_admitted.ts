/**
 * Opens a stream to an edge of whose coming a service has just heard.
 *
 * @module
 */

import { FrontierError, type Service, type Stream } from "@frontier/client";

const TRIES = 100;
const PAUSE_MS = 50;

/**
 * Opens a stream as soon as the edge is let in: the gateway asks services first.
 *
 * @param service The service.
 * @param edgeId The edge.
 * @returns The stream.
 * @throws {FrontierError} If the edge does not come in.
 */
export async function openWhenAdmitted(
  service: Service,
  edgeId: bigint,
): Promise<Stream> {
  for (let left = TRIES;; left--) {
    try {
      return await service.openStream(edgeId);
    } catch (error) {
      if (left === 0 || !FrontierError.from(error).retryable) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/**
 * Endpoints that have dialled the port of the other kind.
 *
 * @module
 */

import { FrontierError, WRONG_PORT_PREFIX } from "@frontier/proto/internal";

/** How a gateway of ours refuses what does not introduce itself as a service. */
const ILLEGAL_META = "illegal service meta";

/**
 * Tells whether an error says that an endpoint has dialled the port of the other
 * kind. A gateway of ours is told the kind and says so when it refuses. Without
 * extensions, and at an original gateway, it is not told: then an edge is refused
 * at the port for services for its meta, and a service is let in as an edge, but
 * what it gets for its operations is what only edges are told.
 *
 * @param kind What kind of endpoint it is.
 * @param error The error of a connect or of an operation.
 * @returns Whether it has.
 */
export function isAtWrongPort(
  kind: "service" | "edge",
  error: FrontierError,
): boolean {
  const { code, cause } = error;
  if (code === "refused" && cause instanceof FrontierError) {
    const { message } = cause;
    return message.startsWith(WRONG_PORT_PREFIX) ||
      (kind === "edge" && message.startsWith(ILLEGAL_META));
  }
  return kind === "service" &&
    (code === "rpc-not-online" || code === "topic-not-online");
}

/**
 * Endpoints that have dialled the port of the other kind.
 *
 * @module
 */

import { FrontierError } from "@frontier/proto";

/** How a gateway refuses an edge that introduces itself to the port for services. */
const ILLEGAL_META = "illegal service meta";

/**
 * Tells whether an error says that an endpoint has dialled the port of the other
 * kind. Nothing on the wire names its kind, so a gateway lets a service in as
 * an edge; but what it answers to the service's operations is what only edges
 * are told. An edge is refused at the port for services, for its meta.
 *
 * @param kind What kind of endpoint it is.
 * @param error The error of a connect or of an operation.
 * @returns Whether it has.
 */
export function isAtWrongPort(
  kind: "service" | "edge",
  error: FrontierError,
): boolean {
  if (kind === "service") {
    return error.code === "rpc-not-online" || error.code === "topic-not-online";
  }
  const { cause } = error;
  return error.code === "refused" && cause instanceof FrontierError &&
    cause.message.startsWith(ILLEGAL_META);
}

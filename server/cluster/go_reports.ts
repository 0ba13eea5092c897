/**
 * What is told to a directory of the original's of one peer.
 *
 * @module
 */

import type { Report } from "@frontier/proto/cluster";
import type { Peer } from "../directory/peer.ts";
import type { Departure } from "./changes.ts";
import { addressOf, metaOf } from "./reporter.ts";

/**
 * @param peer One that has come.
 * @param frontierId The gateway.
 * @returns What to report.
 */
export function arrivalOf(peer: Peer, frontierId: string): Report {
  const { kind, id } = peer;
  const addr = addressOf(peer);
  if (kind === "edge") {
    return { method: "edge_online", frontierId, edgeId: id, addr };
  }
  const service = metaOf(peer);
  return { method: "service_online", frontierId, serviceId: id, service, addr };
}

/**
 * @param departure Of one that has gone.
 * @param frontierId The gateway.
 * @returns What to report.
 */
export function departureOf(
  { of, id }: Departure,
  frontierId: string,
): Report {
  return of === "edge"
    ? { method: "edge_offline", frontierId, edgeId: id, addr: "" }
    : {
      method: "service_offline",
      frontierId,
      serviceId: id,
      service: "",
      addr: "",
    };
}

/**
 * @param peer One that is still here.
 * @param frontierId The gateway.
 * @returns What to report.
 */
export function signOfLife({ kind, id }: Peer, frontierId: string): Report {
  return kind === "edge"
    ? { method: "edge_heartbeat", frontierId, edgeId: id, addr: "" }
    : {
      method: "service_heartbeat",
      frontierId,
      serviceId: id,
      service: "",
      addr: "",
    };
}

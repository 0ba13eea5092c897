/**
 * The link to the directory of a cluster, as operators are told.
 *
 * @module
 */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ClusterStatus } from "../cluster/status.ts";
import type { ClusterLinkSchema } from "./generated/admin_pb.ts";

/**
 * @param status What the link is doing; `undefined` without one.
 * @returns The same as a message.
 */
export function clusterLinkOf(
  status: ClusterStatus | undefined,
): MessageInitShape<typeof ClusterLinkSchema> | undefined {
  if (status === undefined) return undefined;
  const { state, problem, address, kind, synced, pending } = status;
  return {
    state,
    problem,
    address,
    kind: kind ?? "",
    advertisedSbAddr: status.serviceAddr,
    advertisedEbAddr: status.edgeAddr,
    synced,
    pending,
    acknowledgedMs: BigInt(status.acknowledgedMs),
  };
}

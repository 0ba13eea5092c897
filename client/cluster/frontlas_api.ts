/**
 * What services of a cluster ask Frontlas (docs/spec/frontlas.md §3.2).
 *
 * @module
 */

import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { cluster, controlplane } from "@frontier/platform/cluster-api";
import type {
  GrpcCallOptions,
  GrpcClient,
} from "@frontier/platform/grpc-client";

const { getFrontierByEdge, listFrontiers } = controlplane.ClusterService.method;
const { watchFrontiers } = cluster.Cluster.method;

/** Where an edge is. */
export interface Place {
  /** The id of the gateway. */
  readonly id: string;
  /** Where services reach it; empty when Frontlas does not know. */
  readonly address: string;
}

/** Where the services of a gateway connect, by the gateway's id. */
export type Listed = ReadonlyMap<string, string>;

/**
 * Asks where an edge is.
 *
 * @param client Whom to ask.
 * @param edgeId Which edge.
 * @param options Time limit and signal.
 * @returns Where it is; `undefined` when the answer names no gateway.
 */
export async function askPlace(
  client: GrpcClient,
  edgeId: bigint,
  options: GrpcCallOptions,
): Promise<Place | undefined> {
  const { path, output, request } = prepare(getFrontierByEdge, { edgeId });
  const bytes = await client.call(path, request, options);
  const { fontier } = fromBinary(output, bytes);
  if (fontier === undefined || fontier.frontierId === "") return undefined;
  return { id: fontier.frontierId, address: fontier.advertisedSbAddr };
}

/**
 * Asks for the gateways of now.
 *
 * @param client Whom to ask.
 * @param options Time limit and signal.
 * @returns Them.
 */
export async function askList(
  client: GrpcClient,
  options: GrpcCallOptions,
): Promise<Listed> {
  const { path, output, request } = prepare(listFrontiers, {});
  const bytes = await client.call(path, request, options);
  const { frontiers } = fromBinary(output, bytes);
  return new Map(
    frontiers.map(({ frontierId, advertisedSbAddr }) =>
      [frontierId, advertisedSbAddr] as const
    ),
  );
}

/**
 * Follows the gateways.
 *
 * @param client Whom to ask.
 * @param onEvent Hears of each event: milliseconds until the next one at the
 * latest, and the gateways of now where they may have changed.
 * @param signal Ends it when aborted.
 * @returns When Frontlas has ended it.
 */
export async function followList(
  client: GrpcClient,
  onEvent: (heartbeatMs: number, listed: Listed | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  const { path, output, request } = prepare(watchFrontiers, {});
  const { HEARTBEAT, SNAPSHOT } = cluster.FrontiersEvent_Type;
  const listed = new Map<string, string>();
  await client.follow(path, request, (bytes) => {
    const { type, online, offline, heartbeatMs } = fromBinary(output, bytes);
    if (type === SNAPSHOT) listed.clear();
    for (const id of offline) listed.delete(id);
    for (const { frontierId, serviceAddr } of online) {
      listed.set(frontierId, serviceAddr);
    }
    onEvent(heartbeatMs, type === HEARTBEAT ? undefined : new Map(listed));
  }, signal);
}

function prepare<I extends DescMessage, O extends DescMessage>(
  { name, parent, input, output }: DescMethod & { input: I; output: O },
  fields: MessageInitShape<I>,
): { path: string; output: O; request: Uint8Array } {
  return {
    path: `/${parent.typeName}/${name}`,
    output,
    request: toBinary(input, create(input, fields)),
  };
}

/**
 * What operators need beyond the nine methods that clients of Frontier know.
 *
 * @module
 */

import type { Api, ApiDescription, Route } from "@frontier/platform/control";
import type { EdgePeer, Peer, ServicePeer } from "../directory/peer.ts";
import type { EdgeRow, ListQuery, Page, ServiceRow } from "../store/store.ts";
import { clusterLinkOf } from "./cluster_link.ts";
import { connectionOf, eventOf, KINDS, streamOf } from "./connection.ts";
import { noEdge, noService } from "./control_plane.ts";
import { drainOf } from "./drain_progress.ts";
import type { OperatedGateway } from "./gateway.ts";
import {
  Admin,
  type AdminImplementation,
  comments,
} from "./generated/admin_pb.ts";
import { asked, pageOf, present, readAdminList, toNumber } from "./lists.ts";
import type { Watchers } from "./watchers.ts";

const LOOK = { verb: "GET", role: "read", kind: "query" } as const;

/** Where the methods are over REST. */
const ROUTES: Readonly<Record<keyof typeof Admin["method"], Route>> = {
  getStatus: { ...LOOK, path: "/admin/v1/status" },
  listEdges: { ...LOOK, path: "/admin/v1/edges" },
  getEdge: { ...LOOK, path: "/admin/v1/edges/{edge_id}" },
  listServices: { ...LOOK, path: "/admin/v1/services" },
  getService: { ...LOOK, path: "/admin/v1/services/{service_id}" },
  listEdgeStreams: { ...LOOK, path: "/admin/v1/edges/{edge_id}/streams" },
  listServiceStreams: {
    ...LOOK,
    path: "/admin/v1/services/{service_id}/streams",
  },
  startDrain: {
    verb: "POST",
    role: "admin",
    kind: "command",
    path: "/admin/v1/drain",
  },
  getDrain: { ...LOOK, path: "/admin/v1/drain" },
  watchConnections: { ...LOOK, kind: "watch", path: "/admin/v1/watch" },
};

/** What operators need beyond it, over gRPC and REST. */
export const ADMIN: ApiDescription = {
  service: Admin,
  title: "Operation",
  comments,
  // A filter that is misspelt must not filter nothing.
  strict: true,
  routes: ROUTES,
};

/** What {@linkcode adminApi} is made of. */
export interface AdminOptions {
  /** Whom it operates. */
  readonly gateway: OperatedGateway;
  /** Who watches. */
  readonly watchers: Watchers;
  /** Entries of a page at most. */
  readonly maxPageSize: number;
}

/**
 * @param options What it is made of.
 * @returns What operators need.
 */
export function adminApi(options: AdminOptions): Api {
  return { ...ADMIN, implementation: { ...implementation(options) } };
}

function implementation(
  { gateway, watchers, maxPageSize }: AdminOptions,
): AdminImplementation {
  const { store } = gateway;
  return {
    getStatus: () => ({
      ...gateway.status,
      version: gateway.version,
      frontierId: gateway.frontierId,
      ...present({ cluster: clusterLinkOf(gateway.cluster) }),
    }),

    async listEdges(request) {
      const { meta: metaContains, addr, rpc, connectedSince } = request;
      const page = await asked(store.edges({
        ...readAdminList(request, maxPageSize),
        ...present({ metaContains, addr, rpc, ...since(connectedSince) }),
      }));
      return connections(page, (id) => edgeBy(gateway, id), gateway);
    },

    getEdge: ({ edgeId }) =>
      connectionOf(edgeOrThrow(gateway, edgeId), gateway.wallClock()),

    async listServices(request) {
      const { service, addr, rpc, topic, connectedSince } = request;
      const page = await asked(store.services({
        ...readAdminList(request, maxPageSize),
        ...present({ service, addr, rpc, topic, ...since(connectedSince) }),
      }));
      return connections(
        page,
        (id) => gateway.directory.service(id),
        gateway,
      );
    },

    getService: ({ serviceId }) =>
      connectionOf(serviceOrThrow(gateway, serviceId), gateway.wallClock()),

    listEdgeStreams(request) {
      const query = readAdminList(request, maxPageSize);
      return streams(gateway, edgeOrThrow(gateway, request.edgeId), query);
    },

    listServiceStreams(request) {
      const query = readAdminList(request, maxPageSize);
      const service = serviceOrThrow(gateway, request.serviceId);
      return streams(gateway, service, query);
    },

    startDrain({ seconds }) {
      gateway.startDrain(seconds);
      return drainOf(gateway.drainProgress);
    },

    getDrain: () => drainOf(gateway.drainProgress),

    async *watchConnections({ kind }, { signal }) {
      const only = kind === undefined ? undefined : KINDS[kind];
      for await (const event of watchers.watch(only, signal)) {
        yield eventOf(event);
      }
    },
  };
}

/** A page of the open streams of a peer. */
function streams(
  gateway: OperatedGateway,
  peer: Peer,
  query: ListQuery,
) {
  const all = gateway.streamsOf(peer);
  return { streams: pageOf(all, query).map(streamOf), count: all.length };
}

function since(
  seconds: bigint | undefined,
): { connectedSince: number | undefined } {
  return {
    connectedSince: seconds === undefined ? undefined : toNumber(seconds),
  };
}

/** Those of a page that are still there, with what is known of them at this moment. */
function connections(
  { rows, count }: Page<EdgeRow | ServiceRow>,
  find: (id: bigint) => Peer | undefined,
  gateway: OperatedGateway,
) {
  const now = gateway.wallClock();
  const connections = rows.flatMap(({ id }) => {
    const peer = find(id);
    return peer === undefined ? [] : [connectionOf(peer, now)];
  });
  return { connections, count };
}

function edgeBy(
  { directory }: OperatedGateway,
  id: bigint,
): EdgePeer | undefined {
  return directory.edge(Number(id >> 32n), Number(id & 0xffff_ffffn));
}

function edgeOrThrow(gateway: OperatedGateway, id: bigint): EdgePeer {
  const edge = edgeBy(gateway, id);
  if (edge === undefined) throw noEdge("not found", id);
  return edge;
}

function serviceOrThrow(gateway: OperatedGateway, id: bigint): ServicePeer {
  const service = gateway.directory.service(id);
  if (service === undefined) throw noService("not found", id);
  return service;
}

/**
 * The nine methods that clients of Frontier know.
 *
 * @module
 */

import {
  type Api,
  type ApiDescription,
  ApiError,
  type Route,
} from "@frontier/platform/control";
import type { EdgeRow, ServiceNameQuery, ServiceRow } from "../store/store.ts";
import type { OperatedGateway } from "./gateway.ts";
import {
  comments,
  ControlPlane,
  type ControlPlaneImplementation,
} from "./generated/controlplane_pb.ts";
import { asked, present, readList, toSeconds } from "./lists.ts";

const LIST = { verb: "GET", role: "read", kind: "query" } as const;
const KICK = { verb: "DELETE", role: "admin", kind: "command" } as const;

/** Where the methods are over REST. */
const ROUTES: Readonly<Record<keyof typeof ControlPlane["method"], Route>> = {
  listEdges: { ...LIST, path: "/v1/edges" },
  getEdge: { ...LIST, path: "/v1/edges/{edge_id}" },
  kickEdge: { ...KICK, path: "/v1/edges/{edge_id}" },
  listEdgeRPCs: { ...LIST, path: "/v1/edges/rpcs" },
  listServices: { ...LIST, path: "/v1/services" },
  getService: { ...LIST, path: "/v1/services/{service_id}" },
  kickService: { ...KICK, path: "/v1/services/{service_id}" },
  listServiceRPCs: { ...LIST, path: "/v1/services/rpcs" },
  listServiceTopics: { ...LIST, path: "/v1/services/topics" },
};

/** The control plane as clients of Frontier know it, over gRPC and REST. */
export const CONTROL_PLANE: ApiDescription = {
  service: ControlPlane,
  title: "Connections",
  comments,
  // Clients in the field may send more than we know.
  strict: false,
  routes: ROUTES,
};

/**
 * @param gateway Whom it operates.
 * @param maxPageSize Entries of a page at most.
 * @returns The control plane as clients of Frontier know it.
 */
export function controlPlaneApi(
  gateway: OperatedGateway,
  maxPageSize: number,
): Api {
  return {
    ...CONTROL_PLANE,
    implementation: { ...implementation(gateway, maxPageSize) },
  };
}

function implementation(
  gateway: OperatedGateway,
  maxPageSize: number,
): ControlPlaneImplementation {
  const { store, directory } = gateway;
  return {
    async listEdges(request) {
      const { meta, addr, rpc, edgeId } = request;
      const { rows, count } = await asked(store.edges({
        ...readList(request, maxPageSize),
        ...present({ meta, addr, rpc, edgeId }),
      }));
      return { edges: rows.map(edgeOf), count };
    },

    async getEdge({ edgeId }) {
      const row = await store.edge(edgeId);
      if (row === undefined) throw noEdge("not found", edgeId);
      return edgeOf(row);
    },

    async kickEdge({ edgeId }) {
      // A service with that number is not meant.
      const found = directory.edge(
            Number(edgeId >> 32n),
            Number(edgeId & 0xffff_ffffn),
          ) !== undefined && await gateway.kick(edgeId);
      if (!found) throw noEdge("edge not online", edgeId);
      return {};
    },

    async listEdgeRPCs(request) {
      const { meta, edgeId } = request;
      const { rows, count } = await asked(store.edgeRpcs({
        ...readList(request, maxPageSize),
        ...present({ meta, edgeId }),
      }));
      return { rpcs: rows.map(wellFormed), count };
    },

    async listServices(request) {
      const { service, addr, rpc, topic } = request;
      const { rows, count } = await asked(store.services({
        ...readList(request, maxPageSize),
        ...present({ service, addr, rpc, topic }),
      }));
      return { services: rows.map(serviceOf), count };
    },

    async getService({ serviceId }) {
      const row = await store.service(serviceId);
      if (row === undefined) throw noService("not found", serviceId);
      return serviceOf(row);
    },

    async kickService({ serviceId }) {
      const found = directory.service(serviceId) !== undefined &&
        await gateway.kick(serviceId);
      if (!found) throw noService("service not online", serviceId);
      return {};
    },

    async listServiceRPCs(request) {
      const { rows, count } = await asked(
        store.serviceRpcs(ofServices(request, maxPageSize)),
      );
      return { rpcs: rows.map(wellFormed), count };
    },

    async listServiceTopics(request) {
      const { rows, count } = await asked(
        store.serviceTopics(ofServices(request, maxPageSize)),
      );
      return { topics: rows.map(wellFormed), count };
    },
  };
}

function ofServices(
  request: Parameters<typeof readList>[0] & {
    readonly service?: string;
    readonly serviceId?: bigint;
  },
  maxPageSize: number,
): ServiceNameQuery {
  const { service, serviceId } = request;
  return {
    ...readList(request, maxPageSize),
    ...present({ service, serviceId }),
  };
}

function edgeOf({ id, meta, addr, createdMs }: EdgeRow) {
  return {
    edgeId: id,
    meta: wellFormed(meta),
    addr,
    createTime: toSeconds(createdMs),
  };
}

function serviceOf({ id, service, addr, createdMs }: ServiceRow) {
  return {
    serviceId: id,
    service: wellFormed(service),
    addr,
    createTime: toSeconds(createdMs),
  };
}

/** Half a pair of JSON's surrogates is no text for protobuf. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}

/**
 * @param text What the Go gateway says, which programs may look for.
 * @param id Which edge.
 * @returns The error.
 */
export function noEdge(text: string, id: bigint): ApiError {
  return new ApiError("NOT_FOUND", `${text}: there is no edge ${id}`, {
    metadata: { edge_id: String(id) },
  });
}

/**
 * @param text What the Go gateway says, which programs may look for.
 * @param id Which service.
 * @returns The error.
 */
export function noService(text: string, id: bigint): ApiError {
  return new ApiError("NOT_FOUND", `${text}: there is no service ${id}`, {
    metadata: { service_id: String(id) },
  });
}

/**
 * Every method of the control plane, in both protocols.
 *
 * @module
 */

import type { Call } from "./clients/clients.ts";

/** A call, and the same over REST. */
export interface TwoWays extends Call {
  /** The verb. */
  readonly verb: "GET" | "DELETE" | "POST";
  /** Path and query. */
  readonly path: string;
}

/** What calls are about. */
export interface Ids {
  /** An edge. */
  readonly edge: bigint;
  /** A service. */
  readonly service: bigint;
}

const V1 = {
  file: "controlplane/frontier/v1/controlplane.proto",
  service: "controlplane.ControlPlane",
};
const ADMIN = {
  file: "frontier/admin/v1/admin.proto",
  service: "frontier.admin.v1.Admin",
};

/** The nine methods, more than once, in their good and in their bad days. */
export function nineMethods({ edge, service }: Ids): TwoWays[] {
  const list = (
    method: string,
    path: string,
    requests: Record<string, unknown>[],
  ): TwoWays[] =>
    requests.map((request) => ({
      ...V1,
      verb: "GET",
      method,
      request,
      path: `${path}?${new URLSearchParams(request as Record<string, string>)}`,
    }));
  const one = (
    method: string,
    path: string,
    field: string,
    ids: (bigint | number)[],
    verb: TwoWays["verb"] = "GET",
  ): TwoWays[] =>
    ids.map((id) => ({
      ...V1,
      verb,
      method,
      request: { [field]: String(id) },
      path: `${path}/${id}`,
    }));
  const pages = [
    {},
    { page: "1", page_size: "2" },
    { page: "2", page_size: "2" },
    { page: "0", page_size: "-3" },
    { page: "99", page_size: "9" },
    { page_size: "10000", page: "1" },
    { page_size: "10001", page: "1" },
    { order: "create_time" },
    { order: "-create_time" },
    { order: "nothing" },
    { start_time: "1", end_time: "2" },
    { start_time: "1" },
    { start_time: "0", end_time: "0" },
    { start_time: "1", end_time: "99999999999" },
  ];
  return [
    ...list("ListEdges", "/v1/edges", [
      ...pages,
      { meta: "edge" },
      { meta: "%" },
      { meta: "'\\\"" },
      { addr: "127." },
      { rpc: "blink" },
      { rpc: "blinks" },
      { edge_id: String(edge) },
      { edge_id: "18446744073709551615" },
      { meta: "edge", addr: "127.0", rpc: "blink" },
      { order: "-meta" },
      { order: "meta" },
      { order: "+edge_id" },
    ]),
    ...one("GetEdge", "/v1/edges", "edge_id", [edge, 0, service]),
    ...one(
      "GetEdge",
      "/v1/edges",
      "edge_id",
      [18446744073709551615n],
    ),
    ...list("ListEdgeRPCs", "/v1/edges/rpcs", [
      ...pages,
      { edge_id: String(edge) },
      { meta: "dge" },
      { meta: "none" },
    ]),
    ...list("ListServices", "/v1/services", [
      ...pages,
      { service: "gree" },
      { rpc: "greet" },
      { topic: "t1" },
      { topic: "t" },
      { addr: "127.0.0.1" },
      { order: "service" },
    ]),
    ...one("GetService", "/v1/services", "service_id", [service, 0, edge]),
    ...list("ListServiceRPCs", "/v1/services/rpcs", [
      ...pages,
      { service_id: String(service) },
      { service: "reet" },
    ]),
    ...list("ListServiceTopics", "/v1/services/topics", [
      ...pages,
      { service_id: String(service) },
      { service: "none" },
      { order: "topic" },
    ]),
    ...one("KickEdge", "/v1/edges", "edge_id", [0, service], "DELETE"),
    ...one("KickService", "/v1/services", "service_id", [0, edge], "DELETE"),
  ];
}

/** What is beyond them, as far as it does not change from one moment to the next. */
export function adminMethods({ edge, service }: Ids): TwoWays[] {
  const get = (
    method: string,
    path: string,
    request: Record<string, unknown> = {},
  ): TwoWays => ({ ...ADMIN, verb: "GET", method, path, request });
  return [
    get("GetStatus", "/admin/v1/status"),
    get("ListEdges", "/admin/v1/edges?meta=dge", { meta: "dge" }),
    get("ListEdges", "/admin/v1/edges?connected_since=99999999999", {
      connected_since: "99999999999",
    }),
    get("ListEdges", "/admin/v1/edges?page_size=10001&page=1", {
      page_size: "10001",
      page: "1",
    }),
    get("GetEdge", `/admin/v1/edges/${edge}`, { edge_id: String(edge) }),
    get("GetEdge", "/admin/v1/edges/1", { edge_id: "1" }),
    get("ListServices", "/admin/v1/services?service=gree", { service: "gree" }),
    get("GetService", `/admin/v1/services/${service}`, {
      service_id: String(service),
    }),
    get("GetService", "/admin/v1/services/1", { service_id: "1" }),
    get("ListEdgeStreams", `/admin/v1/edges/${edge}/streams`, {
      edge_id: String(edge),
    }),
    get("ListServiceStreams", "/admin/v1/services/1/streams", {
      service_id: "1",
    }),
    get("GetDrain", "/admin/v1/drain"),
  ];
}

/** The watch. */
export const WATCH: Call = {
  ...ADMIN,
  method: "WatchConnections",
  request: { kind: "CONNECTION_KIND_EDGE" },
  take: 2,
};

/**
 * The eight methods that clients of Frontlas know. What they mean, and what the
 * Go Frontlas makes of them: docs/spec/frontlas.md §3.4.
 *
 * @module
 */

import type { Api, ApiDescription, Route } from "@frontier/platform/control";
import type { CallContext } from "@frontier/platform/control";
import { controlplane } from "@frontier/platform/cluster-api";
import type {
  EdgeRecord,
  FrontierRecord,
  ServiceRecord,
} from "../store/presence_store.ts";
import type { Answer, Answers } from "./answers.ts";
import { frontierPage } from "./frontier_page.ts";
import { illegalRequest, wantedIds, wantedPage } from "./lists.ts";
import { absent, mark, timeOf } from "./reply.ts";

const { ClusterService } = controlplane;

const ONE = { verb: "GET", role: "read", kind: "lookup" } as const;
const LIST = { verb: "GET", role: "read", kind: "query" } as const;
/** Ids may be more than an address can hold. */
const IDS = { alsoPost: true } as const;

/** Where the methods are over REST. */
const ROUTES: Readonly<Record<keyof typeof ClusterService["method"], Route>> = {
  getFrontierByEdge: { ...ONE, path: "/cluster/v1/frontier" },
  // Every client's program begins with it, and there are some thousand gateways at most.
  listFrontiers: { ...ONE, ...IDS, path: "/cluster/v1/frontiers" },
  listEdges: { ...LIST, ...IDS, path: "/cluster/v1/edges" },
  getEdgeByID: { ...ONE, path: "/cluster/v1/edge" },
  getEdgesCount: { ...ONE, path: "/cluster/v1/edges/count" },
  listServices: { ...LIST, ...IDS, path: "/cluster/v1/services" },
  getServiceByID: { ...ONE, path: "/cluster/v1/service" },
  getServicesCount: { ...ONE, path: "/cluster/v1/services/count" },
};

/** The control plane as clients of Frontlas know it, over gRPC and REST. */
export const CLUSTER_SERVICE: ApiDescription = {
  service: ClusterService,
  title: "Cluster",
  comments: controlplane.comments,
  // Clients in the field may send more than we know.
  strict: false,
  jsonNames: true,
  routes: ROUTES,
};

/**
 * @param answers Asks the store.
 * @param maxPageSize Records of a page at most, and ids of a question.
 * @returns The control plane as clients of Frontlas know it.
 */
export function clusterServiceApi(answers: Answers, maxPageSize: number): Api {
  return {
    ...CLUSTER_SERVICE,
    implementation: { ...implementation(answers, maxPageSize) },
  };
}

/** Services that are looked up at a time. */
const AT_ONCE = 64;

type Implementation = controlplane.ClusterServiceImplementation;

function implementation(
  answers: Answers,
  maxPageSize: number,
): Implementation {
  return {
    async getFrontierByEdge({ edgeId }, { reply }: CallContext) {
      const edge = await answers.edge(edgeId);
      if (edge.value === undefined) throw absent("edge", edgeId);
      const frontier = await answers.frontier(edge.value.frontierId);
      // What was connected to a gateway that died is not.
      if (frontier.value === undefined) throw absent("edge", edgeId);
      mark(reply, edge, frontier);
      return { fontier: frontierOf(frontier.value) };
    },

    async listFrontiers(request, { reply }: CallContext) {
      const { edgeIds, frontierIds } = request;
      const page = wantedPage(request, maxPageSize);
      if (page !== undefined) {
        const all = await answers.frontiers();
        mark(reply, all);
        const { cursor, records } = frontierPage(
          reachable(all.value.values()),
          page.cursor,
          page.count,
        );
        return { cursor, frontiers: records.map(frontierOf) };
      }
      if (edgeIds.length > 0) {
        const edges = await answers.edges(
          wantedIds(edgeIds, "edge_ids", maxPageSize),
        );
        const ids = edges.value.map(({ frontierId }) => frontierId);
        return { frontiers: await frontiersBy(answers, ids, reply, edges) };
      }
      if (frontierIds.length > 0) {
        const ids = wantedIds(frontierIds, "frontier_ids", maxPageSize);
        return { frontiers: await frontiersBy(answers, ids, reply) };
      }
      const all = await answers.frontiers();
      mark(reply, all);
      const frontiers = [...reachable(all.value.values())].map(frontierOf);
      return { frontiers };
    },

    async listEdges(request, { reply }: CallContext) {
      const page = wantedPage(request, maxPageSize);
      if (page !== undefined) {
        const { cursor, records } = await answers.edgePage(
          page.cursor,
          page.count,
        );
        return { cursor, edges: records.map(edgeOf) };
      }
      if (request.edgeIds.length === 0) throw illegalRequest("edge_ids");
      const edges = await answers.edges(
        wantedIds(request.edgeIds, "edge_ids", maxPageSize),
      );
      mark(reply, edges);
      return { edges: edges.value.map(edgeOf) };
    },

    async getEdgeByID({ edgeId }, { reply }: CallContext) {
      const edge = await answers.edge(edgeId);
      if (edge.value === undefined) throw absent("edge", edgeId);
      mark(reply, edge);
      return { edge: edgeOf(edge.value) };
    },

    async getEdgesCount(_request, { reply }: CallContext) {
      const counts = await answers.counts();
      mark(reply, counts);
      return { count: BigInt(counts.value.edges) };
    },

    async listServices(request, { reply }: CallContext) {
      const page = wantedPage(request, maxPageSize);
      if (page !== undefined) {
        const { cursor, records } = await answers.servicePage(
          page.cursor,
          page.count,
        );
        return { cursor, services: records.map(serviceOf) };
      }
      const { serviceIds } = request;
      if (serviceIds.length === 0) throw illegalRequest("service_ids");
      const ids = wantedIds(serviceIds, "service_ids", maxPageSize);
      const found: Answer<readonly ServiceRecord[]>[] = [];
      for (let at = 0; at < ids.length; at += AT_ONCE) {
        const some = ids.slice(at, at + AT_ONCE);
        found.push(...await Promise.all(some.map((id) => answers.service(id))));
      }
      mark(reply, ...found);
      const services = found.flatMap(({ value }) => value.map(serviceOf));
      return { services };
    },

    async getServiceByID({ serviceId }, { reply }: CallContext) {
      const records = await answers.service(serviceId);
      const [first, ...others] = records.value;
      if (first === undefined) throw absent("service", serviceId);
      mark(reply, records);
      const newest = others.reduce(
        (a, b) => b.updateTime > a.updateTime ? b : a,
        first,
      );
      return { service: serviceOf(newest) };
    },

    async getServicesCount(_request, { reply }: CallContext) {
      const counts = await answers.counts();
      mark(reply, counts);
      return { count: BigInt(counts.value.services) };
    },
  };
}

/** Those with these ids that are alive, each once. */
async function frontiersBy(
  answers: Answers,
  ids: Iterable<string>,
  reply: CallContext["reply"],
  ...based: readonly Answer<unknown>[]
) {
  const all = await answers.frontiers();
  mark(reply, all, ...based);
  return [...new Set(ids)].flatMap((id) => all.value.get(id) ?? [])
    .map(frontierOf);
}

/** Without those that failed to find out where they are: clients would dial nothing. */
function* reachable(
  frontiers: Iterable<FrontierRecord>,
): Generator<FrontierRecord> {
  for (const frontier of frontiers) {
    if (frontier.serviceAddr !== "" && frontier.edgeAddr !== "") yield frontier;
  }
}

function frontierOf({ frontierId, serviceAddr, edgeAddr }: FrontierRecord) {
  return {
    frontierId: wellFormed(frontierId),
    advertisedSbAddr: wellFormed(serviceAddr),
    advertisedEbAddr: wellFormed(edgeAddr),
  };
}

function edgeOf({ edgeId, addr, updateTime, frontierId }: EdgeRecord) {
  return {
    edgeId,
    addr: wellFormed(addr),
    updateTime: timeOf(updateTime),
    frontierId: wellFormed(frontierId),
  };
}

function serviceOf({ service, addr, updateTime, frontierId }: ServiceRecord) {
  return {
    service: wellFormed(service),
    addr: wellFormed(addr),
    updateTime: timeOf(updateTime),
    frontierId: wellFormed(frontierId),
  };
}

/** Half a pair of JSON's surrogates is no text for protobuf. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}

/**
 * Whether Frontlas serves, as its clients ask for it. Source:
 * docs/spec/frontlas.md §3.8.
 *
 * @module
 */

import type {
  Api,
  ApiDescription,
  CallContext,
  HealthState,
} from "@frontier/platform/control";
import { health } from "@frontier/platform/cluster-api";

const { Health, HealthCheckResponse_ServingStatus: Status } = health;

/** Health, over gRPC and REST: everybody may ask for it. */
export const HEALTH: ApiDescription = {
  service: Health,
  title: "Health",
  comments: health.comments,
  strict: false,
  jsonNames: true,
  routes: {
    check: {
      verb: "GET",
      path: "/cluster/v1/health",
      role: "anyone",
      kind: "command",
    },
    watch: { verb: "GET", path: "", role: "anyone", kind: "watch" },
  },
};

/** Status of HTTP while it does not serve: balancers look at nothing else. */
const SERVICE_UNAVAILABLE = 503;

/**
 * @param state Whether Frontlas serves.
 * @returns Its health.
 */
export function clusterHealthApi(state: HealthState): Api {
  const now = () => state.serving ? Status.SERVING : Status.NOT_SERVING;
  const implementation: health.HealthImplementation = {
    check(_request, { reply }: CallContext) {
      if (!state.serving) reply.restStatus(SERVICE_UNAVAILABLE);
      return { status: now() };
    },
    async *watch(_request, { signal }) {
      while (!signal.aborted) {
        const change = state.changed(signal);
        yield { status: now() };
        await change;
      }
    },
  };
  return { ...HEALTH, implementation: { ...implementation } };
}

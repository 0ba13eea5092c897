/**
 * A service to try a port with: that of health, with implementations of the test's own.
 *
 * @module
 */

import type { Api, CallKind } from "../api.ts";
import {
  comments,
  Health,
  type HealthImplementation,
} from "../generated/health_pb.ts";

/** What the service does; the rest says that it serves. */
export interface EchoOptions extends Partial<HealthImplementation> {
  /** Who may call it. */
  readonly role?: "read" | "admin";
  /** What a check costs. */
  readonly kind?: CallKind;
}

/**
 * @param options What it does.
 * @returns The service, over gRPC and REST.
 */
export function echoApi(options: EchoOptions = {}): Api {
  const { role = "read", kind = "query", ...implementation } = options;
  return {
    // Under a name of its own, for the port has one of that name itself.
    service: renamed(Health as unknown as Api["service"], "test.Echo"),
    title: "Echo",
    comments,
    strict: false,
    implementation: {
      check: () => ({ status: 1 }),
      async *watch(_request: never, { signal }) {
        yield { status: 1 };
        await new Promise<void>((resolve) =>
          signal.addEventListener("abort", () => resolve())
        );
      },
      ...implementation,
    },
    routes: {
      check: { verb: "GET", path: "/check", role, kind },
      watch: { verb: "GET", path: "/watch", role, kind: "watch" },
    },
  };
}

/**
 * @param service A service.
 * @param typeName Another name.
 * @returns The same under that name.
 */
export function renamed(
  service: Api["service"],
  typeName: string,
): Api["service"] {
  const described = service as unknown as { methods: readonly object[] };
  return {
    ...service,
    typeName,
    methods: described.methods.map((method) => ({
      ...method,
      parent: { ...service, typeName },
    })),
  } as Api["service"];
}

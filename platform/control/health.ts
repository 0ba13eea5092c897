/**
 * The health service of gRPC.
 *
 * @module
 */

import type { Api } from "./api.ts";
import { ApiError } from "./api_error.ts";
import {
  comments,
  Health,
  HealthCheckResponse_ServingStatus as ServingStatus,
  type HealthImplementation,
} from "./generated/health_pb.ts";
import { quote } from "./parameters.ts";

/** Whether a program serves, for those who ask by gRPC. */
export class HealthState {
  #serving = true;
  readonly #waiting: Set<() => void> = new Set();

  /** Whether it serves. */
  get serving(): boolean {
    return this.#serving;
  }

  set serving(serving: boolean) {
    if (serving === this.#serving) return;
    this.#serving = serving;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /**
   * Waits for the next change.
   *
   * @param signal Gives up waiting when aborted.
   * @returns When it has changed, or the signal is aborted.
   */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      signal.addEventListener("abort", wake);
      this.#waiting.add(wake);
    });
  }
}

/**
 * @param state Whether the program serves.
 * @param services Full names of its services.
 * @returns The health service: everybody may ask it.
 */
export function healthApi(
  state: HealthState,
  services: readonly string[],
): Api {
  const known = new Set(["", ...services]);
  const now = () =>
    state.serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  const route = { verb: "GET", path: "", role: "anyone" } as const;
  const implementation: HealthImplementation = {
    check({ service }) {
      if (known.has(service)) return { status: now() };
      throw new ApiError(
        "NOT_FOUND",
        `There is no service ${quote(service)} here`,
      );
    },
    async *watch({ service }, { signal }) {
      if (!known.has(service)) {
        yield { status: ServingStatus.SERVICE_UNKNOWN };
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          signal.addEventListener("abort", () => resolve());
        });
        return;
      }
      while (!signal.aborted) {
        const change = state.changed(signal);
        yield { status: now() };
        await change;
      }
    },
  };
  return {
    service: Health,
    title: "Health",
    comments,
    strict: false,
    implementation: { ...implementation },
    routes: {
      check: { ...route, kind: "command" },
      watch: { ...route, kind: "watch" },
    },
  };
}

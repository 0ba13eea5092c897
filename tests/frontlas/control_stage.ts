/**
 * The control plane of a Frontlas whose store is in memory, behind a switch.
 *
 * @module
 */

import { NULL_LOGGER } from "@frontier/platform/log";
import type { ControlPlaneConfig } from "../../frontlas/config/types.ts";
import { type Control, openControl } from "../../frontlas/control/control.ts";
import { SwitchedStore } from "../../frontlas/control/testing/switched_store.ts";

/** What a REST call got. */
export interface RestAnswer {
  /** Status of HTTP. */
  readonly status: number;
  /** The body, read as JSON; empty if it is none. */
  readonly body: Record<string, unknown>;
  /** The body as it came. */
  readonly text: string;
  /** What was said beside it. */
  readonly headers: Headers;
}

/** A control plane, its store and its gateways. */
export class ControlStage implements AsyncDisposable {
  /** The control plane. */
  readonly control: Control;
  /** The store. */
  readonly switched: SwitchedStore;
  /** The gateways whose link is here. */
  readonly links: Set<string>;

  private constructor(
    control: Control,
    switched: SwitchedStore,
    links: Set<string>,
  ) {
    this.control = control;
    this.switched = switched;
    this.links = links;
  }

  /**
   * @param config What differs.
   * @param switched The store.
   * @returns The control plane, open.
   */
  static async open(
    config: Partial<ControlPlaneConfig> = {},
    switched: SwitchedStore = new SwitchedStore(),
  ): Promise<ControlStage> {
    const links = new Set<string>();
    const control = await openControl({
      config: {
        listen: { hostname: "127.0.0.1", port: 0 },
        tokens: [],
        maxPageSize: 10_000,
        ...config,
      },
      maxAnswers: 1_000,
      store: switched.store,
      links,
      version: "1.2.3",
      log: NULL_LOGGER,
    });
    return new ControlStage(control, switched, links);
  }

  /** Its port. */
  get port(): number {
    return this.control.addr.port;
  }

  /** Where it is, as `host:port`. */
  get target(): string {
    return `127.0.0.1:${this.port}`;
  }

  /**
   * Asks over REST.
   *
   * @param path Path and query.
   * @param init How.
   * @returns What came of it.
   */
  async rest(path: string, init: RequestInit = {}): Promise<RestAnswer> {
    const response = await fetch(`http://${this.target}${path}`, {
      redirect: "manual",
      ...init,
    });
    const text = await response.text();
    const { status, headers } = response;
    const isJson = headers.get("content-type") === "application/json";
    return { status, headers, text, body: isJson ? JSON.parse(text) : {} };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.control.close();
  }
}

/**
 * Waits until something is so.
 *
 * @param holds Whether it is.
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = Date.now() + 30_000;
  while (!await holds()) {
    if (Date.now() > end) throw new Error("it never came about");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

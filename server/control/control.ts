/**
 * The control plane of a gateway.
 *
 * @module
 */

import { exposure, readTokens } from "@frontier/platform/config";
import type { PeerAddress } from "@frontier/platform";
import { describeError } from "@frontier/platform/internal";
import { ControlPort } from "@frontier/platform/control";
import type { ControlPortFigures } from "@frontier/platform/metrics";
import {
  type ControlplaneConfig,
  type DaoConfig,
  TOKEN_PLACE,
} from "../config/mod.ts";
import { openStore } from "../store/open_store.ts";
import type { Store } from "../store/store.ts";
import { adminApi } from "./admin.ts";
import { controlPlaneApi } from "./control_plane.ts";
import { pages } from "./documents.ts";
import { GatewayView, type GatewayViewOptions } from "./gateway_view.ts";
import { Watchers } from "./watchers.ts";

/** A running control plane. */
export interface Control extends AsyncDisposable {
  /** Where it listens. */
  readonly addr: PeerAddress;
  /** What it counts. */
  readonly figures: ControlPortFigures;
  /** Whether the gateway serves, for those who ask for its health by gRPC. */
  serving: boolean;
  /**
   * Reads certificates and tokens anew.
   *
   * @throws {Error} If some cannot be used; the old ones stay in use.
   */
  reload(): Promise<void>;
  /** Lets calls under way end, ends watches, accepts no more. */
  close(): Promise<void>;
}

/** What {@linkcode openControl} is given. */
export interface ControlOptions extends GatewayViewOptions {
  /** Its configuration. */
  readonly config: ControlplaneConfig;
  /** The store of who is connected. */
  readonly dao: DaoConfig;
}

/**
 * Opens the control plane, and the store of who is connected with it.
 *
 * @param options What it is given.
 * @returns The control plane, bound.
 * @throws {Error} If it cannot be bound, or a certificate or a token cannot be used.
 */
export async function openControl(options: ControlOptions): Promise<Control> {
  const { config, dao, routing, wallClock, log } = options;
  const { directory } = routing;
  const tokens = readTokens(config.tokens, TOKEN_PLACE.key);
  const store = await openStore({ config: dao, directory, wallClock, log });
  try {
    const gateway = new GatewayView(options, store);
    const watchers = new Watchers(directory, wallClock);
    const { maxPageSize } = config;
    const apis = [
      controlPlaneApi(gateway, maxPageSize),
      adminApi({ gateway, watchers, maxPageSize }),
    ];
    const port = await ControlPort.open({
      ...config.listen,
      tokens,
      apis,
      pages: pages(),
      log,
    });
    const problem = exposure(config, "controlplane");
    if (problem !== undefined) log.warn(problem);
    return new OpenedControl(config, port, store);
  } catch (error) {
    store.close();
    throw error;
  }
}

class OpenedControl implements Control {
  readonly addr: PeerAddress;
  readonly #config: ControlplaneConfig;
  readonly #port: ControlPort;
  readonly #store: Store;

  constructor(config: ControlplaneConfig, port: ControlPort, store: Store) {
    this.#config = config;
    this.#port = port;
    this.#store = store;
    this.addr = port.addr;
  }

  get figures(): ControlPortFigures {
    const { figures: calls, connections } = this.#port;
    return { calls, connections };
  }

  get serving(): boolean {
    return this.#port.serving;
  }

  set serving(serving: boolean) {
    this.#port.serving = serving;
  }

  async reload(): Promise<void> {
    // Neither keeps the other from being read.
    const certificates = this.#port.reload();
    certificates.catch(() => {});
    this.#port.replaceTokens(
      readTokens(this.#config.tokens, TOKEN_PLACE.key),
    );
    try {
      await certificates;
    } catch (cause) {
      throw new Error(`controlplane: ${describeError(cause)}`, { cause });
    }
  }

  async close(): Promise<void> {
    await this.#port.close();
    this.#store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * What a service of a cluster tells about its connections.
 *
 * @module
 */

import { FrontierError } from "@frontier/proto/internal";
import type { PeerAddress } from "@frontier/platform/internal";
import { type Status, StatusFeed } from "../connection/status.ts";
import type { Gateway } from "./gateway.ts";

/** The connection to one gateway of a cluster. */
export interface GatewayStatus {
  /** Its id within the cluster. */
  readonly frontierId: string;
  /** Where services reach it, as Frontlas says. */
  readonly address: string;
  /** Where the connection to it is now. */
  readonly state: Status["state"];
  /** Whether Frontlas names it as alive. */
  readonly listed: boolean;
  /** Our address on the connection; `undefined` while there is none. */
  readonly localAddr: PeerAddress | undefined;
}

/**
 * Makes one status of those of many gateways: `connected` as long as one is,
 * told anew whenever others are connected than before.
 */
export class ClusterStatus {
  /** Where listeners read. */
  readonly feed: StatusFeed;
  /** Connections so far, without the first one to each gateway. */
  reconnects = 0;
  readonly #id: bigint;
  /** Where those gateways are that are connected. */
  #address = "";

  /**
   * Begins with none.
   *
   * @param id The id of the service.
   * @param frontlas Where Frontlas is, for people.
   */
  constructor(id: bigint, frontlas: string) {
    this.#id = id;
    const state = "connecting";
    this.feed = new StatusFeed({ state, attempt: 1, address: frontlas });
  }

  /**
   * Tells when other gateways are connected than before.
   *
   * @param ready Those that are.
   * @param busy Whether requests wait for a place.
   * @param cause What has happened at one of them.
   */
  tell(ready: readonly Gateway[], busy: boolean, cause?: Status): void {
    const address = ready.map((gateway) => gateway.address).join(", ");
    const before = this.#address;
    if (address === before) return;
    this.#address = address;
    if (address !== "") {
      const { reconnects } = this;
      const id = this.#id;
      this.feed.set({ state: "connected", id, address, reconnects, busy });
    } else if (before !== "") {
      this.feed.set(
        cause?.state === "disconnected" ? cause : lost(
          new FrontierError("not-connected", "No gateway is left"),
        ),
      );
    }
  }

  /**
   * Tells that nothing has been connected to so far.
   *
   * @param reason Why Frontlas has named no gateway.
   */
  unknown(reason: FrontierError): void {
    if (this.feed.current.state === "connecting") this.feed.set(lost(reason));
  }

  /**
   * Tells that requests begin to wait for a place, or that none does any more.
   *
   * @param busy Whether they do.
   */
  busy(busy: boolean): void {
    const { current } = this.feed;
    if (current.state === "connected") this.feed.set({ ...current, busy });
  }
}

function lost(reason: FrontierError): Status {
  return { state: "disconnected", reason, retryInMs: 0 };
}

/**
 * Joins the cluster that is configured.
 *
 * @module
 */

import type { PeerAddress } from "@frontier/platform";
import type { TlsDialConfig } from "@frontier/platform/config";
import type { Transport } from "@frontier/platform";
import type { Logger } from "@frontier/platform/log";
import type { FrontlasConfig } from "../config/mod.ts";
import { REPLACED } from "../exchange/ends.ts";
import type { Routing } from "../routing.ts";
import type { AdvertisedSide } from "./advertised.ts";
import { openEndpointLink } from "./endpoint_link.ts";
import { Membership } from "./membership.ts";
import type { MembershipOptions } from "./membership_options.ts";

/** Connects to an address. */
export type Dial = (
  addr: string,
  tls: TlsDialConfig | undefined,
  options: { signal: AbortSignal; log: Logger },
) => Promise<Transport>;

/** What {@linkcode openMembership} needs from outside. */
export interface OpenMembershipOptions extends
  Pick<
    MembershipOptions,
    "frontierId" | "instance" | "timers" | "random" | "wallClock" | "log"
  > {
  /** The link as it is configured; enabled. */
  readonly config: FrontlasConfig;
  /** Where the gateway listens: as it is configured, and as it is bound. */
  readonly listeners: {
    readonly [side in "servicebound" | "edgebound"]: {
      readonly hostname: string;
      readonly bound: PeerAddress;
    };
  };
  /** Everything between the gateway's connections. */
  readonly routing: Routing;
  /** Connects to an address. */
  readonly dial: Dial;
  /** Whether all peers are on their way to other gateways. */
  readonly draining: () => boolean;
}

/**
 * Joins a cluster: connects to its directory, and comes back for as long as the
 * gateway runs.
 *
 * @param options What is needed from outside.
 * @returns The membership; to be closed.
 */
export function openMembership(options: OpenMembershipOptions): Membership {
  const { config, listeners, routing, dial, timers, log } = options;
  const { addrs, tls } = config.dial;
  const { enable, intervalSeconds } = config.metrics;
  const side = (name: "servicebound" | "edgebound"): AdvertisedSide => ({
    key: `${name}.listen.advertised_addr`,
    configured: config.advertised[name],
    hostname: listeners[name].hostname,
    port: listeners[name].bound.port,
  });
  return new Membership({
    ...options,
    addrs,
    servicebound: side("servicebound"),
    edgebound: side("edgebound"),
    statsMs: enable ? intervalSeconds * 1_000 : Infinity,
    dial: async (addr, { introduce, requests, signal }) => {
      const transport = await dial(addr, tls, { signal, log });
      return await openEndpointLink({
        transport,
        introduce,
        requests,
        timers,
        signal,
      });
    },
    directory: routing.directory,
    ids: routing.ids,
    evict: (edge) => {
      // It has moved as it was told to: what is in flight here finishes first.
      if (options.draining()) return false;
      routing.edgebound.kick(edge, REPLACED);
      return true;
    },
  });
}

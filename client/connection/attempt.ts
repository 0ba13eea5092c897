/**
 * One attempt to connect.
 *
 * @module
 */

import {
  checkTimeout,
  Connection,
  type EndpointCore,
  shown,
} from "@frontier/endpoint/internal";
import {
  FEATURES,
  FrontierError,
  LINK_SETTINGS,
  type LinkSettings,
  PEER_FEATURES,
  SAYS_EDGE,
  SAYS_SERVICE,
} from "@frontier/proto/internal";
import { after, connectTcp, type Transport } from "@frontier/platform/internal";
import { aborted, dial } from "./abortable.ts";
import type { GatewayAddress } from "./addresses.ts";
import type { ClientLimits } from "../limits.ts";
import type { ConnectOptions } from "../options.ts";

/** Seconds between heartbeats that the wire can announce. */
const HEARTBEATS: readonly number[] = [5, 20, 80, 320];

/** How each kind of endpoint says what it is. */
const KINDS = { service: SAYS_SERVICE, edge: SAYS_EDGE };

/** What an endpoint needs to connect. */
export interface AttemptParts {
  /** What the connection is for. */
  readonly core: EndpointCore;
  /** How to connect. */
  readonly options: ConnectOptions;
  /** Settings of the connection. */
  readonly settings: LinkSettings;
  /** What the endpoint says about itself. */
  readonly meta: Uint8Array | undefined;
  /** Where the gateway is. */
  readonly address: GatewayAddress;
  /** The id to ask for; 0 for none. */
  readonly wantedId: bigint;
}

/**
 * Dials, introduces us, and registers all methods.
 *
 * @param parts What is needed.
 * @param stop Gives up when aborted.
 * @returns The connection; the gateway routes to all methods.
 * @throws {FrontierError} If it fails, or is not done in time.
 */
export async function connect(
  parts: AttemptParts,
  stop: AbortSignal,
): Promise<Connection> {
  const { core, settings, meta, wantedId } = parts;
  const abort = new AbortController();
  const onStop = () => abort.abort(stop.reason);
  stop.addEventListener("abort", onStop, { once: true });
  const limitMs = settings.handshakeTimeoutMs;
  const giveUp = after(limitMs, () =>
    abort.abort(
      new FrontierError(
        "timeout",
        `Cannot connect: not done within ${limitMs} ms`,
      ),
    ));
  let connection: Connection | undefined;
  try {
    const transport = await dial(
      (signal) => open(parts, signal),
      abort.signal,
    );
    const introduction = { meta, wantedId };
    connection = Connection.connect(
      transport,
      settings,
      core,
      introduction,
    );
    await Promise.race([connection.opened, aborted(abort.signal)]);
    await Promise.race([
      core.announce(connection, limitMs),
      connection.closed.then((reason) => Promise.reject(reason)),
      aborted(abort.signal),
    ]);
    return connection;
  } catch (error) {
    await connection?.close(0);
    throw FrontierError.from(error, "not-connected");
  } finally {
    giveUp();
    stop.removeEventListener("abort", onStop);
  }
}

function open(
  { options, address }: AttemptParts,
  signal: AbortSignal,
): Transport | Promise<Transport> {
  return (options.dial ?? connectTcp)({ ...address, signal });
}

/**
 * Sessions that a gateway may have opened to us at a time. It opens them for
 * all of its peers over this one connection, shares 65 536 among them, and
 * waits for our answers: reaching this is a defect, not one peer's doing. How
 * many wait to be accepted is bounded by the core.
 */
const MAX_SESSIONS = 131_072;

/**
 * Makes the settings of an endpoint's connections.
 *
 * @param kind What kind of endpoint it is; offered with the features, so that a
 * gateway can tell whoever has dialled the wrong port.
 * @param options How it connects.
 * @param limits Its bounds.
 * @param traced Whether its operations are traced.
 * @returns The settings.
 * @throws {RangeError} If the time limit is not a positive number, or the wire
 * has no way to announce the heartbeat.
 */
export function linkSettings(
  kind: "service" | "edge",
  options: ConnectOptions,
  limits: ClientLimits,
  traced: boolean,
): LinkSettings {
  const {
    features = traced ? PEER_FEATURES : FEATURES,
    heartbeatSeconds,
    connectTimeoutMs,
  } = options;
  if (
    heartbeatSeconds !== undefined && !HEARTBEATS.includes(heartbeatSeconds)
  ) {
    throw new RangeError(
      `Cannot send a heartbeat every ${
        shown(heartbeatSeconds)
      } s: need one of ${HEARTBEATS.join(", ")}`,
    );
  }
  return {
    ...LINK_SETTINGS,
    maxSessions: MAX_SESSIONS,
    sessionWindow: limits.streamWindow,
    connectionWindow: limits.connectionWindow,
    closeGraceMs: 1_500,
    handshakeTimeoutMs: checkTimeout(connectTimeoutMs ?? 10_000),
    // Without any feature the wire is the original's, byte for byte.
    features: features.length === 0 ? features : [...features, KINDS[kind]],
    ...(heartbeatSeconds !== undefined && { heartbeatSeconds }),
  };
}

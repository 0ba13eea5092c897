/**
 * The connections of the forwarder.
 *
 * @module
 */

import {
  Backoff,
  describeError,
  type Logger,
} from "@frontier/platform/internal";
import { sleep } from "../connection/abortable.ts";
import { dialOptions, type GatewayUrl } from "../program/gateways.ts";
import { Service } from "../service.ts";
import type { ForwardOptions } from "./options.ts";

/** What a connection of the forwarder takes. */
export interface ConnectParts {
  /** Where the gateways are. */
  readonly options: ForwardOptions;
  /** Hears of connections that are lost. */
  readonly log: Logger;
  /** Gives up, and closes the services. */
  readonly signal: AbortSignal;
}

/**
 * Connects a service to each gateway, for somebody who waits.
 *
 * @param parts Where they are.
 * @returns The services at those that are there, at least one.
 * @throws {FrontierError} If none is there.
 */
export async function connectServices(parts: ConnectParts): Promise<Service[]> {
  const all = await Promise.allSettled(
    parts.options.gateways.map((gateway) => connect(gateway, parts, false)),
  );
  const services = all.flatMap((one) =>
    one.status === "fulfilled" ? [one.value] : []
  );
  if (services.length > 0) return services;
  throw (all[0] as PromiseRejectedResult).reason;
}

/**
 * Connects a service to each gateway, and goes on trying with those that are not
 * there.
 *
 * @param parts Where they are.
 * @returns The services, to which more are added as they come.
 */
export function keepServices(parts: ConnectParts): Service[] {
  const services: Service[] = [];
  for (const gateway of parts.options.gateways) {
    void (async () => {
      const backoff = new Backoff();
      while (!parts.signal.aborted) {
        try {
          services.push(await connect(gateway, parts, true));
          return;
        } catch (error) {
          if (parts.signal.aborted) return;
          parts.log.warn("Cannot connect, trying again", {
            peer: gateway.hostname,
            error: describeError(error),
          });
          await sleep(backoff.next(), parts.signal);
        }
      }
    })();
  }
  return services;
}

async function connect(
  gateway: GatewayUrl,
  { options, log, signal }: ConnectParts,
  lasting: boolean,
): Promise<Service> {
  const { tls, name, timeoutMs } = options;
  const service = await Service.connect({
    // Gateways over TLS have the files, the others need none.
    ...dialOptions([gateway], gateway.tls ? tls : {}),
    name,
    timeoutMs,
    connectTimeoutMs: Math.min(timeoutMs, 10_000),
    ...(lasting ? {} : { reconnect: false }),
    logger: log,
    signal,
  });
  void refuseStreams(service);
  if (lasting) void report(service, log);
  return service;
}

/** Its name leads edges here: nobody is at home for them. */
async function refuseStreams(service: Service): Promise<void> {
  for await (const stream of service.streams()) void stream.close();
}

async function report(service: Service, log: Logger): Promise<void> {
  for await (const status of service.status()) {
    if (status.state === "connected") {
      log.info("Connected", { gateway: status.address });
    } else if (status.state === "disconnected") {
      log.warn("Disconnected, trying again", {
        peer: "gateway",
        error: status.reason.message,
        milliseconds: Math.round(status.retryInMs),
      });
    }
  }
}

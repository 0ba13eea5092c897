/**
 * Where connections come in: counted, spoken TLS with, and handed to whoever
 * knows what they say first. What `Frontier` and `Frontlas` have in common; not
 * covered by semantic versioning.
 *
 * @example A port that takes what begins as the protocol does
 * ```ts
 * import { MemoryNetwork, systemTimers } from "@frontier/platform";
 * import { deferred, StrangerLog } from "@frontier/platform/internal";
 * import { NULL_LOGGER as log } from "@frontier/platform/log";
 * import { Gate, Port, speaksProtocol } from "@frontier/platform/ports";
 * import { assertEquals } from "@std/assert";
 *
 * const network = new MemoryNetwork();
 * const first = deferred<Uint8Array>();
 * using strangers = new StrangerLog({ log });
 * const limits = { maxConnections: 100, maxConnectionsPerAddress: 0 };
 * const port = new Port({
 *   name: "edges",
 *   listener: network,
 *   gate: new Gate({ ...limits, now: Date.now, log }),
 *   handlers: [{
 *     sniff: speaksProtocol,
 *     handle(connection) {
 *       first.resolve(connection.first!.slice());
 *       connection.close();
 *     },
 *   }],
 *   timeoutMs: 10_000,
 *   timers: systemTimers,
 *   log,
 *   strangers,
 * });
 * const edge = network.connect();
 * await edge.write(new Uint8Array([1, 1]));
 * assertEquals(await first.promise, new Uint8Array([1, 1]));
 * edge.close();
 * await port.close();
 * ```
 *
 * @module
 */

export { Arrival, type ArrivalOwner } from "./arrival.ts";
export { Connection, type Counter } from "./connection.ts";
export { Gate, type GateOptions } from "./gate.ts";
export {
  type ListenOptions,
  type OpenListener,
  openListener,
} from "./open_listener.ts";
export { plainRefusal } from "./plain_refusal.ts";
export { Port, type PortHandler, type PortOptions } from "./port.ts";
export { guessProtocol, type Sniffer, speaksProtocol } from "./sniff.ts";
export { TURNED_AWAY, type TurnedAway } from "./turned_away.ts";
export { StrangerLog, type StrangerLogOptions } from "../log/stranger_log.ts";
export type { LinkSettings, LinkTraffic } from "@frontier/proto/internal";

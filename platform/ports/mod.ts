/**
 * Where connections come in: counted, spoken TLS with, and handed to whoever
 * knows what they say first. What `Frontier` and `Frontlas` have in common; not
 * covered by semantic versioning.
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

/**
 * What carries the bytes of a gateway or an endpoint: TCP, memory for tests, or a
 * transport of your own; and the clock. TLS is in `@frontier/platform/net`, the
 * log in `@frontier/platform/log`.
 *
 * @module
 */

export { MemoryNetwork } from "./memory_transport.ts";
export { SystemTimers, systemTimers } from "./system_timers.ts";
export { connectTcp, listenTcp, type TcpConnectOptions } from "./tcp.ts";
export {
  formatAddress,
  type Identity,
  type PeerAddress,
  type Transport,
  type TransportListener,
} from "./transport.ts";
export type { Timer, Timers } from "@frontier/proto";

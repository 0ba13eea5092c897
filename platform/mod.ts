/**
 * What carries the bytes of a gateway or an endpoint: TCP, memory for tests, or a
 * transport of your own; and the clock. TLS is in `@frontier/platform/net`, the
 * log in `@frontier/platform/log`.
 *
 * @example Bytes that never leave the process
 * ```ts
 * import { MemoryNetwork } from "@frontier/platform";
 * import { assertEquals } from "@std/assert";
 *
 * const network = new MemoryNetwork();
 * const dialled = network.connect();
 * const accepted = await network.accept();
 * await dialled.write(new Uint8Array([1, 2, 3]));
 * const buffer = new Uint8Array(8);
 * assertEquals(await accepted.read(buffer), 3);
 * dialled.close();
 * ```
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

/**
 * Ports of this machine that lead to targets behind agents: a service opens a
 * stream to the edge of an agent, and the agent connects it to what its
 * operator has listed by name.
 *
 * As a program, `deno run jsr:@frontier/client/forward --help`; importing it does
 * nothing by itself.
 *
 * @example The SSH server of a device on port 2222 of this machine
 * ```ts
 * import { Service } from "@frontier/client";
 * import { ForwardListener } from "@frontier/client/forward";
 *
 * async function forward(edgeId: bigint): Promise<void> {
 *   await using service = await Service.connect({ name: "operators" });
 *   const options = { edgeId, target: "ssh", port: 2222 };
 *   await using _listener = await ForwardListener.listen(service, options);
 *   await service.closed;
 * }
 * ```
 *
 * @module
 */

import { main } from "./program.ts";

export type { HalfCloseable } from "../forwarding/connection.ts";
export {
  connectTarget,
  type TargetOptions,
} from "../forwarding/connect_target.ts";
export {
  ForwardError,
  type ForwardErrorCode,
} from "../forwarding/forward_error.ts";
export {
  ForwardListener,
  type ForwardListenOptions,
} from "../forwarding/forward_listener.ts";
export type { RelayCount } from "../forwarding/relay.ts";
export { FrontierError } from "@frontier/proto";
export type { LogFields, Logger } from "@frontier/platform/log";
export { Service } from "../service.ts";
export { main } from "./program.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));

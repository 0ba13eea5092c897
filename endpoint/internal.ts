/**
 * What the packages of Frontier itself build on; not covered by semantic
 * versioning.
 *
 * @example Two endpoints, one dialled by the other
 * ```ts
 * import { Connection, EndpointCore } from "@frontier/endpoint/internal";
 * import { MemoryNetwork } from "@frontier/platform";
 * import { LINK_SETTINGS } from "@frontier/proto/internal";
 * import { assertEquals } from "@std/assert";
 *
 * const network = new MemoryNetwork();
 * using server = new EndpointCore({ methods: { echo: ({ data }) => data } });
 * using client = new EndpointCore();
 * const introduction = { meta: undefined, wantedId: 0n };
 * await using dialled = Connection.connect(
 *   network.connect(),
 *   LINK_SETTINGS,
 *   client,
 *   introduction,
 * );
 * await using listened = Connection.accept(
 *   await network.accept(),
 *   LINK_SETTINGS,
 *   server,
 *   () => 7n,
 * );
 * await Promise.all([dialled.opened, listened.opened]);
 * client.use(dialled);
 * server.use(listened);
 * const reply = await client.channel.call("echo", "x", undefined, undefined);
 * assertEquals(reply.text(), "x");
 * ```
 *
 * @module
 */

export * from "./calls/operation.ts";
export * from "./calls/register.ts";
export * from "./channel.ts";
export * from "./check.ts";
export * from "./calls/registrations.ts";
export * from "./connection.ts";
export * from "./counters.ts";
export * from "./endpoint_core.ts";
export * from "./handlers/claims.ts";
export * from "./handlers/held_answers.ts";
export * from "./handlers/inbox.ts";
export * from "./handlers/item_iterator.ts";
export * from "./handlers/handler_run.ts";
export * from "./handlers/method_table.ts";
export * from "./handlers/places.ts";
export * from "./handlers/receiver.ts";
export * from "./handlers/request_queue.ts";
export * from "./handlers/share.ts";
export * from "./handlers/shared_inbox.ts";
export * from "./handlers/source.ts";
export * from "./handlers/handler_pool.ts";
export { resolveLimits } from "./limits.ts";
export { checkPayload, decodeText, NO_BYTES, payloadBytes } from "./payload.ts";
export * from "./streams/stream_core.ts";
export { traced } from "./traced.ts";
export type { Identity, PeerAddress, Transport } from "@frontier/platform";
export type {
  Span,
  SpanKind,
  SpanTags,
  Tracer,
} from "@frontier/platform/trace";
export type * from "@frontier/proto/internal";

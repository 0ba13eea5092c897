/**
 * By what lists can be ordered.
 *
 * @module
 */

/** Fields of edges. */
export const EDGE_FIELDS = ["edge_id", "meta", "addr", "create_time"] as const;
/** Fields of services. */
export const SERVICE_FIELDS = [
  "service_id",
  "service",
  "addr",
  "create_time",
] as const;
/** Fields of methods of edges. */
export const EDGE_RPC_FIELDS = ["rpc", "edge_id", "create_time"] as const;
/** Fields of methods of services. */
export const RPC_FIELDS = ["rpc", "service_id", "create_time"] as const;
/** Fields of topics. */
export const TOPIC_FIELDS = ["topic", "service_id", "create_time"] as const;

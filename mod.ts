/**
 * Frontier for Deno: a gateway for long-lived connections, and what services
 * and edges need to use it.
 *
 * @module
 */

export * from "@frontier/client";
export * from "@frontier/frontlas";
export * from "@frontier/server";

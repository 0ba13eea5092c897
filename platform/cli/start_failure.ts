/**
 * Why a program cannot start, in the words of its configuration.
 *
 * @module
 */

import type { ListenConfig } from "../config/mod.ts";
import { formatAddress } from "../transport.ts";
import type { ProgramListener } from "./program.ts";

/**
 * Why a listener cannot have its address.
 *
 * @param error What the attempt to listen ended with.
 * @returns Words that follow the address.
 */
export function addressProblem(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) return "is already in use";
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return "is not an address of this machine";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "needs more rights, as ports below 1024 do";
  }
  if (error instanceof Deno.errors.NotCapable) {
    return "is denied by the runtime: run with --allow-net";
  }
  return `cannot be listened on: ${
    error instanceof Error ? error.message : String(error)
  }`;
}

/** Tries an address the way a listener does and gives it back at once. */
function probe({ hostname, port }: ListenConfig): unknown {
  try {
    Deno.listen({ hostname, port }).close();
    return undefined;
  } catch (error) {
    return error;
  }
}

/**
 * Says in one line why a program did not start. The runtime's errors name
 * neither the address nor where it is configured, so the addresses are tried
 * once more to find the one at fault.
 *
 * @param error What start failed with.
 * @param listeners Its ports.
 * @returns The line, without a line feed.
 */
export function explainStartFailure(
  error: unknown,
  listeners: readonly ProgramListener[],
): string {
  for (const { key, listen } of listeners) {
    const found = probe(listen);
    if (found === undefined) continue;
    const address = formatAddress(listen);
    const problem = addressProblem(found);
    return `Cannot start: address ${address} ${problem} (${key}.addr)`;
  }
  const message = error instanceof Error ? error.message : String(error);
  return `Cannot start: ${message.split("\n")[0]}`;
}

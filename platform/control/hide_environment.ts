/**
 * Before the libraries: from here on the environment is empty, where the
 * program may not read all of it. See `libraries.ts`.
 *
 * @module
 */

import process from "node:process";

const ENVIRONMENT = process.env;
// Node.js has no such permission.
if (
  "Deno" in globalThis &&
  Deno.permissions.querySync({ name: "env" }).state !== "granted"
) process.env = {};

/** Shows the environment again. */
export function show(): void {
  process.env = ENVIRONMENT;
}

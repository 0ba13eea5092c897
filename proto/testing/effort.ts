/**
 * How long the tests with random input go on.
 *
 * @module
 */

/**
 * Reads a number from the environment.
 *
 * @param name Name of the variable.
 * @param usual What is used without it, or without the permission to look.
 * @returns The number.
 */
export function effort(name: string, usual: number): number {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  const text = state === "granted" ? Deno.env.get(name) : undefined;
  const value = Number(text);
  return text === undefined || text === "" || !(value > 0) ? usual : value;
}

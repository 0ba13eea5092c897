/**
 * Open files of the process, and how many it may have.
 *
 * @example How many more may be opened, where the runtime tells
 * ```ts
 * import { countOpenFiles, openFileLimit } from "@frontier/platform/open-files";
 * import { assert } from "@std/assert";
 *
 * const limit = openFileLimit() ?? Infinity;
 * const open = await countOpenFiles() ?? 0;
 * assert(limit - open > 0);
 * ```
 *
 * @module
 */

/**
 * Counts the files and sockets that the process has open. Never asks the user for a permission: it needs `--allow-all`, for that is
 * what the runtime wants before it shows the files of the kernel.
 *
 * @returns How many; `undefined` where that cannot be seen.
 */
export async function countOpenFiles(): Promise<number | undefined> {
  if (!mayAll()) return undefined;
  let count = 0;
  try {
    // Beside the event loop: there may be very many.
    for await (const _ of Deno.readDir("/proc/self/fd")) count++;
  } catch {
    return undefined;
  }
  // One of them is the folder that is being read.
  return count - 1;
}

/**
 * Reads how many files and sockets the process may have open. Never asks the user for a permission: it needs `--allow-ffi`, or
 * `--allow-all`.
 *
 * @returns How many; `undefined` where that cannot be seen.
 */
export function openFileLimit(): number | undefined {
  const inProc = mayAll() ? limitInProc() : undefined;
  return inProc ?? (may({ name: "ffi" }) ? limitByCall() : undefined);
}

const PERMISSIONS = [
  "read",
  "write",
  "net",
  "env",
  "run",
  "sys",
  "ffi",
] as const;

function may(permission: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(permission).state === "granted";
}

function mayAll(): boolean {
  return PERMISSIONS.every((name) => may({ name }));
}

function limitInProc(): number | undefined {
  try {
    const limits = Deno.readTextFileSync("/proc/self/limits");
    const soft = /^Max open files +(\S+)/m.exec(limits)?.[1];
    return soft === "unlimited" ? Infinity : Number(soft);
  } catch {
    return undefined;
  }
}

/** By `os`: the library to ask, and the number of the limit there. */
const GETRLIMIT: Readonly<Record<string, readonly [string, number]>> = {
  linux: ["libc.so.6", 7],
  darwin: ["libSystem.dylib", 8],
};

function limitByCall(): number | undefined {
  const [library, what] = GETRLIMIT[Deno.build.os] ?? [];
  if (library === undefined || what === undefined) return undefined;
  let calls;
  try {
    calls = Deno.dlopen(library, {
      getrlimit: { parameters: ["i32", "buffer"], result: "i32" },
    });
  } catch {
    return undefined;
  }
  const limits = new BigUint64Array(2);
  const result = calls.symbols.getrlimit(what, limits);
  calls.close();
  if (result !== 0) return undefined;
  const soft = limits[0]!;
  return soft >= 1n << 62n ? Infinity : Number(soft);
}

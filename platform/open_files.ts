/**
 * Open files of the process, and how many it may have.
 *
 * @module
 */

/** What could be read; the rest is absent. */
export interface OpenFiles {
  /** Files and sockets that are open. */
  readonly count?: number | undefined;
  /** Most that may be. */
  readonly limit?: number | undefined;
}

/**
 * Reads how many files the process has open, and how many it may have. Never asks the user for a permission: both need
 * `--allow-all`, for that is what the runtime wants before it shows the files of the kernel; the limit alone needs `--allow-ffi`.
 *
 * @returns What could be read.
 */
export function openFiles(): OpenFiles {
  const all = mayAll();
  const limit = all ? limitInProc() : undefined;
  return {
    count: all ? count() : undefined,
    limit: limit ?? (all || may({ name: "ffi" }) ? limitByCall() : undefined),
  };
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

function count(): number | undefined {
  try {
    // One of them is the folder that is being read.
    return [...Deno.readDirSync("/proc/self/fd")].length - 1;
  } catch {
    return undefined;
  }
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

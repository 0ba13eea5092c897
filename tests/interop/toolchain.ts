/** Builds the Go programs of the interoperability tests. */

const SOURCES = new URL("./go/", import.meta.url);
const CACHE = new URL("../../.cache/interop/", import.meta.url);

/**
 * The programs: a peer on the current and on the old line of the Go library, its packet codec, what users of the
 * original's examples know, the original's directory of a cluster, and WireGuard where the kernel has none.
 */
export type GoProgram =
  | "new"
  | "old"
  | "oracle"
  | "examples"
  | "frontlas"
  | "wireguard";

/** The modules each program is built from. */
const MODULES: Record<GoProgram, readonly string[]> = {
  new: ["new", "peer"],
  old: ["old", "peer"],
  oracle: ["oracle"],
  examples: ["examples"],
  frontlas: ["frontlas"],
  wireguard: ["wireguard"],
};

/**
 * Tells whether a Go toolchain can be run.
 *
 * @returns False when there is no `go` on the path.
 */
export function goAvailable(): boolean {
  try {
    return new Deno.Command("go", {
      args: ["version"],
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The package that is built; most modules have one. */
const PACKAGES: Partial<Record<GoProgram, string>> = {
  wireguard: "golang.zx2c4.com/wireguard",
};

const built = new Map<GoProgram, Promise<string>>();

/**
 * Builds a program unless its binary is newer than its sources.
 *
 * @param program Which one.
 * @returns Path of the binary.
 * @throws {Error} When the build fails, with the compiler's output.
 */
export function buildGo(program: GoProgram): Promise<string> {
  let building = built.get(program);
  if (building === undefined) {
    building = build(program);
    built.set(program, building);
  }
  return building;
}

async function build(program: GoProgram): Promise<string> {
  const target = new URL(program, CACHE).pathname;
  let newest = 0;
  for (const module of MODULES[program]) {
    newest = Math.max(newest, newestSource(new URL(`${module}/`, SOURCES)));
  }
  if (modified(target) > newest) return target;
  await Deno.mkdir(CACHE, { recursive: true });
  // Test files run in isolates of their own, perhaps at once: build aside and move into place.
  const fresh = `${target}.${crypto.randomUUID()}`;
  const { success, stderr } = await new Deno.Command("go", {
    args: ["build", "-trimpath", "-o", fresh, PACKAGES[program] ?? "."],
    cwd: new URL(`${program}/`, SOURCES),
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(
      `Cannot build the Go program ${program}: ${
        new TextDecoder().decode(stderr)
      }`,
    );
  }
  await Deno.rename(fresh, target);
  return target;
}

function newestSource(folder: URL): number {
  let newest = 0;
  for (const entry of Deno.readDirSync(folder)) {
    if (entry.isFile) {
      newest = Math.max(newest, modified(new URL(entry.name, folder).pathname));
    }
  }
  return newest;
}

function modified(path: string): number {
  try {
    return Deno.statSync(path).mtime?.getTime() ?? 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

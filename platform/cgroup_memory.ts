/**
 * The memory that a control group leaves to this process.
 *
 * @module
 */

/**
 * Where control groups of version 2 are mounted; those of version 1 have a
 * folder per controller there.
 */
const ROOT = "/sys/fs/cgroup";

/** One hierarchy of control groups that can bound memory. */
interface Hierarchy {
  readonly mount: string;
  readonly file: string;
  /**
   * Path of this process's group below the mount, empty or beginning with a
   * slash.
   */
  readonly group: string;
}

/**
 * Reads the lines of `/proc/self/cgroup`, which are `number:controllers:path`.
 */
function hierarchies(groups: string): Hierarchy[] {
  const found: Hierarchy[] = [];
  for (const line of groups.split("\n")) {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    if (!match) continue;
    const [, controllers = "", path = ""] = match;
    const group = path === "/" ? "" : path;
    if (controllers === "") {
      found.push({ mount: ROOT, file: "memory.max", group });
    } else if (controllers.split(",").includes("memory")) {
      const mount = `${ROOT}/memory`;
      found.push({ mount, file: "memory.limit_in_bytes", group });
    }
  }
  return found;
}

/**
 * A group's limit as its file has it; `max` and the near endless number of
 * version 1 are none to a reader who takes the least.
 */
function limitIn(text: string | undefined): number {
  const digits = text?.trim() ?? "";
  return /^\d+$/.test(digits) && Number(digits) > 0 ? Number(digits) : Infinity;
}

/**
 * The least memory limit of this process's control group and of those around
 * it: each of them binds.
 *
 * In a container the group's path may be the host's, and mean nothing where the
 * container's own groups are mounted. The top of the mount is the container's
 * group then, and is always looked at.
 *
 * @param read Reads a file; `undefined` if there is none or it may not be read.
 * @returns Bytes, or `undefined` if nothing bounds the process.
 */
export function cgroupMemoryLimit(
  read: (path: string) => string | undefined,
): number | undefined {
  let least = Infinity;
  for (
    const { mount, file, group } of hierarchies(read("/proc/self/cgroup") ?? "")
  ) {
    for (let path = group;; path = path.slice(0, path.lastIndexOf("/"))) {
      least = Math.min(least, limitIn(read(`${mount}${path}/${file}`)));
      if (path === "") break;
    }
  }
  return least < Number.MAX_SAFE_INTEGER ? least : undefined;
}

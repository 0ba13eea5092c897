import { assert, assertEquals } from "@std/assert";
import { cgroupMemoryLimit } from "./cgroup_memory.ts";
import { readMachineMemory } from "./machine_memory.ts";

const SYSTEMS: [
  name: string,
  files: Record<string, string>,
  limit: number | undefined,
][] = [
  ["a system without control groups", {}, undefined],
  ["version 2 with a limit", {
    "/proc/self/cgroup": "0::/\n",
    "/sys/fs/cgroup/memory.max": "268435456\n",
  }, 268435456],
  ["version 2 without a limit", {
    "/proc/self/cgroup": "0::/user.slice\n",
    "/sys/fs/cgroup/user.slice/memory.max": "max\n",
  }, undefined],
  ["a limit of a group around it", {
    "/proc/self/cgroup": "0::/system.slice/frontier.service\n",
    "/sys/fs/cgroup/system.slice/frontier.service/memory.max": "max\n",
    "/sys/fs/cgroup/system.slice/memory.max": "1000000000\n",
  }, 1000000000],
  ["the least of several limits", {
    "/proc/self/cgroup": "0::/a/b/c\n",
    "/sys/fs/cgroup/a/b/c/memory.max": "300\n",
    "/sys/fs/cgroup/a/b/memory.max": "200\n",
    "/sys/fs/cgroup/a/memory.max": "400\n",
  }, 200],
  ["version 1 with a limit", {
    "/proc/self/cgroup": "9:name=systemd:/\n4:cpu,memory:/docker/1f\n0::/\n",
    "/sys/fs/cgroup/memory/docker/1f/memory.limit_in_bytes": "536870912\n",
  }, 536870912],
  ["version 1 without a limit", {
    "/proc/self/cgroup": "4:memory:/x\n",
    "/sys/fs/cgroup/memory/x/memory.limit_in_bytes": "9223372036854771712\n",
  }, undefined],
  ["a container that sees the host's path and its own mount", {
    "/proc/self/cgroup": "4:memory:/docker/1f\n",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824\n",
  }, 1073741824],
  ["files that make no sense", {
    "/proc/self/cgroup": "nonsense\n0::/\n4:memory:relative\n\n",
    "/sys/fs/cgroup/memory.max": "lots\n",
  }, undefined],
  ["a limit of nothing", {
    "/proc/self/cgroup": "0::/\n",
    "/sys/fs/cgroup/memory.max": "0\n",
  }, undefined],
];

for (const [name, files, limit] of SYSTEMS) {
  Deno.test(`${name} bounds the memory by ${limit ?? "nothing"}`, () => {
    assertEquals(cgroupMemoryLimit((path) => files[path]), limit);
  });
}

Deno.test("the memory of this machine or its control group is found", () => {
  const memory = readMachineMemory();
  assert(memory !== undefined);
  assert(memory.bytes > 64 * 1_048_576);
  assert(memory.bytes <= Deno.systemMemoryInfo().total);
});

Deno.test({
  name: "without leave to look, the memory is not known, and nobody is asked",
  permissions: { sys: false },
  fn: () => assertEquals(readMachineMemory(), undefined),
});

Deno.test({
  name: "without leave to read files, the memory is known all the same",
  permissions: { sys: ["systemMemoryInfo"], read: false },
  fn: () => assert(readMachineMemory() !== undefined),
});

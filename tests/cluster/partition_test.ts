/** A gateway that is cut off from Frontlas and from its edges, in network namespaces of this test's own. */

import { assertEquals } from "@std/assert";
import { redisMissing } from "../redis/redis_under_test.ts";

/** What the machine does not permit; `undefined` when nothing. */
function forbidden(): string | undefined {
  try {
    const { success, stderr } = new Deno.Command("unshare", {
      args: [
        "-nm",
        "sh",
        "-c",
        "mkdir -p /run/netns && mount -t tmpfs t /run/netns && ip netns add try && ip link add name try0 type veth peer name try1 netns try",
      ],
    }).outputSync();
    return success ? undefined : new TextDecoder().decode(stderr).trim();
  } catch (error) {
    return `${error}`;
  }
}

const problem = forbidden();
if (problem !== undefined) {
  console.error(
    `\n*** NETWORK NAMESPACES ARE NOT PERMITTED (${problem}): the test of gateways that are cut off is NOT RUN ***\n`,
  );
}

Deno.test({
  name:
    "a gateway that is cut off from Frontlas serves on, and one that is cut off from everybody takes nothing back",
  ignore: problem !== undefined || redisMissing() !== undefined,
  fn: async () => {
    const { success, stdout } = await new Deno.Command("unshare", {
      args: [
        "-nm",
        "sh",
        "-c",
        'ip link set lo up && mkdir -p /run/netns && mount -t tmpfs t /run/netns && exec "$@"',
        "sh",
        Deno.execPath(),
        "run",
        "--quiet",
        "--no-check",
        "-A",
        new URL("partition_program.ts", import.meta.url).pathname,
      ],
      stdin: "null",
      stderr: "inherit",
      signal: AbortSignal.timeout(400_000),
    }).output();
    const text = new TextDecoder().decode(stdout);
    console.log(text.replace(/^FOUND.*$/m, "").trim());
    assertEquals(success, true);
    assertEquals(JSON.parse(/^FOUND (.*)$/m.exec(text)![1]!), []);
  },
});

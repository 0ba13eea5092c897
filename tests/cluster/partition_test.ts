/** A gateway that is cut off from Frontlas and from its edges, in network namespaces of this test's own. */

import { assertEquals } from "@std/assert";
import { redisMissing } from "../redis/redis_under_test.ts";
import { runInNamespaces, whatIsForbidden } from "../support/namespaces.ts";

const problem = whatIsForbidden(
  "ip netns add try && ip link add name try0 type veth peer name try1 netns try",
);
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
    const program = new URL("partition_program.ts", import.meta.url);
    const text = await runInNamespaces(program, { limitMs: 400_000 });
    console.log(text.replace(/^FOUND.*$/m, "").trim());
    assertEquals(JSON.parse(/^FOUND (.*)$/m.exec(text)![1]!), []);
  },
});

/** The example with all brokers, each looked at with its own tool. */

import { assert, assertEquals } from "@std/assert";
import { startRabbit } from "./amqp_broker.ts";
import { KAFKA, startKafka } from "./kafka_broker.ts";
import { startNats } from "./nats_broker.ts";
import { startNsq } from "./nsq_broker.ts";
import { BROKERS, builtPath, whatIsMissing } from "./provision.ts";
import { startRedis } from "./redis_broker.ts";

const MAIN = new URL("../../examples/mq_bridge/main.ts", import.meta.url);
const missing = BROKERS.filter((broker) => whatIsMissing(broker) !== undefined);
const required = Deno.env.get("FRONTIER_REQUIRE_BROKERS") === "1";

async function run(
  ...args: string[]
): Promise<{ code: number; output: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", MAIN.pathname, ...args],
    env: {
      PATH: `${Deno.env.get("PATH")}:${builtPath("nsq")}`,
      NO_COLOR: "1",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

if (missing.length > 0) {
  console.error(
    `\n*** ${
      missing.join(", ")
    } MISSING: the example with all queues is NOT RUN ***\n`,
  );
}

Deno.test({
  name:
    "readings of ten edges arrive in every queue, as its own consumer shows",
  ignore: missing.length > 0 && !required,
  fn: async () => {
    await using nats = await startNats();
    await using redis = await startRedis();
    await using nsq = await startNsq({ inMemory: true });
    await using rabbit = await startRabbit({ management: true });
    await using kafka = await startKafka();
    await KAFKA.prepare!(kafka, ["readings-kafka"]);
    const { code, output } = await run(
      ...["--nats", nats.addr],
      ...["--redis", redis.addr],
      ...["--nsq", nsq.addr],
      ...["--kafka", kafka.addr],
      ...["--amqp", rabbit.addr],
      ...["--admin", rabbit.admin],
    );
    assertEquals(code, 0, output);
    assert(
      output.includes("50 readings of 10 edges to 5 queues, all acknowledged"),
      output,
    );
    for (const name of ["nats", "redis", "nsq", "kafka", "amqp"]) {
      assert(output.includes(`arrived: ${name} 10\n`), output);
      assert(output.includes(`[${name}]`), output);
    }
  },
});

Deno.test("the example says what it wants", async () => {
  const help = await run("--help");
  assertEquals(help.code, 0);
  assert(help.output.includes("--kafka"));
  const nothing = await run();
  assertEquals(nothing.code, 2);
  assert(nothing.output.includes("name a broker"), nothing.output);
  const nowhere = await run("--nats");
  assertEquals(nowhere.code, 2);
});

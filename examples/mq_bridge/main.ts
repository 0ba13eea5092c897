/**
 * Edges behind a gateway publish sensor readings to message queues.
 *
 * @module
 */

import { Edge } from "@frontier/client";
import { type Frontier, startFrontier } from "@frontier/server";
import {
  type Flag,
  FlagError,
  parseAddress,
  parseCount,
  runProgram,
} from "../flags.ts";
import { type BrokerName, consumerOf } from "./consumers.ts";

const USAGE =
  `Ten edges publish sensor readings through a gateway to message queues.
Each queue's own consumer shows them arriving.

Usage: deno task examples mq_bridge --nats 127.0.0.1:4222 [--redis ...] [--kafka ...]`;

const FLAGS: Record<BrokerName | "admin" | "topic" | "edges", Flag> = {
  nats: { help: "address of nats-server", value: "" },
  redis: { help: "address of redis-server; a stream is written", value: "" },
  kafka: { help: "address of Kafka; the topic must exist", value: "" },
  amqp: { help: "address of RabbitMQ; a queue is declared", value: "" },
  nsq: { help: "address of nsqd", value: "" },
  admin: {
    help: "address of RabbitMQ's management, for rabbitmqadmin",
    value: "127.0.0.1:15672",
  },
  topic: { help: "what the topics begin with", value: "readings" },
  edges: { help: "how many edges", value: "10" },
};

type Flags = Record<keyof typeof FLAGS, string>;

const BROKERS: readonly BrokerName[] = [
  "nats",
  "redis",
  "kafka",
  "amqp",
  "nsq",
];
/** Longest wait for a broker or its consumer, in milliseconds. */
const PATIENCE_MS = 30_000;

/** Starts a gateway that passes the topic of each broker on to it. */
function start(flags: Flags): Promise<Frontier> {
  const topic = (name: BrokerName) => `${flags.topic}-${name}`;
  const on = (name: BrokerName) => ({
    enable: flags[name] !== "",
    addrs: [flags[name]],
  });
  return startFrontier({
    edgebound: { hostname: "127.0.0.1", port: 0 },
    servicebound: { hostname: "127.0.0.1", port: 0 },
    mqm: {
      nats: { ...on("nats"), producer: { subjects: [topic("nats")] } },
      redis: { ...on("redis"), producer: { streams: [topic("redis")] } },
      kafka: { ...on("kafka"), producer: { topics: [topic("kafka")] } },
      nsq: { ...on("nsq"), producer: { topics: [topic("nsq")] } },
      amqp: {
        ...on("amqp"),
        queues: [{
          name: topic("amqp"),
          durable: true,
          autoDelete: false,
          exclusive: false,
          nowait: false,
        }],
        producer: { routingKeys: [topic("amqp")] },
      },
    },
  });
}

/** Waits until all brokers can be published to. */
async function reachAll(gateway: Frontier): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const missing = gateway.brokers.find(({ state }) => state !== "up");
    if (missing === undefined) return;
    if (performance.now() > end) {
      throw new Error(`Cannot reach ${missing.name}: ${missing.problem}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Runs a broker's own consumer and prints what it shows; returns how many readings those were. */
async function show(
  name: BrokerName,
  [program, ...args]: readonly [string, ...string[]],
): Promise<number> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(
      `[${name}] ${program} is not installed; to look: ${
        [program, ...args].join(" ")
      }`,
    );
    return 0;
  }
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const { stdout } = await child.output();
  clearTimeout(timer);
  const lines = new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes("celsius"));
  for (const line of lines) console.log(`[${name}] ${line.trim()}`);
  return lines.length;
}

async function run(flags: Flags): Promise<void> {
  const names = BROKERS.filter((name) => flags[name] !== "");
  if (names.length === 0) {
    throw new FlagError("Cannot publish to nothing: name a broker, try --help");
  }
  for (const name of names) parseAddress(flags[name]);
  const count = parseCount("edges", flags.edges);
  await using gateway = await start(flags);
  console.log(`connecting to ${names.join(", ")}`);
  await reachAll(gateway);
  const topics = new Map(
    names.map((name) => [name, `${flags.topic}-${name}`]),
  );
  const consumers = names.map((name) => ({
    name,
    consumer: consumerOf(
      name,
      flags[name],
      topics.get(name)!,
      count,
      flags.admin,
    ),
  }));
  const early = consumers.filter(({ consumer }) => consumer.early)
    .map(({ name, consumer }) => ({
      name,
      shown: show(name, consumer.command),
    }));
  // Those that keep nothing must be listening by now.
  if (early.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }

  const edges = await Promise.all(
    Array.from(
      { length: count },
      () => Edge.connect({ port: gateway.edgeAddr.port }),
    ),
  );
  const began = performance.now();
  await Promise.all(
    edges.flatMap((edge, i) =>
      [...topics.values()].map((topic) =>
        edge.publish(topic, JSON.stringify({ sensor: i, celsius: 20 + i / 10 }))
      )
    ),
  );
  const ms = (performance.now() - began).toFixed(0);
  console.log(
    `published: ${
      count * names.length
    } readings of ${count} edges to ${names.length} queues, all acknowledged after ${ms} ms`,
  );
  for (const edge of edges) await edge.close();
  for (const { name, shown } of early) {
    console.log(`arrived: ${name} ${await shown}`);
  }
  for (const { name, consumer } of consumers) {
    if (consumer.early) continue;
    console.log(`arrived: ${name} ${await show(name, consumer.command)}`);
  }
}

if (import.meta.main) {
  Deno.exit(await runProgram(USAGE, FLAGS, run));
}

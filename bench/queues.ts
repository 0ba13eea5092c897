/**
 * Measures acknowledged publishes through the gateway to each broker, beside the same client publishing directly:
 * `deno task bench:queues [redis|nats|amqp|kafka|nsq]...`. Needs the brokers (`deno task brokers`).
 *
 * @module
 */

import { Edge } from "@frontier/client";
import { TimerWheel } from "@frontier/proto/internal";
import { resolveOptions } from "../server/config/mod.ts";
import { makeProducers } from "../server/mq/open_brokers.ts";
import type { Producer } from "../server/mq/producer.ts";
import { PublishQueue } from "../server/mq/publish_queue.ts";
import { withFile } from "../platform/cli/testing/program_process.ts";
import { Program } from "../server/cli/testing/program.ts";
import { AMQP } from "../tests/brokers/amqp_broker.ts";
import type {
  BrokerUnderTest,
  Running,
} from "../tests/brokers/broker_under_test.ts";
import { configurationFile } from "../tests/brokers/compliance.ts";
import { KAFKA } from "../tests/brokers/kafka_broker.ts";
import { NATS_CORE, NATS_JETSTREAM } from "../tests/brokers/nats_broker.ts";
import { NSQ } from "../tests/brokers/nsq_broker.ts";
import { whatIsMissing } from "../tests/brokers/provision.ts";
import {
  REDIS_CHANNELS,
  REDIS_STREAMS,
} from "../tests/brokers/redis_broker.ts";

const EDGES = 10;
/** Messages of one edge under way at a time. */
const WINDOW = 64;
const SECONDS = 5;
const WARM_UP_SECONDS = 1;
const DATA = new Uint8Array(200).fill(7);

const ALL = [
  AMQP,
  KAFKA,
  NATS_JETSTREAM,
  NATS_CORE,
  NSQ,
  REDIS_STREAMS,
  REDIS_CHANNELS,
] as unknown as BrokerUnderTest<Running>[];

/** Publishes as fast as acknowledgements come; returns how many a second. */
async function rate(publish: (lane: number) => Promise<void>): Promise<number> {
  let count = 0;
  let over = false;
  const lanes = Array.from({ length: EDGES * WINDOW }, async (_, i) => {
    while (!over) {
      await publish(i % EDGES);
      count++;
    }
  });
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_SECONDS * 1_000));
  const before = count;
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
  const measured = (count - before) / (performance.now() - began) * 1_000;
  over = true;
  await Promise.all(lanes);
  return measured;
}

async function up(producer: Producer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  producer.onState = () => {
    if (producer.state.kind === "up") resolve();
  };
  producer.start();
  await promise;
}

/** The same client, with nothing in front of it but its queue. */
async function direct(
  broker: BrokerUnderTest<Running>,
  server: Running,
): Promise<number> {
  const topic = broker.topics[0]!;
  const { mqm } = resolveOptions({ mqm: broker.config(server) });
  const [made] = await makeProducers(mqm);
  const { producer } = made!;
  await up(producer);
  const wheel = new TimerWheel(performance.now());
  const ticking = setInterval(() => wheel.advance(performance.now()), 8);
  const queue = new PublishQueue({
    producer,
    deadlineMs: 15_000,
    timers: wheel,
    released: () => {},
  });
  try {
    return await rate((lane) =>
      new Promise((resolve, reject) => {
        const publication = {
          topic,
          data: DATA,
          edge: BigInt(lane),
          meta: undefined,
          headers: made!.config.headers,
          id: crypto.randomUUID(),
          at: Date.now(),
        };
        queue.push(publication, lane, (ending) =>
          ending.kind === "stored"
            ? resolve()
            : reject(new Error(JSON.stringify(ending))));
      })
    );
  } finally {
    clearInterval(ticking);
    await producer.close();
  }
}

/** Ten edges, the gateway in a process of its own. */
async function through(
  broker: BrokerUnderTest<Running>,
  server: Running,
): Promise<number> {
  const topic = broker.topics[0]!;
  const config = configurationFile(broker, server);
  let measured = 0;
  await withFile(config, async (path) => {
    await using program = new Program(["-c", path]);
    const [, port] = await program.line(/edgebound server.*:(\d+)/);
    const edges = await Promise.all(
      Array.from({ length: EDGES }, () => Edge.connect({ port: Number(port) })),
    );
    measured = await rate((lane) => edges[lane]!.publish(topic, DATA));
    for (const edge of edges) await edge.close();
  });
  return measured;
}

if (import.meta.main) {
  const wanted = Deno.args.length === 0
    ? ALL
    : ALL.filter(({ program }) => Deno.args.includes(program));
  console.log("| broker | direct/s | through the gateway/s | ratio |");
  console.log("| --- | --- | --- | --- |");
  for (const broker of wanted) {
    const missing = whatIsMissing(broker.program);
    if (missing !== undefined) {
      console.log(`| ${broker.name} | ${missing} | | |`);
      continue;
    }
    await using server = await broker.start();
    await broker.prepare?.(server, [broker.topics[0]!]);
    const alone = await direct(broker, server);
    const measured = await through(broker, server);
    const figures = [alone, measured].map((n) => Math.round(n)).join(" | ");
    console.log(
      `| ${broker.name} | ${figures} | ${(measured / alone).toFixed(2)} |`,
    );
  }
  Deno.exit(0);
}

/**
 * A real Kafka of one node.
 *
 * @module
 */

import { Kafka, logLevel } from "kafkajs";
import {
  type Certificates,
  makeCertificates,
  tlsSection,
} from "./certificates.ts";
import type {
  BrokerUnderTest,
  StartOptions,
  Stored,
} from "./broker_under_test.ts";
import { builtPath, findProgram } from "./provision.ts";
import { brokerFolder, brokerPorts, RealBroker } from "./real_broker.ts";

/** A running Kafka. */
export interface KafkaServer extends AsyncDisposable {
  /** The process. */
  readonly process: RealBroker;
  /** Its address for the gateway, as `host:port`. */
  readonly addr: string;
  /** Its address for whoever looks at it: neither TLS nor credentials. */
  readonly plain: string;
  /** Certificates, where it has TLS. */
  readonly certificates: Certificates | undefined;
}

const JVM = [
  "-Xms64m",
  "-Xmx256m",
  "-XX:MaxDirectMemorySize=64m",
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
];
const CLUSTER = "MkU3OEVBNTcwNTJENDM2Qg";

/** Starts Kafka. */
export async function startKafka(
  { tls, auth }: StartOptions = {},
): Promise<KafkaServer> {
  const folder = await brokerFolder();
  const [plain, other, controller] = brokerPorts(3) as [number, number, number];
  const certificates = tls === undefined
    ? undefined
    : await makeCertificates(folder);
  const special = tls !== undefined ? "TLS" : auth !== undefined ? "SASL" : "";
  const listeners = [
    `PLAIN://127.0.0.1:${plain}`,
    ...(special === "" ? [] : [`${special}://127.0.0.1:${other}`]),
  ];
  await Deno.writeTextFile(
    `${folder}/server.properties`,
    [
      "process.roles=broker,controller",
      "node.id=1",
      `controller.quorum.voters=1@127.0.0.1:${controller}`,
      "controller.listener.names=CONTROLLER",
      "inter.broker.listener.name=PLAIN",
      `listeners=${listeners.join()},CONTROLLER://127.0.0.1:${controller}`,
      `advertised.listeners=${listeners.join()}`,
      "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAIN:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SSL",
      `log.dirs=${folder}/data`,
      "num.partitions=1",
      "auto.create.topics.enable=false",
      "offsets.topic.replication.factor=1",
      "offsets.topic.num.partitions=1",
      "transaction.state.log.replication.factor=1",
      "transaction.state.log.min.isr=1",
      "transaction.state.log.num.partitions=1",
      "group.initial.rebalance.delay.ms=0",
      "num.network.threads=1",
      "num.io.threads=2",
      "background.threads=1",
      "message.max.bytes=1048576",
      "broker.session.timeout.ms=1000",
      "broker.heartbeat.interval.ms=200",
      "sasl.enabled.mechanisms=PLAIN",
      ...(auth === undefined ? [] : [
        `listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_${
          auth[0]
        }="${auth[1]}";`,
      ]),
      ...(certificates === undefined ? [] : [
        "ssl.keystore.type=PEM",
        `ssl.keystore.location=${certificates.serverPem}`,
        "ssl.truststore.type=PEM",
        `ssl.truststore.location=${certificates.ca}`,
        ...(tls === "mutual"
          ? ["listener.name.tls.ssl.client.auth=required"]
          : []),
      ]),
      "",
    ].join("\n"),
  );
  await Deno.writeTextFile(
    `${folder}/log4j2.properties`,
    [
      "rootLogger.level = warn",
      "rootLogger.appenderRef.c.ref = c",
      "appender.c.type = Console",
      "appender.c.name = c",
      "appender.c.layout.type = PatternLayout",
      "appender.c.layout.pattern = %d %p %c{1} %m%n",
      "",
    ].join("\n"),
  );
  const java = findProgram("java")!;
  const classes = ["-cp", builtPath("kafka/lib/*")];
  const { success, stderr } = await new Deno.Command(java, {
    args: [
      "-Xmx128m",
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      ...classes,
      "kafka.tools.StorageTool",
      "format",
      "-t",
      CLUSTER,
      "-c",
      `${folder}/server.properties`,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(
      `Cannot format Kafka's folder: ${new TextDecoder().decode(stderr)}`,
    );
  }
  const process = await RealBroker.start(folder, {
    program: java,
    args: [
      ...JVM,
      `-Dlog4j2.configurationFile=file:${folder}/log4j2.properties`,
      ...classes,
      "kafka.Kafka",
      `${folder}/server.properties`,
    ],
    ready: () => answersMetadata(plain),
  });
  return {
    process,
    plain: `127.0.0.1:${plain}`,
    addr: `127.0.0.1:${special === "" ? plain : other}`,
    certificates,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

/** Asks for the brokers, as any client does first. */
async function answersMetadata(port: number): Promise<boolean> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = new Uint8Array(4 + 2 + 2 + 4 + 2 + 5 + 4);
  const view = new DataView(request.buffer);
  view.setInt32(0, request.length - 4);
  view.setInt16(4, 3);
  view.setInt16(6, 1);
  view.setInt32(8, 7);
  view.setInt16(12, 5);
  request.set(new TextEncoder().encode("probe"), 14);
  await connection.write(request);
  const answer = new Uint8Array(64);
  const count = await connection.read(answer);
  return (count ?? 0) >= 12 && new DataView(answer.buffer).getInt32(8) > 0;
}

function independent({ plain }: KafkaServer): Kafka {
  return new Kafka({
    clientId: "reader",
    brokers: [plain],
    logLevel: logLevel.NOTHING,
    retry: { retries: 20 },
  });
}

const TOPICS = ["sensors", "sensors.t", "a-b_c.1"];

/** Kafka as the compliance suite sees it. */
export const KAFKA: BrokerUnderTest<KafkaServer> = {
  name: "kafka",
  program: "kafka",
  durable: true,
  ordered: true,
  empty: true,
  topics: TOPICS,
  refusedTopics: ["a b", "a/b", "温度", "x".repeat(250), ".."],
  maxBytes: 1_000_000,
  start: startKafka,
  async prepare(server, topics): Promise<void> {
    const admin = independent(server).admin();
    await admin.connect();
    await admin.createTopics({
      waitForLeaders: true,
      topics: topics.map((topic) => ({ topic, numPartitions: 3 })),
    });
    await admin.disconnect();
  },
  config: (
    { addr, certificates },
    options = {},
  ) => {
    const { topics = [TOPICS[0]!], auth } = options;
    return {
      kafka: {
        enable: true,
        addrs: [addr],
        headers: { messageId: true },
        producer: { topics: [...topics] },
        ...(auth !== undefined && {
          sasl: {
            mechanism: "plain",
            user: auth[0],
            password: { value: auth[1] },
          },
        }),
        ...tlsSection(certificates, options),
      },
    };
  },
  async readBack(server, topic): Promise<Stored[]> {
    const kafka = independent(server);
    const admin = kafka.admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    await admin.disconnect();
    let left = offsets.reduce(
      (sum, { high, low }) => sum + Number(high) - Number(low),
      0,
    );
    const stored: Stored[] = [];
    if (left === 0) return stored;
    const consumer = kafka.consumer({ groupId: crypto.randomUUID() });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const all = Promise.withResolvers<void>();
    await consumer.run({
      eachMessage: ({ message }) => {
        stored.push({
          data: new Uint8Array(message.value ?? []),
          id: message.headers?.["message-id"]?.toString() ?? "",
        });
        if (--left === 0) all.resolve();
        return Promise.resolve();
      },
    });
    await all.promise;
    await consumer.disconnect();
    return stored;
  },
  fill: undefined,
};

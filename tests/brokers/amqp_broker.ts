/**
 * A real RabbitMQ.
 *
 * @module
 */

import { Connection } from "rabbitmq-client";
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
import { findProgram } from "./provision.ts";
import { brokerFolder, brokerPorts, RealBroker } from "./real_broker.ts";

/** A running RabbitMQ. */
export interface RabbitServer extends AsyncDisposable {
  /** The process. */
  readonly process: RealBroker;
  /** Its address for the gateway. */
  readonly addr: string;
  /** Where a client without TLS gets in. */
  readonly port: number;
  /** Where its management listens, as `host:port`, if it was asked for. */
  readonly admin: string;
  /** User and password. */
  readonly user: readonly [string, string];
  /** Certificates, where it has TLS. */
  readonly certificates: Certificates | undefined;
  /** Runs rabbitmqctl. */
  ctl(...args: string[]): Promise<void>;
}

/** Starts RabbitMQ. */
export async function startRabbit(
  { tls, auth, management = false }: StartOptions & {
    /** Whether rabbitmqadmin can be used. */
    readonly management?: boolean;
  } = {},
): Promise<RabbitServer> {
  const folder = await brokerFolder();
  const [port, epmd, distribution, tlsPort, admin] = brokerPorts(5) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const certificates = tls === undefined
    ? undefined
    : await makeCertificates(folder);
  const user = auth ?? ["guest", "guest"] as const;
  for (const name of ["home", "etc", "etc/gen", "log", "mnesia"]) {
    await Deno.mkdir(`${folder}/${name}`);
  }
  await Deno.writeTextFile(
    `${folder}/etc/rabbitmq.conf`,
    [
      `default_user = ${user[0]}`,
      `default_pass = ${user[1]}`,
      "max_message_size = 65536",
      "log.console = false",
      ...(management
        ? [
          "management.tcp.ip = 127.0.0.1",
          `management.tcp.port = ${admin}`,
        ]
        : []),
      ...(certificates === undefined ? [] : [
        `listeners.ssl.1 = 127.0.0.1:${tlsPort}`,
        `ssl_options.cacertfile = ${certificates.ca}`,
        `ssl_options.certfile = ${certificates.serverCert}`,
        `ssl_options.keyfile = ${certificates.serverKey}`,
        `ssl_options.verify = ${
          tls === "mutual" ? "verify_peer" : "verify_none"
        }`,
        `ssl_options.fail_if_no_peer_cert = ${tls === "mutual"}`,
      ]),
      "",
    ].join("\n"),
  );
  await Deno.writeTextFile(
    `${folder}/etc/enabled_plugins`,
    management ? "[rabbitmq_management].\n" : "[].\n",
  );
  const env = {
    HOME: `${folder}/home`,
    RABBITMQ_NODENAME: `test${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
    RABBITMQ_NODE_PORT: `${port}`,
    RABBITMQ_DIST_PORT: `${distribution}`,
    ERL_EPMD_ADDRESS: "127.0.0.1",
    ERL_EPMD_PORT: `${epmd}`,
    RABBITMQ_MNESIA_BASE: `${folder}/mnesia`,
    RABBITMQ_LOG_BASE: `${folder}/log`,
    RABBITMQ_PID_FILE: `${folder}/pid`,
    RABBITMQ_CONFIG_FILE: `${folder}/etc/rabbitmq.conf`,
    RABBITMQ_ADVANCED_CONFIG_FILE: `${folder}/etc/advanced.config`,
    RABBITMQ_CONF_ENV_FILE: `${folder}/etc/none`,
    RABBITMQ_GENERATED_CONFIG_DIR: `${folder}/etc/gen`,
    RABBITMQ_ENABLED_PLUGINS_FILE: `${folder}/etc/enabled_plugins`,
    // A scheduler per core that waits by spinning takes what the tests need.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "+sbwt none +sbwtdcpu none",
    ERL_CRASH_DUMP_SECONDS: "0",
  };
  const script = "/usr/lib/rabbitmq/bin/rabbitmq-server";
  const process = await RealBroker.start(
    folder,
    {
      program: script,
      args: [],
      env,
      ready: async () => {
        using connection = await Deno.connect({ hostname: "127.0.0.1", port });
        await connection.write(
          Uint8Array.from([0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1]),
        );
        if ((await connection.read(new Uint8Array(16)) ?? 0) <= 8) return false;
        if (management) {
          // It comes up after the port for clients.
          const page = await fetch(`http://127.0.0.1:${admin}/`);
          await page.body?.cancel();
          return page.ok;
        }
        return true;
      },
      // What was started is a shell; this is the broker.
      pid: () => Number(Deno.readTextFileSync(`${folder}/pid`)) || undefined,
    },
    async () => {
      // The daemon that names nodes stays behind otherwise.
      await new Deno.Command(findProgram("epmd")!, {
        args: ["-port", `${epmd}`, "-kill"],
        stdout: "null",
        stderr: "null",
      }).output();
    },
  );
  return {
    process,
    port,
    user,
    admin: `127.0.0.1:${admin}`,
    addr: certificates === undefined
      ? `127.0.0.1:${port}`
      : `127.0.0.1:${tlsPort}`,
    certificates,
    async ctl(...args): Promise<void> {
      const { success, stderr } = await new Deno.Command(
        "/usr/lib/rabbitmq/bin/rabbitmqctl",
        { args, env, stdin: "null", stdout: "null", stderr: "piped" },
      ).output();
      if (!success) {
        throw new Error(
          `Cannot run rabbitmqctl ${args.join(" ")}: ${
            new TextDecoder().decode(stderr)
          }`,
        );
      }
    },
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

function independent({ port, user }: RabbitServer): Connection {
  const connection = new Connection({
    hostname: "127.0.0.1",
    port,
    username: user[0],
    password: user[1],
  });
  connection.on("error", () => {});
  return connection;
}

const TOPICS = ["sensors.t", "sensors/slash", "with blanks", "温度"];

/** RabbitMQ as the compliance suite sees it. */
export const AMQP: BrokerUnderTest<RabbitServer> = {
  name: "amqp",
  program: "amqp",
  durable: true,
  ordered: true,
  empty: true,
  topics: TOPICS,
  refusedTopics: ["x".repeat(256)],
  maxBytes: 65_536,
  start: startRabbit,
  config: (
    { addr, certificates },
    options = {},
  ) => {
    const { topics = [TOPICS[0]!], auth } = options;
    return {
      amqp: {
        enable: true,
        addrs: [addr],
        queues: topics.map((name) => ({
          name,
          durable: true,
          autoDelete: false,
          exclusive: false,
          nowait: false,
        })),
        producer: { routingKeys: [...topics] },
        ...(auth !== undefined && {
          user: auth[0],
          password: { value: auth[1] },
        }),
        ...tlsSection(certificates, options),
      },
    };
  },
  async readBack(server, topic): Promise<Stored[]> {
    const connection = independent(server);
    const stored: Stored[] = [];
    try {
      const { messageCount } = await connection.queueDeclare({
        queue: topic,
        passive: true,
      });
      if (messageCount === 0) return stored;
      const all = Promise.withResolvers<void>();
      const consumer = connection.createConsumer(
        {
          queue: topic,
          queueOptions: { passive: true },
          qos: { prefetchCount: 1_000 },
        },
        (message) => {
          stored.push({
            data: new Uint8Array(message.body as Uint8Array),
            id: message.messageId ?? "",
          });
          if (stored.length === messageCount) all.resolve();
          return Promise.resolve();
        },
      );
      consumer.on("error", all.reject);
      await all.promise;
      await consumer.close();
    } finally {
      await connection.close();
    }
    return stored;
  },
  async fill(server): Promise<void> {
    await server.ctl(
      "set_policy",
      "full",
      ".*",
      '{"max-length":1,"overflow":"reject-publish"}',
    );
  },
};

/**
 * A real nats-server.
 *
 * @module
 */

import { connect } from "nats";
import {
  type Certificates,
  makeCertificates,
  tlsSection,
} from "./certificates.ts";
import type { BrokerUnderTest, Stored } from "./broker_under_test.ts";
import { findProgram } from "./provision.ts";
import { brokerFolder, brokerPorts, RealBroker } from "./real_broker.ts";

/** How a nats-server is set up. */
export interface NatsServerOptions {
  /** TLS: `server` shows a certificate, `mutual` asks for one, too. */
  readonly tls?: "server" | "mutual";
  /** User and password that a client needs. */
  readonly auth?: readonly [user: string, password: string];
  /** Largest payload in bytes. */
  readonly maxPayload?: number;
}

/** A running nats-server with JetStream. */
export interface NatsServer extends AsyncDisposable {
  /** The process. */
  readonly process: RealBroker;
  /** Its address as `host:port`. */
  readonly addr: string;
  /** Certificates, where it has TLS. */
  readonly certificates: Certificates | undefined;
}

/** Starts a nats-server. */
export async function startNats(
  options: NatsServerOptions = {},
): Promise<NatsServer> {
  const folder = await brokerFolder();
  const [port, monitor] = brokerPorts(2) as [number, number];
  const certificates = options.tls === undefined
    ? undefined
    : await makeCertificates(folder);
  await Deno.writeTextFile(
    `${folder}/nats.conf`,
    [
      `listen: 127.0.0.1:${port}`,
      `http: 127.0.0.1:${monitor}`,
      `jetstream { store_dir: "${folder}/data" }`,
      ...(options.maxPayload === undefined
        ? []
        : [`max_payload: ${options.maxPayload}`]),
      ...(certificates === undefined ? [] : [
        `tls { cert_file: "${certificates.serverCert}", key_file: "${certificates.serverKey}"` +
        (options.tls === "mutual"
          ? `, ca_file: "${certificates.ca}", verify: true }`
          : " }"),
      ]),
      ...(options.auth === undefined ? [] : [
        `authorization { user: "${options.auth[0]}", password: "${
          options.auth[1]
        }" }`,
      ]),
    ].join("\n"),
  );
  const process = await RealBroker.start(folder, {
    program: findProgram("nats-server")!,
    args: ["-c", `${folder}/nats.conf`],
    ready: async () => {
      const answer = await fetch(`http://127.0.0.1:${monitor}/healthz`);
      return (await answer.text()).includes("ok");
    },
  });
  return {
    process,
    addr: `127.0.0.1:${port}`,
    certificates,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

const SUBJECT = "sensor.t";
const STREAM = "sensors";

/** JetStream as the compliance suite sees it. */
export const NATS_JETSTREAM: BrokerUnderTest<NatsServer> = {
  name: "nats-jetstream",
  program: "nats",
  durable: true,
  ordered: true,
  empty: true,
  topics: ["sensor.t", "sensor/slash", "sensor.温度"],
  refusedTopics: ["a b", "a..b", "a.*", "a.>"],
  maxBytes: 65_536,
  start: (options) => startNats({ maxPayload: 65_536, ...options }),
  config: ({ addr, certificates }, { topics = [SUBJECT], ...more } = {}) => ({
    nats: {
      enable: true,
      addrs: [addr],
      headers: { messageId: true },
      jetstream: {
        enable: true,
        name: STREAM,
        producer: { subjects: [...topics] },
      },
      ...auth(more.auth),
      ...tlsSection(certificates, more),
    },
  }),
  async readBack({ addr }, topic): Promise<Stored[]> {
    const connection = await connect({ servers: addr });
    const stored: Stored[] = [];
    try {
      const manager = await connection.jetstreamManager();
      const { state } = await manager.streams.info(STREAM);
      for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
        const message = await manager.streams.getMessage(STREAM, { seq });
        if (message.subject !== topic) continue;
        stored.push({
          data: new Uint8Array(message.data),
          id: message.header.get("Frontier-Message-Id"),
        });
      }
    } finally {
      await connection.close();
    }
    return stored;
  },
  async fill({ addr }, topic): Promise<void> {
    // What is there is a few messages: from now on the stream refuses.
    const connection = await connect({ servers: addr });
    try {
      const manager = await connection.jetstreamManager();
      const { config, state } = await manager.streams.info(STREAM);
      await manager.streams.update(STREAM, {
        ...config,
        max_msgs: Number(state.messages) + 1,
        // `new` refuses instead of dropping the oldest.
        discard: "new" as never,
      });
      await connection.jetstream().publish(topic, new Uint8Array(1));
    } finally {
      await connection.close();
    }
  },
};

/** Core NATS: nobody keeps anything, so what subscribers get is read as it comes. */
export const NATS_CORE: BrokerUnderTest<NatsServer> = {
  ...NATS_JETSTREAM,
  name: "nats",
  durable: false,
  fill: undefined,
  config: ({ addr, certificates }, { topics = [SUBJECT], ...more } = {}) => ({
    nats: {
      enable: true,
      addrs: [addr],
      headers: { messageId: true },
      producer: { subjects: [...topics] },
      ...auth(more.auth),
      ...tlsSection(certificates, more),
    },
  }),
  readBack: undefined,
  async listen({ addr }, topic) {
    const connection = await connect({ servers: addr });
    const stored: Stored[] = [];
    connection.subscribe(topic, {
      callback: (_, message) => {
        stored.push({
          data: new Uint8Array(message.data),
          id: message.headers?.get("Frontier-Message-Id") ?? "",
        });
      },
    });
    await connection.flush();
    return {
      stored,
      [Symbol.asyncDispose]: () => connection.close(),
    };
  },
};

function auth(given: readonly [string, string] | undefined) {
  return given === undefined
    ? {}
    : { user: given[0], password: { value: given[1] } };
}

/**
 * A real redis-server.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createClient, RESP_TYPES } from "redis";
import {
  type Certificates,
  makeCertificates,
  tlsSection,
} from "./certificates.ts";
import type {
  BrokerUnderTest,
  ConfigOptions,
  StartOptions,
  Stored,
} from "./broker_under_test.ts";
import { findProgram } from "./provision.ts";
import { brokerFolder, brokerPorts, RealBroker } from "./real_broker.ts";

/** A running redis-server that keeps what it is told. */
export interface RedisServer extends AsyncDisposable {
  /** The process. */
  readonly process: RealBroker;
  /** Its address as `host:port`. */
  readonly addr: string;
  /** Where a client without TLS gets in. */
  readonly port: number;
  /** Certificates, where it has TLS. */
  readonly certificates: Certificates | undefined;
}

/** Starts a redis-server. */
export async function startRedis(
  { tls, auth }: StartOptions = {},
): Promise<RedisServer> {
  const folder = await brokerFolder();
  const [port, tlsPort] = brokerPorts(2) as [number, number];
  const certificates = tls === undefined
    ? undefined
    : await makeCertificates(folder);
  const process = await RealBroker.start(folder, {
    program: findProgram("redis-server")!,
    args: [
      ["--port", port],
      ["--bind", "127.0.0.1"],
      ["--dir", folder],
      ["--save", ""],
      // With `everysec` an answer may come before the entry is written: what a kill loses then was acknowledged.
      ["--appendonly", "yes"],
      ["--appendfsync", "always"],
      ["--proto-max-bulk-len", "1mb"],
      ...(auth === undefined ? [] : [["--requirepass", auth[1]]]),
      ...(certificates === undefined ? [] : [
        ["--tls-port", tlsPort],
        ["--tls-cert-file", certificates.serverCert],
        ["--tls-key-file", certificates.serverKey],
        ["--tls-ca-cert-file", certificates.ca],
        ["--tls-auth-clients", tls === "mutual" ? "yes" : "no"],
      ]),
    ].flat().map(String),
    ready: async () => {
      const { stdout } = await new Deno.Command(findProgram("redis-cli")!, {
        args: [
          "-p",
          `${port}`,
          ...(auth === undefined ? [] : ["-a", auth[1]]),
          "ping",
        ],
        stderr: "null",
      }).output();
      return new TextDecoder().decode(stdout).includes("PONG");
    },
  });
  return {
    process,
    port,
    addr: `127.0.0.1:${certificates === undefined ? port : tlsPort}`,
    certificates,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

async function client({ port }: RedisServer) {
  const made = createClient({ socket: { host: "127.0.0.1", port } });
  made.on("error", () => {});
  await made.connect();
  return made;
}

function section(
  { addr, certificates }: RedisServer,
  options: ConfigOptions,
) {
  return {
    enable: true,
    addrs: [addr],
    headers: { messageId: true },
    ...(options.auth !== undefined && {
      password: { value: options.auth[1] },
    }),
    ...tlsSection(certificates, options),
  };
}

const TOPICS = ["sensors.t", "sensors/slash", "with blanks", "温度"];

/** Streams as the compliance suite sees them. */
export const REDIS_STREAMS: BrokerUnderTest<RedisServer> = {
  name: "redis-streams",
  program: "redis",
  durable: true,
  ordered: true,
  empty: true,
  topics: TOPICS,
  refusedTopics: [],
  maxBytes: 1_048_576,
  start: startRedis,
  config: (server, options = {}) => ({
    redis: {
      ...section(server, options),
      producer: { streams: [...options.topics ?? [TOPICS[0]!]] },
    },
  }),
  async readBack(server, topic): Promise<Stored[]> {
    const redis = (await client(server)).withTypeMapping({
      [RESP_TYPES.BLOB_STRING]: Buffer,
    });
    try {
      const entries = await redis.xRange(topic, "-", "+");
      return entries.map(({ message }) => ({
        data: new Uint8Array(message.data as unknown as Buffer),
        id: (message.message_id as unknown as Buffer).toString(),
      }));
    } finally {
      redis.destroy();
    }
  },
  async fill(server): Promise<void> {
    const redis = await client(server);
    await redis.configSet({ maxmemory: "1", "maxmemory-policy": "noeviction" });
    redis.destroy();
  },
};

/** Channels: nobody keeps anything, so what a subscriber gets is read as it comes. */
export const REDIS_CHANNELS: BrokerUnderTest<RedisServer> = {
  ...REDIS_STREAMS,
  name: "redis",
  durable: false,
  fill: undefined,
  readBack: undefined,
  config: (server, options = {}) => ({
    redis: {
      ...section(server, options),
      producer: { channels: [...options.topics ?? [TOPICS[0]!]] },
    },
  }),
  async listen(server, topic) {
    const redis = await client(server);
    const stored: Stored[] = [];
    await redis.subscribe(topic, (message) => {
      stored.push({
        data: new Uint8Array(message as unknown as Buffer),
        id: "",
      });
    }, true);
    return {
      stored,
      [Symbol.asyncDispose]: () => {
        redis.destroy();
        return Promise.resolve();
      },
    };
  },
};

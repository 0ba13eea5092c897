/**
 * A real nsqd.
 *
 * @module
 */

import nsqjs from "nsqjs";
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
import { builtPath } from "./provision.ts";
import { brokerFolder, brokerPorts, RealBroker } from "./real_broker.ts";

/** A running nsqd. */
export interface NsqServer extends AsyncDisposable {
  /** The process. */
  readonly process: RealBroker;
  /** Its address. */
  readonly addr: string;
  /** Its port for HTTP. */
  readonly http: number;
  /** Certificates, where it has TLS. */
  readonly certificates: Certificates | undefined;
}

/** Starts nsqd so that what it acknowledges is on its disk. */
export async function startNsq(
  { tls, auth, inMemory = false }: StartOptions & {
    /** Whether it keeps messages in memory, as it does by itself: only so do ephemeral channels get them. */
    readonly inMemory?: boolean;
  } = {},
): Promise<NsqServer> {
  const folder = await brokerFolder();
  const [tcp, http, https, other] = brokerPorts(4) as [
    number,
    number,
    number,
    number,
  ];
  const certificates = tls === undefined
    ? undefined
    : await makeCertificates(folder);
  const authorization = auth === undefined
    ? undefined
    : answerAuthorization(other, auth[1]);
  const process = await RealBroker.start(
    folder,
    {
      program: builtPath("nsq/nsqd"),
      args: [
        ["-data-path", folder],
        ["-tcp-address", `127.0.0.1:${tcp}`],
        ["-http-address", `127.0.0.1:${http}`],
        ["-broadcast-address", "127.0.0.1"],
        ["-log-level", "warn"],
        ["-max-msg-size", "65536"],
        ...(inMemory ? [] : [["-mem-queue-size", "0"]]),
        ["-sync-timeout", "100ms"],
        ...(auth === undefined
          ? []
          : [["-auth-http-address", `127.0.0.1:${other}`]]),
        ...(certificates === undefined ? [] : [
          ["-tls-cert", certificates.serverCert],
          ["-tls-key", certificates.serverKey],
          ["-https-address", `127.0.0.1:${https}`],
          ["-tls-required", "tcp-https"],
          ...(tls === "mutual"
            ? [
              ["-tls-root-ca-file", certificates.ca],
              ["-tls-client-auth-policy", "require-verify"],
            ]
            : []),
        ]),
      ].map(([name, value]) => `${name}=${value}`),
      ready: async () => {
        const answer = await fetch(`http://127.0.0.1:${http}/ping`);
        return await answer.text() === "OK";
      },
    },
    async () => await authorization?.shutdown(),
  );
  return {
    process,
    http,
    addr: `127.0.0.1:${tcp}`,
    certificates,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

/** The server that nsqd asks about secrets. */
function answerAuthorization(port: number, secret: string): Deno.HttpServer {
  return Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    (request) => {
      const given = new URL(request.url).searchParams.get("secret");
      return given !== secret
        ? new Response("no", { status: 403 })
        : Response.json({
          ttl: 3_600,
          identity: "gate",
          identity_url: "",
          authorizations: [{
            permissions: ["publish", "subscribe"],
            topic: ".*",
            channels: [".*"],
          }],
        });
    },
  );
}

/** Silence after which there is nothing more, in milliseconds. */
const QUIET_MS = 1_000;
/** Longest wait for what nsqd says there is, in milliseconds. */
const PATIENCE_MS = 30_000;
const TOPICS = ["sensors", "sensors.t", "a-b_c.1"];

/** NSQ as the compliance suite sees it. */
export const NSQ: BrokerUnderTest<NsqServer> = {
  name: "nsq",
  program: "nsq",
  durable: true,
  // nsqd hands messages out in whatever order it likes.
  ordered: false,
  empty: false,
  topics: TOPICS,
  refusedTopics: ["a b", "a/b", "温度", "x".repeat(65)],
  maxBytes: 65_536,
  start: startNsq,
  config: (
    { addr, certificates },
    options = {},
  ) => {
    const { topics = [TOPICS[0]!], auth } = options;
    return {
      nsq: {
        enable: true,
        addrs: [addr],
        producer: { topics: [...topics], maxMessageBytes: 65_536 },
        ...(auth !== undefined && { authSecret: { value: auth[1] } }),
        ...tlsSection(certificates, options),
      },
    };
  },
  async readBack({ addr, http }, topic): Promise<Stored[]> {
    const answer = await fetch(
      `http://127.0.0.1:${http}/stats?format=json&topic=${topic}`,
    );
    const { topics } = await answer.json();
    const stored: Stored[] = [];
    const reader = new nsqjs.Reader(topic, "reader", {
      nsqdTCPAddresses: [addr],
      maxInFlight: 1_000,
    });
    let heardAt = performance.now();
    reader.on("message", (message: { body: Uint8Array; finish(): void }) => {
      stored.push({ data: new Uint8Array(message.body), id: "" });
      message.finish();
      heardAt = performance.now();
    });
    reader.on("error", () => {});
    reader.connect();
    // After a kill the depth that nsqd tells is that of its last sync: there may be more.
    const depth: number = topics[0]?.depth ?? 0;
    while (
      stored.length < depth || performance.now() - heardAt < QUIET_MS
    ) {
      if (performance.now() - heardAt > PATIENCE_MS) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const closed = Promise.withResolvers<void>();
    reader.on("nsqd_closed", () => closed.resolve());
    reader.close();
    await closed.promise;
    return stored;
  },
  fill: undefined,
};

/**
 * One connection to an AMQP broker, which comes back by itself.
 *
 * @module
 */

import amqplib, { type ChannelModel, type ConfirmChannel } from "amqplib";
import { Backoff } from "@frontier/platform/internal";
import type { AmqpConfig } from "../../config/mod.ts";
import { clientTls } from "../client_tls.ts";
import { pause } from "../pause.ts";
import { problemOf } from "../problem.ts";
import type { ProducerState } from "../producer.ts";
import { readSecret } from "../secret.ts";

/** Milliseconds that connecting and declaring may take. */
const CONNECT_MS = 10_000;
/** Milliseconds that closing may take. */
const CLOSE_MS = 1_000;
/** Seconds between heartbeats where the configuration says nothing. */
const HEARTBEAT_SECONDS = 5;

/**
 * A connection with one confirm channel. The channel of a lost connection stays
 * dead, so both are made anew.
 */
export class AmqpLink {
  /** Whether it can be published to. */
  state: ProducerState = { kind: "connecting" };
  /** The channel, while there is one. */
  channel: ConfirmChannel | undefined = undefined;
  readonly #config: AmqpConfig;
  readonly #onState: () => void;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined = undefined;
  #lost: ((error: Error) => void) | undefined = undefined;

  /**
   * @param config Where, and as whom.
   * @param onState Called after each change of the state.
   */
  constructor(config: AmqpConfig, onState: () => void) {
    this.#config = config;
    this.#onState = onState;
  }

  /** Begins to connect; once. */
  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * The channel has failed: the connection is made anew.
   *
   * @param channel The channel.
   * @param problem What went wrong.
   */
  fail(channel: ConfirmChannel, problem: string): void {
    if (channel === this.channel) this.#lost?.(new Error(problem));
  }

  /** @returns When the connection is closed and nothing of it is left. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#lost?.(new Error("closed"));
    await this.#running;
    this.#turn({ kind: "closed" });
  }

  async #run(): Promise<void> {
    const backoff = new Backoff();
    const { addrs } = this.#config;
    const { signal } = this.#stop;
    for (let i = 0; !signal.aborted; i++) {
      try {
        await this.#use(addrs[i % addrs.length]!, () => {
          backoff.reset();
          // The one that works is the one to come back to.
          i--;
        });
      } catch (error) {
        if (signal.aborted) return;
        this.#turn({ kind: "down", problem: problemOf(error) });
      }
      await pause(backoff.next(), signal);
    }
  }

  /** Uses a broker until the connection is lost, which is thrown. */
  async #use(addr: string, works: () => void): Promise<void> {
    const lost = Promise.withResolvers<never>();
    lost.promise.catch(() => {});
    this.#lost = lost.reject;
    const opening = this.#open(addr, lost.reject);
    let connection: ChannelModel | undefined = undefined;
    let timer: ReturnType<typeof setTimeout> | undefined = undefined;
    try {
      timer = setTimeout(
        () => lost.reject(new Error(`no answer within ${CONNECT_MS} ms`)),
        CONNECT_MS,
      );
      connection = await Promise.race([opening, lost.promise]);
      const channel = await Promise.race([
        this.#declare(connection, lost.reject),
        lost.promise,
      ]);
      clearTimeout(timer);
      this.channel = channel;
      works();
      connection.on("blocked", (reason) => {
        this.#turn({ kind: "down", problem: `the broker blocks: ${reason}` });
      });
      connection.on("unblocked", () => this.#turn({ kind: "up" }));
      this.#turn({ kind: "up" });
      await lost.promise;
    } finally {
      clearTimeout(timer);
      this.channel = this.#lost = undefined;
      if (connection === undefined) {
        // It may still come.
        opening.then((late) => end(late), () => {});
      } else await end(connection);
    }
  }

  async #open(
    addr: string,
    lost: (error: Error) => void,
  ): Promise<ChannelModel> {
    const connection = await amqplib.connect(
      this.#options(addr),
      { ...clientTls(this.#config.tls), timeout: CONNECT_MS },
    );
    // Without a listener an error would be thrown where nobody can catch it.
    connection.on("error", (error) => lost(error));
    connection.on(
      "close",
      (error) => lost(error ?? new Error("connection lost")),
    );
    return connection;
  }

  /** Opens the channel and declares what is to be there. */
  async #declare(
    connection: ChannelModel,
    lost: (error: Error) => void,
  ): Promise<ConfirmChannel> {
    const { exchanges, queues, queueBindings } = this.#config;
    const channel = await connection.createConfirmChannel();
    channel.on("error", (error) => lost(error));
    channel.on("close", () => lost(new Error("channel closed")));
    for (const { name, kind, durable, autoDelete, internal } of exchanges) {
      await channel.assertExchange(name, kind, {
        durable,
        autoDelete,
        internal,
      });
    }
    for (const { name, durable, autoDelete, exclusive } of queues) {
      await channel.assertQueue(name, { durable, autoDelete, exclusive });
    }
    for (const { queueName, exchangeName, bindingKey } of queueBindings) {
      await channel.bindQueue(queueName, exchangeName, bindingKey);
    }
    return channel;
  }

  #options(addr: string) {
    const { user, password, vhost, tls, locale } = this.#config;
    const { heartbeatSeconds, frameSize, channelMax } = this.#config;
    const url = new URL(addr.includes("://") ? addr : `amqp://${addr}`);
    const secure = tls.enable || url.protocol === "amqps:";
    const path = decodeURIComponent(url.pathname.slice(1));
    return {
      protocol: secure ? "amqps" : "amqp",
      hostname: url.hostname.replace(/^\[|\]$/g, ""),
      port: Number(url.port) || (secure ? 5671 : 5672),
      username: user || decodeURIComponent(url.username) || "guest",
      password: readSecret(password, "mqm.amqp.password") ||
        decodeURIComponent(url.password) || "guest",
      vhost: vhost || path || "/",
      heartbeat: heartbeatSeconds || HEARTBEAT_SECONDS,
      ...(locale !== "" && { locale }),
      ...(frameSize > 0 && { frameMax: frameSize }),
      ...(channelMax > 0 && { channelMax }),
    };
  }

  #turn(state: ProducerState): void {
    if (this.#stop.signal.aborted && state.kind !== "closed") return;
    this.state = state;
    this.#onState();
  }
}

/** Ends a connection, in an orderly way if the broker plays along. */
async function end(connection: ChannelModel): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined = undefined;
  try {
    await Promise.race([
      connection.close(),
      new Promise((resolve) => timer = setTimeout(resolve, CLOSE_MS)),
    ]);
  } catch {
    // It is closed already.
  } finally {
    clearTimeout(timer);
    const { stream } = connection.connection as unknown as {
      stream?: { destroy(): void };
    };
    stream?.destroy();
  }
}

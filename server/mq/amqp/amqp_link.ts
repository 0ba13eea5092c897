/**
 * One connection to an AMQP broker, which comes back by itself.
 *
 * @module
 */

import { readSecret } from "@frontier/platform/config";
import amqplib, { type ChannelModel, type ConfirmChannel } from "amqplib";
import type { AmqpConfig } from "../../config/mod.ts";
import { ClientKeeper, type KeeperTurn } from "../client_keeper.ts";
import { clientTls } from "../client_tls.ts";
import { inTime } from "../in_time.ts";

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
  /** The channel, while there is one. */
  channel: ConfirmChannel | undefined = undefined;
  /** Makes connections, one after the other. */
  readonly keeper: ClientKeeper;
  readonly #config: AmqpConfig;
  #lose: ((problem: unknown) => void) | undefined = undefined;

  /**
   * @param config Where, and as whom.
   * @param onState Called after each change of the state.
   */
  constructor(config: AmqpConfig, onState: () => void) {
    this.#config = config;
    this.keeper = new ClientKeeper(
      config.addrs,
      (turn) => this.#use(turn),
      onState,
    );
  }

  /**
   * The channel has failed: the connection is made anew.
   *
   * @param channel The channel.
   * @param problem What went wrong.
   */
  fail(channel: ConfirmChannel, problem: string): void {
    if (channel === this.channel) this.#lose?.(problem);
  }

  /** Uses a broker until the connection is lost, which is thrown. */
  async #use({ addr, lost, lose, works }: KeeperTurn): Promise<void> {
    this.#lose = lose;
    const opening = this.#open(addr, lose);
    let connection: ChannelModel | undefined = undefined;
    let timer: ReturnType<typeof setTimeout> | undefined = undefined;
    try {
      timer = setTimeout(
        () => lose(`no answer within ${CONNECT_MS} ms`),
        CONNECT_MS,
      );
      connection = await Promise.race([opening, lost]);
      const channel = await Promise.race([
        this.#declare(connection, lose),
        lost,
      ]);
      clearTimeout(timer);
      this.channel = channel;
      connection.on("blocked", (reason) => {
        this.keeper.turn({
          kind: "down",
          problem: `the broker blocks: ${reason}`,
        });
      });
      connection.on("unblocked", () => this.keeper.turn({ kind: "up" }));
      works();
      await lost;
    } finally {
      clearTimeout(timer);
      this.channel = this.#lose = undefined;
      if (connection === undefined) {
        // It may still come.
        opening.then((late) => end(late), () => {});
      } else await end(connection);
    }
  }

  async #open(
    addr: string,
    lose: (problem: unknown) => void,
  ): Promise<ChannelModel> {
    const connection = await amqplib.connect(
      this.#options(addr),
      { ...clientTls(this.#config.tls), timeout: CONNECT_MS },
    );
    // Without a listener an error would be thrown where nobody can catch it.
    connection.on("error", (error) => lose(error));
    connection.on(
      "close",
      (error) => lose(error ?? new Error("connection lost")),
    );
    return connection;
  }

  /** Opens the channel and declares what is to be there. */
  async #declare(
    connection: ChannelModel,
    lose: (problem: unknown) => void,
  ): Promise<ConfirmChannel> {
    const { exchanges, queues, queueBindings } = this.#config;
    const channel = await connection.createConfirmChannel();
    channel.on("error", (error) => lose(error));
    channel.on("close", () => lose("channel closed"));
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
}

/** Ends a connection, in an orderly way if the broker plays along. */
async function end(connection: ChannelModel): Promise<void> {
  try {
    await inTime(connection.close(), CLOSE_MS);
  } catch {
    // It is closed already, or frozen.
  } finally {
    const { stream } = connection.connection as unknown as {
      stream?: { destroy(): void };
    };
    stream?.destroy();
  }
}

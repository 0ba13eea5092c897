/**
 * One Kafka client at a time, which is replaced when it has failed.
 *
 * @module
 */

import { readSecret } from "@frontier/platform/config";
import { Producer as Client, type ProducerOptions } from "@platformatic/kafka";
import type { Buffer } from "node:buffer";
import type { KafkaConfig } from "../../config/mod.ts";
import { clientTls } from "../client_tls.ts";
import { ClientKeeper, type KeeperTurn } from "../client_keeper.ts";
import { inTime } from "../in_time.ts";
import { pause } from "../pause.ts";

/** Milliseconds that connecting to one broker may take. */
const CONNECT_MS = 2_000;
/** Milliseconds that one request may take. */
const REQUEST_MS = 5_000;
/** Milliseconds that looking for the topics may take, brokers that do not answer included. */
const LOOK_MS = 10_000;
/** Milliseconds between two looks at the brokers. */
const PROBE_MS = 10_000;
/** Milliseconds that closing a client may take. */
const CLOSE_MS = 2_000;

/** The client, whose messages are bytes. */
export type KafkaClient = Client<Buffer, Buffer, Buffer, Buffer>;

/**
 * Keeps a client whose brokers have told of all topics. The client has no state
 * that says whether it works; so it is asked for the topics, and again every ten
 * seconds.
 */
export class KafkaLink {
  /** The client, while the state is `up`. */
  client: KafkaClient | undefined = undefined;
  /** Makes clients, one after the other. */
  readonly keeper: ClientKeeper;
  /** Whether a request is under way. */
  busy = false;
  readonly #config: KafkaConfig;
  /** Requests that are not over; those of clients before included. */
  readonly #asked = new Set<Promise<unknown>>();
  /** When a client was given up last; in the past while none was. */
  #failedAt = -Infinity;
  #lose: ((problem: unknown) => void) | undefined = undefined;

  /**
   * @param config Where, and as whom.
   * @param onState Called after each change of the state.
   */
  constructor(config: KafkaConfig, onState: () => void) {
    this.#config = config;
    // The client knows all addresses.
    this.keeper = new ClientKeeper([""], (turn) => this.#use(turn), onState);
  }

  /**
   * The client has failed: it is replaced, and what it has under way is rejected.
   *
   * @param client The one in use; nothing happens if it was replaced before.
   * @param problem What went wrong.
   */
  fail(client: KafkaClient, problem: string): void {
    if (client !== this.client) return;
    this.#failedAt = performance.now();
    this.#lose?.(problem);
  }

  /**
   * Waits for an answer, but not for ever.
   *
   * @param request What was asked; {@linkcode KafkaLink.close} waits for its end, in time or not.
   * @param ms Longest wait, in milliseconds.
   * @returns The answer.
   * @throws {Error} If there is none in time, or whatever the client rejects with.
   */
  ask<T>(request: Promise<T>, ms: number): Promise<T> {
    const answer = inTime(request, ms);
    for (const asked of [request, answer]) {
      const over = () => this.#asked.delete(asked);
      this.#asked.add(asked);
      asked.then(over, over);
    }
    return answer;
  }

  /** @returns When the connections are closed and nothing of them is left. */
  async close(): Promise<void> {
    if (this.busy) this.#failedAt = performance.now();
    await this.keeper.close();
    // A request whose connection is closed under it is tried again, after a pause, before it fails.
    await inTime(Promise.allSettled(this.#asked), REQUEST_MS).catch(() => {});
    // Requests that were never answered have timers in the client, which outlive it.
    const left = this.#failedAt + REQUEST_MS + 100 - performance.now();
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
  }

  /** Uses a client until it fails, which is thrown. */
  async #use({ lost, lose, works }: KeeperTurn): Promise<void> {
    this.#lose = lose;
    const probe = new AbortController();
    const client: KafkaClient = new Client(this.#options(probe.signal));
    try {
      await Promise.race([this.#look(client), lost]);
      this.client = client;
      works();
      await Promise.race([this.#watch(client, probe.signal), lost]);
    } finally {
      probe.abort();
      this.client = this.#lose = undefined;
      await inTime(client.close(), CLOSE_MS).catch(() => {});
    }
  }

  /** Looks at the brokers now and then, and throws when they do not answer. */
  async #watch(client: KafkaClient, signal: AbortSignal): Promise<void> {
    for (;;) {
      await pause(PROBE_MS, signal);
      if (signal.aborted) return;
      await this.#look(client);
    }
  }

  /** Asks the brokers for the topics; throws when one of them is missing, or nobody answers in time. */
  async #look(client: KafkaClient): Promise<void> {
    const topics = [...this.#config.producer.topics];
    await this.ask(
      client.metadata({ topics, forceUpdate: true, retries: 2 }),
      LOOK_MS,
    );
  }

  #options(
    closed: AbortSignal,
  ): ProducerOptions<Buffer, Buffer, Buffer, Buffer> {
    const { addrs, tls, sasl, producer } = this.#config;
    const { retry, requiredAcks, timeoutSeconds } = producer;
    const retryMs = retry.backoffSeconds * 1_000 || 250;
    const files = clientTls(tls);
    const mechanism = sasl.mechanism.toUpperCase() as "PLAIN";
    return {
      clientId: "frontier",
      bootstrapBrokers: [...addrs],
      idempotent: requiredAcks !== 1,
      // The library takes numbers below 2 as no limit.
      retries: Math.max(2, retry.max || 40),
      // A client that is closed tries in vain: at once.
      retryDelay: () => closed.aborted ? 0 : retryMs,
      connectTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      autocreateTopics: false,
      ...(timeoutSeconds > 0 && { timeout: timeoutSeconds * 1_000 }),
      ...(files !== undefined && { tls: files }),
      ...(sasl.mechanism !== "none" && {
        sasl: {
          mechanism,
          username: sasl.user,
          password: readSecret(sasl.password, "mqm.kafka.sasl.password"),
        },
      }),
    };
  }
}

/**
 * Publishes to Kafka.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { compatibilityPartitioner, findErrorBy } from "@platformatic/kafka";
import type { KafkaConfig } from "../../config/mod.ts";
import { problemOf } from "../problem.ts";
import type { BatchRule, Producer, ProducerState } from "../producer.ts";
import { type Outcome, type Publication, STORED } from "../publication.ts";
import { type KafkaClient, KafkaLink } from "./kafka_link.ts";

/** Largest message where the configuration says nothing, in bytes of data. */
const USUAL_BYTES = 1_000_000;
/** Bytes and messages of a batch; a batch of one partition must stay below the brokers' `message.max.bytes`. */
const BATCH_BYTES = 500_000;
const BATCH_MESSAGES = 500;
/** Milliseconds that one batch may take, whatever the client tries again. */
const BATCH_MS = 12_000;
/** Errors of brokers to messages that they will never take. */
const REFUSALS = [
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
  "INVALID_RECORD",
  "TOPIC_AUTHORIZATION_FAILED",
  "POLICY_VIOLATION",
] as const;

/**
 * Publishes batches, one at a time: that alone keeps the order of each edge.
 * All replicas in sync have a message when it is acknowledged, unless the
 * configuration says otherwise.
 */
export class KafkaProducer implements Producer {
  /** @inheritdoc */
  readonly kind = "kafka";
  /** @inheritdoc */
  readonly name = "kafka";
  /** @inheritdoc */
  readonly topics: readonly string[];
  /** @inheritdoc */
  readonly batch: BatchRule;
  /** @inheritdoc */
  onState: (() => void) | undefined = undefined;
  readonly #link: KafkaLink;
  readonly #config: KafkaConfig;
  readonly #maxBytes: number;

  /**
   * @param config The configuration.
   */
  constructor(config: KafkaConfig) {
    const { producer, lingerMs } = config;
    const { flush } = producer;
    this.#config = config;
    this.topics = producer.topics;
    this.#maxBytes = producer.maxMessageBytes || USUAL_BYTES;
    this.#link = new KafkaLink(config, () => this.onState?.());
    this.batch = {
      maxMessages: flush.maxMessages || flush.messages || BATCH_MESSAGES,
      maxBytes: flush.bytes || BATCH_BYTES,
      lingerMs: Math.min(1_000, flush.frequencySeconds * 1_000) || lingerMs,
      concurrent: 1,
    };
  }

  /** @inheritdoc */
  get state(): ProducerState {
    return this.#link.keeper.state;
  }

  /** @inheritdoc */
  start(): void {
    this.#link.keeper.start();
  }

  /** @inheritdoc */
  refusal(_topic: string, bytes: number): string {
    return bytes > this.#maxBytes
      ? `kafka takes at most ${this.#maxBytes} bytes of data (max_message_bytes), not ${bytes}`
      : "";
  }

  /** @inheritdoc */
  async publish(batch: readonly Publication[]): Promise<readonly Outcome[]> {
    const { client } = this.#link;
    if (client === undefined) {
      return batch.map(() => ({
        kind: "again",
        reason: "no connection",
        stored: "no",
      }));
    }
    const error = await this.#send(client, batch);
    if (error === undefined) return batch.map(() => STORED);
    const refusal = refusalOf(error);
    if (refusal === undefined) {
      const reason = problemOf(error);
      // Its producer id is of no use any more: a new client begins anew.
      this.#link.fail(client, reason);
      return batch.map(() => ({ kind: "again", reason, stored: "maybe" }));
    }
    if (batch.length === 1) return [{ kind: "refused", reason: refusal }];
    // One message spoils the batch: each is sent alone, and that one is found.
    const outcomes: Outcome[] = [];
    for (const publication of batch) {
      outcomes.push(...await this.publish([publication]));
    }
    return outcomes;
  }

  /** @inheritdoc */
  close(): Promise<void> {
    return this.#link.close();
  }

  /** Sends a batch; returns what went wrong. */
  async #send(
    client: KafkaClient,
    batch: readonly Publication[],
  ): Promise<unknown> {
    const { compression, requiredAcks } = this.#config.producer;
    let timer: ReturnType<typeof setTimeout> | undefined = undefined;
    const sending = client.send({
      messages: batch.map((publication) => this.#message(publication)),
      // Here and only here it counts.
      acks: requiredAcks === 1 ? 1 : -1,
      partitioner: compatibilityPartitioner,
      compression,
    });
    sending.catch(() => {});
    this.#link.busy = true;
    try {
      await Promise.race([
        sending,
        new Promise<never>((_, reject) => {
          timer = setTimeout(
            () => reject(new Error(`no answer within ${BATCH_MS} ms`)),
            BATCH_MS,
          );
        }),
      ]);
      return undefined;
    } catch (error) {
      return error ?? new Error("unknown problem");
    } finally {
      this.#link.busy = false;
      clearTimeout(timer);
    }
  }

  #message(publication: Publication) {
    const { data } = publication;
    const headers = this.#headers(publication);
    return {
      topic: publication.topic,
      value: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
      ...(this.#config.producer.key === "edge" && {
        key: Buffer.from(publication.edge.toString()),
      }),
      ...(headers.size > 0 && { headers }),
    };
  }

  #headers(publication: Publication): Map<Buffer, Buffer> {
    const { edgeId, meta, messageId, contentType } = publication.headers;
    const made = new Map<Buffer, Buffer>();
    const set = (name: string, value: string | Uint8Array) =>
      made.set(Buffer.from(name), Buffer.from(value as Uint8Array));
    if (edgeId) set("edge-id", publication.edge.toString());
    if (meta && publication.meta !== undefined) {
      set("edge-meta", publication.meta);
    }
    if (messageId) set("message-id", publication.id);
    if (contentType !== "") set("content-type", contentType);
    return made;
  }
}

/** What a broker said if it will never take a message. */
function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const found = REFUSALS.find((id) => findErrorBy(error, "apiId", id) !== null);
  return found === undefined
    ? undefined
    : `kafka answers ${found.toLowerCase().replaceAll("_", " ")}`;
}

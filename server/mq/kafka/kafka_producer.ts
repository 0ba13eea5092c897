/**
 * Publishes to Kafka.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { compatibilityPartitioner, findErrorBy } from "@platformatic/kafka";
import type { KafkaConfig } from "../../config/mod.ts";
import type { ClientKeeper } from "../client_keeper.ts";
import { allAgain, KeptProducer, sizeLimit } from "../kept_producer.ts";
import { problemOf } from "../problem.ts";
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
export class KafkaProducer extends KeptProducer {
  /** @inheritdoc */
  readonly kind = "kafka";
  /** @inheritdoc */
  readonly name = "kafka";
  readonly #link: KafkaLink;
  readonly #config: KafkaConfig;
  readonly #maxBytes: number;

  /**
   * @param config The configuration.
   */
  constructor(config: KafkaConfig) {
    const { producer, lingerMs } = config;
    const { flush } = producer;
    super(producer.topics, {
      maxMessages: flush.maxMessages || flush.messages || BATCH_MESSAGES,
      maxBytes: flush.bytes || BATCH_BYTES,
      lingerMs: Math.min(1_000, flush.frequencySeconds * 1_000) || lingerMs,
      concurrent: 1,
    });
    this.#config = config;
    this.#maxBytes = producer.maxMessageBytes || USUAL_BYTES;
    this.#link = new KafkaLink(config, () => this.onState?.());
  }

  /** @inheritdoc */
  protected override get keeper(): ClientKeeper {
    return this.#link.keeper;
  }

  /** @inheritdoc */
  override refusal(_topic: string, bytes: number): string {
    return sizeLimit("kafka", this.#maxBytes, "max_message_bytes", bytes);
  }

  /** @inheritdoc */
  override async publish(
    batch: readonly Publication[],
  ): Promise<readonly Outcome[]> {
    const { client } = this.#link;
    if (client === undefined) return allAgain(batch, "no connection", "no");
    const error = await this.#send(client, batch);
    if (error === undefined) return batch.map(() => STORED);
    const refusal = refusalOf(error);
    if (refusal === undefined) {
      const reason = problemOf(error);
      // Its producer id is of no use any more: a new client begins anew.
      this.#link.fail(client, reason);
      return allAgain(batch, reason, "maybe");
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
  override close(): Promise<void> {
    return this.#link.close();
  }

  /** Sends a batch; returns what went wrong. */
  async #send(
    client: KafkaClient,
    batch: readonly Publication[],
  ): Promise<unknown> {
    const { compression, requiredAcks } = this.#config.producer;
    this.#link.busy = true;
    try {
      await this.#link.ask(
        client.send({
          messages: batch.map((publication) => this.#message(publication)),
          // Here and only here it counts.
          acks: requiredAcks === 1 ? 1 : -1,
          partitioner: compatibilityPartitioner,
          compression,
        }),
        BATCH_MS,
      );
      return undefined;
    } catch (error) {
      return error ?? new Error("unknown problem");
    } finally {
      this.#link.busy = false;
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

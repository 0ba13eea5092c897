/**
 * Publishes to Redis.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { ChainableCommander } from "ioredis";
import type { RedisConfig } from "../../config/mod.ts";
import { problemOf } from "../problem.ts";
import type { BatchRule, Producer, ProducerState } from "../producer.ts";
import { type Outcome, type Publication, STORED } from "../publication.ts";
import { RedisLink } from "./redis_link.ts";

/** Answers of a server that cannot take anything now, but will. */
const NOT_NOW =
  /^(LOADING|MASTERDOWN|READONLY|TRYAGAIN|CLUSTERDOWN|BUSY|UNKILLABLE)/;
/** Answers of a server to a command that it has read and refused. */
const ANSWERED = /^[A-Z]+ /;

/**
 * Publishes to channels or adds to streams: one pipeline per batch. A channel
 * keeps nothing, and who subscribes is not known; a stream keeps what the
 * server keeps.
 */
export class RedisProducer implements Producer {
  /** @inheritdoc */
  readonly kind = "redis";
  /** @inheritdoc */
  readonly name: string;
  /** @inheritdoc */
  readonly topics: readonly string[];
  /** @inheritdoc */
  readonly batch: BatchRule;
  /** @inheritdoc */
  onState: (() => void) | undefined = undefined;
  readonly #link: RedisLink;
  readonly #maxLen: number;
  readonly #way: "channels" | "streams";

  /**
   * @param config The configuration.
   * @param kind Whether the topics are channels or streams.
   */
  constructor(config: RedisConfig, way: "channels" | "streams") {
    this.#way = way;
    const { producer, lingerMs } = config;
    this.name = way === "channels" ? "redis" : "redis-streams";
    this.topics = producer[way];
    this.#maxLen = producer.streamMaxLen;
    this.#link = new RedisLink(config, () => this.onState?.());
    this.batch = {
      maxMessages: 512,
      maxBytes: 4_194_304,
      lingerMs,
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
    const { maxBulk } = this.#link;
    return bytes > maxBulk
      ? `redis takes at most ${maxBulk} bytes of data (proto-max-bulk-len), not ${bytes}`
      : "";
  }

  /** @inheritdoc */
  async publish(batch: readonly Publication[]): Promise<readonly Outcome[]> {
    const { client } = this.#link;
    if (client === undefined) {
      return batch.map(() => ({
        kind: "again",
        reason: "connection lost",
        stored: "no",
      }));
    }
    const refused = batch.map(({ topic, data }) =>
      this.refusal(topic, data.length)
    );
    const pipeline = client.pipeline();
    batch.forEach((publication, i) => {
      if (refused[i] === "") this.#add(pipeline, publication);
    });
    let answers: [Error | null, unknown][];
    try {
      answers = await this.#link.inTime(client, pipeline.exec()) ?? [];
    } catch (error) {
      answers = batch.map(() => [error as Error, undefined]);
    }
    let at = 0;
    let lost: string | undefined = undefined;
    const outcomes = refused.map((rule): Outcome => {
      if (rule !== "") return { kind: "refused", reason: rule };
      const answer = answers[at++];
      const error = answer === undefined
        ? new Error("connection lost")
        : answer[0];
      if (error === null) return STORED;
      const reason = problemOf(error);
      if (NOT_NOW.test(reason)) return { kind: "again", reason, stored: "no" };
      if (ANSWERED.test(reason)) return { kind: "refused", reason };
      lost = reason;
      return { kind: "again", reason, stored: "maybe" };
    });
    // Whatever it had under way is not known any more.
    if (lost !== undefined) this.#link.fail(client, lost);
    return outcomes;
  }

  /** @inheritdoc */
  close(): Promise<void> {
    return this.#link.keeper.close();
  }

  #add(pipeline: ChainableCommander, publication: Publication): void {
    const data = Buffer.from(
      publication.data.buffer,
      publication.data.byteOffset,
      publication.data.byteLength,
    );
    if (this.#way === "channels") {
      pipeline.publish(publication.topic, data);
      return;
    }
    const bound = this.#maxLen > 0 ? ["MAXLEN", "~", this.#maxLen] : [];
    pipeline.call(
      "XADD",
      publication.topic,
      ...bound,
      "*",
      "data",
      data,
      ...this.#fields(publication),
    );
  }

  /** What an entry of a stream carries beside its data. */
  #fields(publication: Publication): (string | Buffer)[] {
    const { edgeId, meta, messageId, contentType } = publication.headers;
    return [
      ...(edgeId ? ["edge_id", publication.edge.toString()] : []),
      ...(meta && publication.meta !== undefined
        ? ["edge_meta", Buffer.from(publication.meta)]
        : []),
      ...(messageId ? ["message_id", publication.id] : []),
      ...(contentType !== "" ? ["content_type", contentType] : []),
    ];
  }
}

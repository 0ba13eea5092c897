/**
 * Publishes to Redis.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { ChainableCommander } from "ioredis";
import type { RedisConfig } from "../../config/mod.ts";
import type { ClientKeeper } from "../client_keeper.ts";
import {
  allAgain,
  KeptProducer,
  sizeLimit,
  usualBatch,
} from "../kept_producer.ts";
import { problemOf } from "../problem.ts";
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
export class RedisProducer extends KeptProducer {
  /** @inheritdoc */
  readonly kind = "redis";
  /** @inheritdoc */
  readonly name: string;
  readonly #link: RedisLink;
  readonly #maxLen: number;
  readonly #way: "channels" | "streams";

  /**
   * @param config The configuration.
   * @param way Whether the topics are channels or streams.
   */
  constructor(config: RedisConfig, way: "channels" | "streams") {
    const { producer, lingerMs } = config;
    super(producer[way], usualBatch(lingerMs));
    this.#way = way;
    this.name = way === "channels" ? "redis" : "redis-streams";
    this.#maxLen = producer.streamMaxLen;
    this.#link = new RedisLink(config, () => this.onState?.());
  }

  /** @inheritdoc */
  protected override get keeper(): ClientKeeper {
    return this.#link.keeper;
  }

  /** @inheritdoc */
  override refusal(_topic: string, bytes: number): string {
    return sizeLimit("redis", this.#link.maxBulk, "proto-max-bulk-len", bytes);
  }

  /** @inheritdoc */
  override async publish(
    batch: readonly Publication[],
  ): Promise<readonly Outcome[]> {
    const { client } = this.#link;
    if (client === undefined) return allAgain(batch, "connection lost", "no");
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

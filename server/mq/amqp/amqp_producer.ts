/**
 * Publishes to AMQP 0-9-1.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { ConfirmChannel, Options } from "amqplib";
import type { AmqpConfig } from "../../config/mod.ts";
import type { ClientKeeper } from "../client_keeper.ts";
import { KeptProducer, sizeLimit, usualBatch } from "../kept_producer.ts";
import { problemOf } from "../problem.ts";
import { type Outcome, type Publication, STORED } from "../publication.ts";
import { AmqpLink } from "./amqp_link.ts";

/** Largest message of RabbitMQ where nobody says otherwise, in bytes. */
const USUAL_BYTES = 134_217_728;
/** Milliseconds until a batch that is not confirmed counts as lost. */
const CONFIRM_MS = 10_000;
/** How RabbitMQ says that a message is too large. */
const TOO_LARGE = /larger than configured max size (\d+)/;

/**
 * Publishes on a confirm channel, and waits for the confirms of a batch before
 * the next. A message that no queue takes comes back first and is confirmed
 * then: that counts as refused.
 */
export class AmqpProducer extends KeptProducer {
  /** @inheritdoc */
  readonly kind = "amqp";
  /** @inheritdoc */
  readonly name = "amqp";
  readonly #config: AmqpConfig;
  readonly #link: AmqpLink;
  #maxBytes: number;

  /**
   * @param config The configuration.
   */
  constructor(config: AmqpConfig) {
    super(config.producer.routingKeys, usualBatch(config.lingerMs));
    this.#config = config;
    this.#maxBytes = config.producer.maxMessageBytes || USUAL_BYTES;
    this.#link = new AmqpLink(config, () => this.onState?.());
  }

  /** @inheritdoc */
  protected override get keeper(): ClientKeeper {
    return this.#link.keeper;
  }

  /** @inheritdoc */
  override refusal(_topic: string, bytes: number): string {
    return sizeLimit("amqp", this.#maxBytes, "max_message_size", bytes);
  }

  /** @inheritdoc */
  override publish(batch: readonly Publication[]): Promise<readonly Outcome[]> {
    const { channel } = this.#link;
    const { promise, resolve } = Promise.withResolvers<readonly Outcome[]>();
    const outcomes: (Outcome | undefined)[] = batch.map(({ topic, data }) => {
      const rule = this.refusal(topic, data.length);
      return rule === "" ? undefined : { kind: "refused", reason: rule };
    });
    let open = outcomes.filter((outcome) => outcome === undefined).length;
    if (channel === undefined) {
      return Promise.resolve(
        outcomes.map((outcome) =>
          outcome ?? { kind: "again", reason: "no connection", stored: "no" }
        ),
      );
    }
    const returned = new Map<string, string>();
    const onReturn = (
      { fields, properties }: {
        fields: { replyText?: string };
        properties: { messageId?: string };
      },
    ) => {
      const id = properties.messageId;
      if (id !== undefined) returned.set(id, fields.replyText ?? "NO_ROUTE");
    };
    /** No confirm will come any more. */
    const lose = (problem: string) => {
      // Where the broker has said how large a message may be, only those are to blame.
      const most = Number(TOO_LARGE.exec(problem)?.[1]);
      if (most > 0) this.#maxBytes = Math.min(this.#maxBytes, most);
      finish(outcomes.map((outcome, i) => {
        if (outcome !== undefined) return outcome;
        const { topic, data } = batch[i]!;
        const rule = this.refusal(topic, data.length);
        return rule === ""
          ? { kind: "again", reason: problem, stored: "maybe" }
          : { kind: "refused", reason: rule };
      }));
    };
    const timer = setTimeout(() => {
      const problem = `no confirm within ${CONFIRM_MS} ms`;
      lose(problem);
      this.#link.fail(channel, problem);
    }, CONFIRM_MS);
    let problem = "channel closed";
    const onError = (error: Error) => problem = problemOf(error);
    const onClose = () => lose(problem);
    const finish = (all: readonly Outcome[]) => {
      clearTimeout(timer);
      channel.off("return", onReturn);
      channel.off("error", onError);
      channel.off("close", onClose);
      resolve(all);
    };
    channel.on("return", onReturn);
    channel.on("error", onError);
    channel.on("close", onClose);
    const settle = (i: number, error: unknown) => {
      // A lost channel rejects them all; its own event says why.
      if (outcomes[i] !== undefined || isGone(error)) return;
      outcomes[i] = outcomeOf(error, batch[i]!, returned);
      if (--open === 0) finish(outcomes as Outcome[]);
    };
    if (open === 0) finish(outcomes as Outcome[]);
    try {
      batch.forEach((publication, i) => {
        if (outcomes[i] !== undefined) return;
        this.#send(channel, publication, (error) => settle(i, error));
      });
    } catch (error) {
      lose(problemOf(error));
      this.#link.fail(channel, problemOf(error));
    }
    return promise;
  }

  #send(
    channel: ConfirmChannel,
    publication: Publication,
    done: (error: unknown) => void,
  ): void {
    const { data } = publication;
    channel.publish(
      this.#config.producer.exchange,
      publication.topic,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength),
      this.#properties(publication),
      done,
    );
  }

  #properties(publication: Publication): Options.Publish {
    const { producer } = this.#config;
    const { headers } = publication;
    const { edgeId, meta } = headers;
    const contentType = headers.contentType || producer.contentType;
    const own = {
      ...producer.headers,
      ...(edgeId && { "edge-id": publication.edge.toString() }),
      ...(meta && publication.meta !== undefined &&
        { "edge-meta": Buffer.from(publication.meta) }),
    };
    const given = (name: string, value: string | number) =>
      value === "" || value === 0 ? {} : { [name]: value };
    return {
      messageId: publication.id,
      timestamp: Math.floor(publication.at / 1_000),
      mandatory: producer.mandatory,
      deliveryMode: producer.deliveryMode || 2,
      ...(Object.keys(own).length > 0 && { headers: own }),
      ...given("contentType", contentType),
      ...given("contentEncoding", producer.contentEncoding),
      ...given("priority", producer.priority),
      ...given("replyTo", producer.replyTo),
      ...given("expiration", producer.expiration),
      ...given("type", producer.type),
      ...given("userId", producer.userId),
      ...given("appId", producer.appId),
    };
  }
}

function outcomeOf(
  error: unknown,
  publication: Publication,
  returned: ReadonlyMap<string, string>,
): Outcome {
  const why = returned.get(publication.id);
  if (why !== undefined) {
    return {
      kind: "refused",
      reason: `no queue takes "${publication.topic}" (${why})`,
    };
  }
  if (error === null || error === undefined) return STORED;
  const reason = problemOf(error);
  return /nacked/i.test(reason)
    ? {
      kind: "refused",
      reason: "the broker rejects it, its queue may be full",
    }
    : { kind: "again", reason, stored: "maybe" };
}

/** Whether an error says that the channel is not there any more. */
function isGone(error: unknown): boolean {
  return error instanceof Error &&
    /channel closed|connection closed/i.test(error.message);
}

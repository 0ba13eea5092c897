/**
 * Publishes to JetStream.
 *
 * @module
 */

import {
  jetstream,
  JetStreamApiError,
  type JetStreamClient,
  jetstreamManager,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { problemOf } from "../problem.ts";
import { type Outcome, type Publication, STORED } from "../publication.ts";
import { natsHeaders } from "./message.ts";
import { NatsProducer } from "./nats_producer.ts";

/** Milliseconds until a publish counts as lost; it is sent again under the same id. */
const ACK_MS = 3_000;
/** Code of the server for a stream that is not there. */
const NOT_FOUND = 10_059;
/** Codes of the server that say that a stream is full, or takes no such message: sending it again is no use. */
const REFUSALS: ReadonlySet<number> = new Set([
  10_047, // storage resources exceeded
  10_054, // message size exceeds maximum allowed
  10_077, // stream store failed: maximum messages, bytes or per subject exceeded
  10_109, // stream sealed
]);

/**
 * Publishes with the message's id, so that a message which is sent again is
 * stored once, as long as the stream's duplicate window lasts.
 */
export class JetStreamProducer extends NatsProducer {
  /** @inheritdoc */
  readonly name = "nats-jetstream";
  #client: JetStreamClient | undefined = undefined;
  #of: NatsConnection | undefined = undefined;

  /** @inheritdoc */
  override publish(batch: readonly Publication[]): Promise<readonly Outcome[]> {
    return Promise.all(batch.map((publication) => this.#send(publication)));
  }

  async #send(publication: Publication): Promise<Outcome> {
    if (this.state.kind !== "up") {
      return { kind: "again", reason: "connection lost", stored: "no" };
    }
    const rule = this.refusal(publication.topic, publication.data.length);
    if (rule !== "") return { kind: "refused", reason: rule };
    try {
      const headers = natsHeaders(publication);
      await this.#jetstream().publish(publication.topic, publication.data, {
        msgID: publication.id,
        timeout: ACK_MS,
        ...(headers !== undefined && { headers }),
      });
      return STORED;
    } catch (error) {
      return outcomeOf(error);
    }
  }

  #jetstream(): JetStreamClient {
    const connection = this.link.connection!;
    if (this.#of !== connection || this.#client === undefined) {
      this.#client = jetstream(connection, { timeout: ACK_MS });
      this.#of = connection;
    }
    return this.#client;
  }
}

/**
 * Sees to it that a stream takes the subjects: makes one where none does, and
 * leaves one that is there as it is.
 *
 * @param connection To a server with JetStream.
 * @param name What the stream is called if it has to be made.
 * @param subjects All that are published to; wildcards are allowed.
 * @throws {Error} If no stream takes one of the subjects; the message names it.
 */
export async function ensureStream(
  connection: NatsConnection,
  name: string,
  subjects: readonly string[],
): Promise<void> {
  const manager = await jetstreamManager(connection, { timeout: ACK_MS });
  try {
    await manager.streams.info(name);
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== NOT_FOUND) {
      throw error;
    }
    await manager.streams.add({ name, subjects: [...subjects] });
    return;
  }
  for (const subject of subjects) {
    try {
      await manager.streams.find(subject);
    } catch {
      throw new Error(
        `Stream "${name}" is there and does not take "${subject}": add the subject to it`,
      );
    }
  }
}

function outcomeOf(error: unknown): Outcome {
  const reason = problemOf(error);
  if (error instanceof JetStreamApiError) {
    return REFUSALS.has(error.code)
      ? { kind: "refused", reason }
      : { kind: "again", reason, stored: "no" };
  }
  const { name, message } = error as Error;
  if (/max_payload|payload/i.test(message)) return { kind: "refused", reason };
  // Nobody listens there: the stream is not ready after a restart.
  const nobody = name === "JetStreamNotEnabled" || name === "NoRespondersError";
  return { kind: "again", reason, stored: nobody ? "no" : "maybe" };
}

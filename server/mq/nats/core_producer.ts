/**
 * Publishes to core NATS.
 *
 * @module
 */

import type { BrokerHeadersConfig } from "../../config/mod.ts";
import { problemOf } from "../problem.ts";
import type { BatchRule, Producer, ProducerState } from "../producer.ts";
import { type Outcome, type Publication, STORED } from "../publication.ts";
import { natsHeaders, sizeRule } from "./message.ts";
import type { NatsLink } from "./nats_connection.ts";

/** Milliseconds until a server that does not answer counts as lost. */
const FLUSH_MS = 3_000;

/**
 * Publishes, and asks the server for a sign of life behind each batch: what was
 * published before it has arrived there. Who subscribes is not known, and what
 * the server loses is lost.
 */
export class CoreNatsProducer implements Producer {
  /** @inheritdoc */
  readonly kind = "nats";
  /** @inheritdoc */
  readonly name = "nats";
  /** @inheritdoc */
  readonly topics: readonly string[];
  /** @inheritdoc */
  readonly batch: BatchRule;
  /** @inheritdoc */
  onState: (() => void) | undefined = undefined;
  readonly #link: NatsLink;
  readonly #headers: BrokerHeadersConfig;

  /**
   * @param link The connection.
   * @param topics The subjects it takes.
   * @param headers What messages carry beside their data.
   * @param lingerMs How long a batch that is not full waits.
   */
  constructor(
    link: NatsLink,
    topics: readonly string[],
    headers: BrokerHeadersConfig,
    lingerMs: number,
  ) {
    this.#link = link;
    this.topics = topics;
    this.#headers = headers;
    this.batch = {
      maxMessages: 512,
      maxBytes: 4_194_304,
      lingerMs,
      concurrent: 1,
    };
    link.onState(() => this.onState?.());
  }

  /** @inheritdoc */
  get state(): ProducerState {
    return this.#link.state;
  }

  /** @inheritdoc */
  start(): void {
    this.#link.start();
  }

  /** @inheritdoc */
  refusal(_topic: string, bytes: number): string {
    const most = this.#link.connection?.info?.max_payload;
    return sizeRule(bytes, most, this.#headers);
  }

  /** @inheritdoc */
  async publish(batch: readonly Publication[]): Promise<readonly Outcome[]> {
    const connection = this.#link.connection!;
    const outcomes: Outcome[] = [];
    for (const publication of batch) {
      const rule = this.refusal(publication.topic, publication.data.length);
      if (rule !== "") {
        outcomes.push({ kind: "refused", reason: rule });
        continue;
      }
      try {
        const headers = natsHeaders(publication, this.#headers);
        connection.publish(publication.topic, publication.data, {
          ...(headers !== undefined && { headers }),
        });
        outcomes.push(STORED);
      } catch (error) {
        outcomes.push({ kind: "refused", reason: problemOf(error) });
      }
    }
    const problem = await flushed(connection.flush());
    if (problem === undefined) return outcomes;
    const lost: Outcome = { kind: "again", reason: problem, stored: "maybe" };
    return outcomes.map((outcome) => outcome === STORED ? lost : outcome);
  }

  /** @inheritdoc */
  close(): Promise<void> {
    return this.#link.close();
  }
}

/** Waits for the server's sign of life; returns why there is none. */
async function flushed(flush: Promise<void>): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined = undefined;
  try {
    return await Promise.race([
      flush.then(() => undefined),
      new Promise<string>((resolve) => {
        timer = setTimeout(
          () => resolve("no answer from the server"),
          FLUSH_MS,
        );
      }),
    ]);
  } catch (error) {
    return problemOf(error);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Publishes to core NATS.
 *
 * @module
 */

import { inTime } from "../in_time.ts";
import { problemOf } from "../problem.ts";
import { type Outcome, type Publication, STORED } from "../publication.ts";
import { natsHeaders } from "./message.ts";
import { NatsProducer } from "./nats_producer.ts";

/** Milliseconds until a server that does not answer counts as lost. */
const FLUSH_MS = 3_000;

/**
 * Publishes, and asks the server for a sign of life behind each batch: what was
 * published before it has arrived there. Who subscribes is not known, and what
 * the server loses is lost.
 */
export class CoreNatsProducer extends NatsProducer {
  /** @inheritdoc */
  readonly name = "nats";

  /** @inheritdoc */
  override async publish(
    batch: readonly Publication[],
  ): Promise<readonly Outcome[]> {
    const connection = this.link.connection!;
    const outcomes: Outcome[] = [];
    for (const publication of batch) {
      const rule = this.refusal(publication.topic, publication.data.length);
      if (rule !== "") {
        outcomes.push({ kind: "refused", reason: rule });
        continue;
      }
      try {
        const headers = natsHeaders(publication);
        connection.publish(publication.topic, publication.data, {
          ...(headers !== undefined && { headers }),
        });
        outcomes.push(STORED);
      } catch (error) {
        outcomes.push({ kind: "refused", reason: problemOf(error) });
      }
    }
    try {
      await inTime(connection.flush(), FLUSH_MS);
      return outcomes;
    } catch (error) {
      const reason = problemOf(error);
      const lost: Outcome = { kind: "again", reason, stored: "maybe" };
      return outcomes.map((outcome) => outcome === STORED ? lost : outcome);
    }
  }
}

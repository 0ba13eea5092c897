/**
 * Publishes to core NATS.
 *
 * @module
 */

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
    const problem = await flushed(connection.flush());
    if (problem === undefined) return outcomes;
    const lost: Outcome = { kind: "again", reason: problem, stored: "maybe" };
    return outcomes.map((outcome) => outcome === STORED ? lost : outcome);
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

/** A producer that a test plays by hand. */

import type { BatchRule, Producer, ProducerState } from "../producer.ts";
import type { Outcome, Publication } from "../publication.ts";

/** One batch that was handed over. */
export interface HandedBatch {
  /** Its messages. */
  readonly messages: readonly Publication[];
  /** Says what became of each. */
  settle(outcomes: readonly Outcome[]): void;
  /** Breaks the promise never to reject. */
  reject(error: Error): void;
}

/** Records what it is handed; the test decides what becomes of it. */
export class FakeProducer implements Producer {
  readonly kind = "nats";
  readonly name = "fake";
  readonly topics: readonly string[] = ["t"];
  readonly batch: BatchRule;
  state: ProducerState = { kind: "connecting" };
  onState: (() => void) | undefined = undefined;
  /** Batches that were handed over, in order. */
  readonly handed: HandedBatch[] = [];
  /** Whether it was closed. */
  closed = false;

  constructor(batch: Partial<BatchRule> = {}) {
    this.batch = {
      maxMessages: 4,
      maxBytes: 1_000,
      lingerMs: 0,
      concurrent: 1,
      ...batch,
    };
  }

  start(): void {}

  refusal(topic: string, bytes: number): string {
    return bytes > 5_000 ? `${topic} takes at most 5000 bytes` : "";
  }

  publish(messages: readonly Publication[]): Promise<readonly Outcome[]> {
    const { promise, resolve, reject } = Promise.withResolvers<
      readonly Outcome[]
    >();
    this.handed.push({ messages, settle: resolve, reject });
    return promise;
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  /** Changes the state. */
  turn(state: ProducerState): void {
    this.state = state;
    this.onState?.();
  }
}

/**
 * What a service has received, by label and by topic.
 *
 * @module
 */

/** Labels that are counted; senders choose them, and may never use one twice. */
const MAX_LABELS = 1_000;
/** What all further ones are counted under. */
const OTHERS = "(others)";

/** Counts under names. */
export class Tally {
  readonly #labels = new Map<string, number>();
  readonly #topics = new Map<string, number>();

  /** @param label A label that was received. */
  countLabel(label: string): void {
    const known = this.#labels.has(label) || this.#labels.size < MAX_LABELS;
    const key = known ? label : OTHERS;
    this.#labels.set(key, (this.#labels.get(key) ?? 0) + 1);
  }

  /** @param topic The topic of a message that was received. */
  countTopic(topic: string): void {
    this.#topics.set(topic, (this.#topics.get(topic) ?? 0) + 1);
  }

  /** @returns A line for each label and topic. */
  lines(): string[] {
    return [
      ...[...this.#labels].map(([label, count]) =>
        `label: ${label}, counter: ${count}`
      ),
      ...[...this.#topics].map(([topic, count]) =>
        `topic: ${topic}, counter: ${count}`
      ),
    ];
  }
}

/**
 * An engine whose bytes are counted.
 *
 * @module
 */

import {
  Link,
  type LinkHandler,
  type LinkPort,
  type LinkRole,
  type LinkSettings,
} from "@frontier/proto/internal";
import type { Counters } from "./counters.ts";

/** A {@linkcode Link} that adds up the bytes its driver moves. */
export class CountedLink extends Link {
  readonly #counters: Counters;

  /**
   * Makes a connection in state `init`.
   *
   * @param role Our side.
   * @param settings Sizes, times and extensions to offer.
   * @param handler Hears what happens.
   * @param port Carries the bytes.
   * @param counters Where the bytes are added.
   */
  constructor(
    role: LinkRole,
    settings: LinkSettings,
    handler: LinkHandler,
    port: LinkPort,
    counters: Counters,
  ) {
    super(role, settings, handler, port);
    this.#counters = counters;
  }

  /** @inheritdoc */
  override receive(count: number): void {
    this.#counters.bytesIn += count;
    super.receive(count);
  }

  /** @inheritdoc */
  override onWritten(count: number): void {
    this.#counters.bytesOut += count;
    super.onWritten(count);
  }
}

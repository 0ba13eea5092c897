/**
 * Evictions that wait for gateways.
 *
 * @module
 */

import type { Eviction } from "@frontier/proto/cluster";
import { MAILBOX, MAILBOX_MS } from "../presence_times.ts";
import type { Context } from "./context.ts";
import { memberText, parseMember } from "./records.ts";
import { LEAVE, TAKE } from "./scripts/mailbox.ts";

/** Evictions per script. */
const PER_SCRIPT = 1_000;

/** Leaves and takes evictions. */
export class Mailboxes {
  readonly #context: Context;

  /**
   * @param context What it works with.
   */
  constructor(context: Context) {
    this.#context = context;
  }

  /** See {@linkcode PresenceStore.leaveEvictions}. */
  async leave(
    frontierId: string,
    evictions: readonly Eviction[],
  ): Promise<void> {
    const newest = evictions.slice(-MAILBOX);
    for (let at = 0; at < newest.length; at += PER_SCRIPT) {
      const texts = newest.slice(at, at + PER_SCRIPT).map(
        ({ edgeId, stamp }) => `${edgeId} ${memberText(stamp)}`,
      );
      await this.#context.one(
        this.#context.ofFrontier(
          LEAVE,
          frontierId,
          MAILBOX,
          MAILBOX_MS,
          ...texts,
        ),
      );
    }
  }

  /** See {@linkcode PresenceStore.takeEvictions}. */
  async take(frontierId: string): Promise<readonly Eviction[]> {
    const texts = await this.#context.one(
      this.#context.ofFrontier(TAKE, frontierId),
    ) as string[];
    return texts.map((text) => {
      const at = text.indexOf(" ");
      return {
        edgeId: BigInt(text.slice(0, at)),
        stamp: parseMember(text.slice(at + 1)),
      };
    });
  }
}

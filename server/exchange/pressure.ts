/**
 * What is done when memory becomes scarce.
 *
 * @module
 */

import { Timer, type Timers } from "@frontier/proto";
import type { Logger } from "@frontier/platform/log";
import { PeerHolder } from "../directory/peer_holder.ts";
import type { Peer } from "../directory/peer.ts";
import type { Ledger } from "../quota/ledger.ts";
import { Relief } from "../quota/relief.ts";

/** Milliseconds between two steps: what was taken has to come back in between. */
const STEP_MS = 250;
/** Why a connection or its streams end. */
const SHORT_OF_MEMORY = "gateway is short of memory";

/** What a {@linkcode Pressure} needs from outside. */
export interface PressureContext {
  /** Whose memory runs out. */
  readonly ledger: Ledger;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Ends all streams of a peer. */
  readonly endStreams: (peer: Peer, reason: string) => void;
  /** Where to report. */
  readonly log: Logger;
}

/**
 * Acts against whoever holds most while memory is scarce: first nothing more is
 * stored for it, then its streams end, then its connection. Every step is
 * logged. Nothing is looked at while there is enough.
 */
export class Pressure {
  readonly #context: PressureContext;
  readonly #relief: Relief;
  readonly #timer: Timer;

  /**
   * @param context What it needs from outside.
   */
  constructor(context: PressureContext) {
    this.#context = context;
    this.#relief = new Relief(context.ledger);
    this.#timer = new Timer(() => this.#step());
    context.ledger.onPressure = () => this.#arm();
  }

  #arm(): void {
    const { timers } = this.#context;
    if (!this.#timer.armed) timers.set(this.#timer, timers.now() + STEP_MS);
  }

  #step(): void {
    const { ledger, log, endStreams } = this.#context;
    const step = this.#relief.next();
    if (ledger.level >= 2) this.#arm();
    if (step === undefined) return;
    const { action, bytes, holder } = step;
    const fields = {
      peer: holder.describe(),
      bytes,
      memory: ledger.memory,
      max: ledger.maxMemory,
    };
    const peer = holder instanceof PeerHolder ? holder.peer : undefined;
    switch (action) {
      case "refuse":
        log.warn("Memory is short: nothing more is stored for a peer", fields);
        return;
      case "dismiss":
        log.warn("Memory is short: the streams of a peer end", fields);
        if (peer !== undefined) endStreams(peer, SHORT_OF_MEMORY);
        return;
      case "cut":
        log.warn("Memory is short: the connection of a peer ends", fields);
        peer?.link.fail(SHORT_OF_MEMORY);
    }
  }
}

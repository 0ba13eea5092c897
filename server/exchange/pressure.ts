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
import { OUTBOX } from "../quota/kinds.ts";
import { Relief } from "../quota/relief.ts";
import { SHORT_OF_MEMORY, UNREAD } from "./ends.ts";
import type { OutboxRoom } from "./outbox_room.ts";

/** Milliseconds between two steps: what was taken has to come back in between. */
const STEP_MS = 250;
/** Milliseconds between two looks at outboxes with much in them. */
const LOOK_MS = 1_000;
/** Milliseconds without a byte written that one which has its share of the memory may take. */
const STALL_MS = 30_000;
/** What is left of a share that counts as used up, in parts of what is held. */
const NEARLY = 1 / 4;

/** What a {@linkcode Pressure} needs from outside. */
export interface PressureContext {
  /** Whose memory runs out. */
  readonly ledger: Ledger;
  /** Knows the outboxes with much in them. */
  readonly room: OutboxRoom;
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
 * logged. A peer that reads nothing for half a minute while it holds all it may
 * is not waited for. Nothing is looked at while there is enough.
 */
export class Pressure {
  readonly #context: PressureContext;
  readonly #relief: Relief;
  readonly #timer: Timer;
  readonly #look: Timer;
  readonly #cut: Timer;
  /** Peers whose frames do not fit. */
  readonly #overdrawn: Set<Peer> = new Set();

  /**
   * @param context What it needs from outside.
   */
  constructor(context: PressureContext) {
    this.#context = context;
    this.#relief = new Relief(context.ledger);
    this.#timer = new Timer(() => this.#step());
    this.#look = new Timer(() => this.#lookAround());
    this.#cut = new Timer(() => this.#cutOverdrawn());
    context.ledger.onPressure = () => this.#arm();
    context.room.onCongested = (any) => {
      if (any) this.#lookLater();
      else context.timers.clear(this.#look);
    };
  }

  /**
   * Memory is scarce, and the frame that a peer is sending has no room in its
   * share: its connection ends in a moment. Nothing may end while it is read.
   *
   * @param peer Who sends it; the end comes when the frame is done with.
   */
  overdrawn(peer: Peer): void {
    this.#overdrawn.add(peer);
    const { timers } = this.#context;
    if (!this.#cut.armed) timers.set(this.#cut, timers.now());
  }

  #cutOverdrawn(): void {
    const { ledger, log } = this.#context;
    for (const peer of this.#overdrawn) {
      this.#overdrawn.delete(peer);
      if (peer.link.state === "closed") continue;
      log.warn("Memory is short: a frame does not fit, its connection ends", {
        peer: peer.describe(),
        bytes: peer.readBytes,
        memory: ledger.memory,
        max: ledger.maxMemory,
      });
      peer.link.fail(SHORT_OF_MEMORY);
    }
  }

  #lookLater(): void {
    const { timers } = this.#context;
    if (!this.#look.armed) timers.set(this.#look, timers.now() + LOOK_MS);
  }

  /** Ends connections that read nothing while they hold all they may. */
  #lookAround(): void {
    const { ledger, log, room } = this.#context;
    for (const peer of [...room.congested]) {
      const { link, holder } = peer;
      if (link.writeStalledMs() < STALL_MS) continue;
      const bytes = holder.account?.bytes ?? 0;
      if (ledger.room(OUTBOX, holder, holder) > bytes * NEARLY) continue;
      log.warn("Connection does not read its answers", {
        peer: peer.describe(),
        unwritten: link.outbox.unwritten,
      });
      link.fail(UNREAD);
    }
    if (room.congested.size > 0) this.#lookLater();
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
      case "withhold":
        log.warn("Memory is short: nothing more is stored for a peer", fields);
        return;
      case "dismiss":
        log.warn("Memory is short: the streams of a peer end", fields);
        if (peer !== undefined) endStreams(peer, SHORT_OF_MEMORY.text);
        return;
      case "cut":
        log.warn("Memory is short: the connection of a peer ends", fields);
        peer?.link.fail(SHORT_OF_MEMORY);
    }
  }
}

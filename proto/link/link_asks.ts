/**
 * What a connection waits for.
 *
 * @module
 */

import { TYPE_REQUEST_CANCEL } from "../wire/constants.ts";
import { LinkOutput } from "./link_output.ts";
import type { LinkPort } from "./link_port.ts";
import type { LinkSettings } from "./link_settings.ts";
import { PacketIds } from "./packet_ids.ts";
import { type Pending, PendingTable } from "./pending.ts";
import type { Session } from "./session.ts";
import { Timer } from "../wire/timer_wheel.ts";

/** Stands for the packets of all connections that have never asked anything: most edges. */
const NEVER_ASKED = new PendingTable<Session>(new PacketIds(() => 0));

/** The timer of a connection. A function of its own would cost every connection a closure. */
class LinkTimer extends Timer {
  constructor(readonly link: LinkAsks, fire: (this: LinkTimer) => void) {
    super(fire as () => void);
  }
}

/**
 * The sending half of a connection that waits: for the answers to its packets,
 * and with the same timer for whatever else may be late.
 */
export abstract class LinkAsks extends LinkOutput {
  /** Packets of ours that wait for their answer. */
  unanswered: PendingTable<Session> = NEVER_ASKED;
  readonly #timer: Timer;
  static readonly #fire = function (this: LinkTimer): void {
    this.link.onTimer();
  };

  /**
   * Makes a connection that waits for nothing.
   *
   * @param settings Settings, shared with other connections.
   * @param port Carries the bytes.
   */
  constructor(settings: LinkSettings, port: LinkPort) {
    super(settings, port);
    this.#timer = new LinkTimer(this, LinkAsks.#fire);
  }

  /** Packets that wait for an answer. */
  get unansweredCount(): number {
    return this.unanswered.size;
  }

  /**
   * Looks through the packets that wait for an answer.
   *
   * @param test Says of one whether it is looked for.
   * @returns Whether there is such a one.
   */
  awaits(test: (pending: Pending<Session>) => boolean): boolean {
    return this.unanswered.has(test);
  }

  /**
   * Waits for the answer to a packet that is about to be sent, and gives the
   * packet its id. On a session that is closed already, waiting fails soon
   * after.
   *
   * @param pending Hears the answer.
   * @param session The session it is sent on.
   * @param expiresAt When waiting ends, in milliseconds of the clock.
   * @returns `false` when too many packets of this connection wait already:
   * the packet has no id then and must not be sent.
   */
  expect(
    pending: Pending<Session>,
    session: Session,
    expiresAt: number,
  ): boolean {
    pending.session = session;
    if (session.state === "closed" || this.state === "closed") {
      expiresAt = this.timers.now();
    }
    let { unanswered } = this;
    if (unanswered === NEVER_ASKED) {
      unanswered = this.unanswered = new PendingTable(this);
    }
    if (!unanswered.add(pending, expiresAt)) return false;
    const due = unanswered.nextExpiry();
    if (due < this.#timer.at) this.timers.set(this.#timer, due);
    return true;
  }

  /**
   * Stops waiting for an answer without telling anybody.
   *
   * @param pending What was waited for.
   */
  abandon(pending: Pending<Session>): void {
    this.unanswered.take(pending.idHi, pending.idLo);
  }

  /**
   * Asks the peer to stop working on a request, where it understands that.
   *
   * @param pending The request, whether its answer is still waited for or not.
   */
  sendCancel(pending: Pending<Session>): void {
    const session = pending.session!;
    if (!this.cancel || this.state !== "open" || session.state !== "open") {
      return;
    }
    const at = this.openFrame(session, 2);
    this.outbox.buf[at] = 0;
    this.outbox.buf[at + 1] = 1;
    this.commitFrame(TYPE_REQUEST_CANCEL, pending.idHi, pending.idLo, at + 2);
  }

  /** The time of {@linkcode LinkAsks.rearm}, or of a packet that waits, has come. */
  protected abstract onTimer(): void;

  /**
   * Sets the timer.
   *
   * @param at When there is something to do, in milliseconds of the clock; the
   * expiry of a packet that waits may be earlier.
   */
  protected rearm(at: number): void {
    at = Math.min(at, this.unanswered.nextExpiry());
    if (at === Infinity) this.stopTimer();
    else this.timers.set(this.#timer, at);
  }

  /** Clears the timer, until there is something to wait for. */
  protected stopTimer(): void {
    this.timers.clear(this.#timer);
    // So that `expect` need compare with one field only.
    this.#timer.at = Infinity;
  }
}

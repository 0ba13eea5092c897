/**
 * A Go gateway that was let in: what it reports is docs/spec/frontlas.md §1.6 to
 * §1.11.
 *
 * @module
 */

import type {
  OnlineEvent,
  PresenceEvent,
  Report,
  Stamp,
} from "@frontier/proto/cluster";
import { FrontierError } from "@frontier/proto/internal";
import type { GoLedger } from "./go_ledger.ts";
import {
  GatewaySession,
  type SessionContext,
  type SessionParts,
} from "./session.ts";

/** Reports that wait above which nothing more is read, and below which reading goes on. */
const PAUSE_AT = 512;
const RESUME_AT = 128;
/** Reports that are entered at a time. */
const SLICE = 256;

/** A report that waits for the store. */
interface Task {
  /** What to enter; without it the peer is touched, or removed. */
  readonly event: PresenceEvent | undefined;
  readonly act: "apply" | "touch" | "remove";
  readonly kind: "edge" | "service";
  readonly id: bigint;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What a Go gateway reports: one call for each event, each of which it waits
 * for. All are entered in their order, in slices, and one who reports faster
 * than the store takes it is read no further meanwhile. Its connections get
 * their stamps here.
 */
export class GoSession extends GatewaySession {
  /** What it has told. */
  readonly ledger: GoLedger;
  readonly #stamp: () => Stamp;
  #tasks: Task[] = [];
  #working = false;
  #paused = false;

  /**
   * @param parts Who it is.
   * @param context What all sessions have in common.
   * @param ledger What it has told before.
   * @param stamp Makes the stamp of a new connection.
   */
  constructor(
    parts: SessionParts,
    context: SessionContext,
    ledger: GoLedger,
    stamp: () => Stamp,
  ) {
    super(parts, context);
    this.ledger = ledger;
    this.#stamp = stamp;
  }

  /** It tells no more than it does by itself. */
  get synced(): boolean {
    return true;
  }

  /**
   * Enters what it reports.
   *
   * @param report The report.
   * @returns When it is in the store.
   * @throws {Error} If it reports for another gateway, or the store does not answer.
   */
  report(report: Report): Promise<void> {
    const { tally } = this.context;
    if (report.frontierId !== "" && report.frontierId !== this.frontierId) {
      tally.rejected++;
      throw new FrontierError(
        "refused",
        `Cannot take a report of ${
          JSON.stringify(report.frontierId.slice(0, 255))
        }: this is the link of ${JSON.stringify(this.frontierId)}`,
      );
    }
    this.alive();
    if (report.method === "frontier_stats") {
      // What it says here is 0, or counts what the store counts better.
      return Promise.resolve();
    }
    tally.told[report.method]++;
    const edge = "edgeId" in report;
    const kind = edge ? "edge" : "service";
    const id = edge ? report.edgeId : report.serviceId;
    const now = this.context.timers.now();
    let event: PresenceEvent | undefined;
    switch (report.method) {
      case "edge_online":
      case "service_online": {
        const { addr } = report;
        const meta = edge ? "" : report.service;
        const entry = { stamp: this.#stamp(), addr, meta, heardAt: now };
        this.ledger.set(kind, id, entry);
        event = online(kind, id, entry);
        break;
      }
      case "edge_heartbeat":
      case "service_heartbeat": {
        const entry = this.ledger.hear(kind, id, now);
        if (entry !== undefined) event = online(kind, id, entry);
        break;
      }
      default: {
        const entry = this.ledger.delete(kind, id);
        if (entry !== undefined) {
          event = { kind: `${kind}-offline`, id, stamp: entry.stamp };
        }
      }
    }
    this.edges = this.ledger.edges;
    this.services = this.ledger.services;
    const act = event !== undefined
      ? "apply"
      : report.method.endsWith("heartbeat")
      ? "touch"
      : "remove";
    return new Promise((resolve, reject) => {
      this.#tasks.push({ event, act, kind, id, resolve, reject });
      this.#onQueue();
      if (!this.#working) void this.#work();
    });
  }

  /** Records again what it has told on this link. */
  async resync(): Promise<void> {
    const { tally } = this.context;
    tally.resyncs++;
    const events = [...this.ledger.online(this.since)];
    for (let i = 0; i < events.length && !this.over; i += SLICE) {
      // Some may have gone, or come anew, while others were recorded.
      const slice = events.slice(i, i + SLICE).filter((event) =>
        this.ledger.get(kindOf(event), event.id)?.stamp === event.stamp
      );
      try {
        if (await this.enter(slice) === undefined) return;
      } catch (error) {
        this.failed("record again what a Go gateway has told", error);
        this.lost();
        return;
      }
    }
    tally.syncs++;
    this.context.catchUp.end(this);
  }

  /** Ends who was not heard of for long. */
  sweep(before: number, most: number): Promise<unknown> | undefined {
    const silent = this.ledger.takeSilent(before, most);
    if (silent.length === 0) return undefined;
    const events = silent.map(({ kind, id, stamp }) => ({
      kind: `${kind}-offline` as const,
      id,
      stamp,
    }));
    return this.enter(events).catch((error) =>
      this.failed("end what a Go gateway does not report any more", error)
    );
  }

  /** @inheritdoc */
  override end(): void {
    super.end();
    const tasks = this.#tasks;
    this.#tasks = [];
    const reason = new FrontierError("force-closed", "Connection lost");
    for (const { reject } of tasks) reject(reason);
  }

  #onQueue(): void {
    const { length } = this.#tasks;
    if (!this.#paused && length >= PAUSE_AT) {
      this.#paused = true;
      this.link.pause();
    } else if (this.#paused && length <= RESUME_AT) {
      this.#paused = false;
      this.link.resume();
    }
  }

  /** Enters what waits, until nothing does. Never rejects. */
  async #work(): Promise<void> {
    this.#working = true;
    while (this.#tasks.length > 0) {
      const { act } = this.#tasks[0]!;
      let count = 1;
      while (
        count < SLICE && count < this.#tasks.length &&
        this.#tasks[count]!.act === act
      ) count++;
      const slice = this.#tasks.splice(0, count);
      this.#onQueue();
      await this.#enter(slice);
    }
    this.#working = false;
  }

  async #enter(tasks: readonly Task[]): Promise<void> {
    try {
      if (tasks[0]!.act === "apply") await this.#apply(tasks);
      else await this.#others(tasks);
      for (const { resolve } of tasks) resolve();
    } catch (error) {
      if (!(error instanceof FrontierError)) {
        this.failed("enter what a Go gateway tells", error);
        this.lost();
      }
      for (const { reject } of tasks) reject(error);
    }
  }

  async #apply(tasks: readonly Task[]): Promise<void> {
    const outcomes = await this.enter(tasks.map(({ event }) => event!));
    if (outcomes === undefined) throw replacedError();
    for (const [i, { kind }] of outcomes.entries()) {
      const { event, kind: peer, id } = tasks[i]!;
      // It is connected to a newer gateway: nothing more is to be said for it here.
      if (kind === "superseded" && "addr" in event!) {
        this.ledger.delete(peer, id);
      }
    }
  }

  async #others(tasks: readonly Task[]): Promise<void> {
    const { store, entering } = this.context;
    await entering.take(tasks.length);
    try {
      await Promise.all(
        tasks.map(({ act, kind, id }) =>
          act === "touch"
            ? store.touch(this.session, kind, id)
            : store.remove(this.session, kind, id)
        ),
      );
    } finally {
      entering.give(tasks.length);
    }
  }
}

function kindOf(event: OnlineEvent): "edge" | "service" {
  return event.kind === "edge-online" ? "edge" : "service";
}

function online(
  kind: "edge" | "service",
  id: bigint,
  { stamp, addr, meta }: { stamp: Stamp; addr: string; meta: string },
): OnlineEvent {
  return { kind: `${kind}-online`, id, stamp, addr, meta };
}

function replacedError(): FrontierError {
  return new FrontierError(
    "refused",
    "Cannot take a report: a newer connection of this gateway has taken its place",
  );
}

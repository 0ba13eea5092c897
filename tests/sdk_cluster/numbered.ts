/** Traffic with numbers on it, and what must be true of it whatever died meanwhile. */

import { assert, assertEquals } from "@std/assert";
import { type Edge, FrontierError, type ServiceLike } from "@frontier/client";

/** How an operation ended for whoever began it. */
type Outcome = "done" | "unknown";

/** What was begun, how it ended, and how often it arrived. */
export class Ledger {
  readonly #arrivals = new Map<string, number>();
  readonly #outcomes = new Map<string, Outcome>();
  /** Operations that were refused without having arrived, and were repeated. */
  repeated = 0;
  /** Codes of the errors after which nothing is known. */
  readonly unknown = new Map<string, number>();

  /** How many were done. */
  get done(): number {
    return [...this.#outcomes.values()].filter((one) => one === "done").length;
  }

  /** Something has arrived. */
  arrive(key: string): void {
    this.#arrivals.set(key, (this.#arrivals.get(key) ?? 0) + 1);
  }

  /** Does something until it is done or its outcome is unknown. */
  async run(
    key: string,
    operation: () => Promise<unknown>,
    stop: AbortSignal,
  ): Promise<void> {
    while (!stop.aborted) {
      try {
        await operation();
        this.#outcomes.set(key, "done");
        return;
      } catch (error) {
        assert(error instanceof FrontierError, String(error));
        if (!error.retryable) {
          const { code } = error;
          this.unknown.set(code, (this.unknown.get(code) ?? 0) + 1);
          this.#outcomes.set(key, "unknown");
          return;
        }
        assertEquals(
          this.#arrivals.get(key) ?? 0,
          0,
          `${key}: ${error.message}`,
        );
        this.repeated++;
        await pause(50 * Math.random());
      }
    }
  }

  /** What was done has arrived once, everything else once at most. */
  check(): void {
    for (const [key, outcome] of this.#outcomes) {
      const times = this.#arrivals.get(key) ?? 0;
      if (outcome === "done") assertEquals(times, 1, key);
      else assert(times <= 1, `${key} arrived ${times} times`);
    }
    for (const [key, times] of this.#arrivals) assertEquals(times, 1, key);
  }
}

/** Calls, and messages both ways, between a service and edges. */
export class Traffic {
  readonly calls = new Ledger();
  readonly down = new Ledger();
  readonly up = new Ledger();
  readonly #stop = new AbortController();
  readonly #over = new AbortController();
  readonly #asking: Promise<void>[] = [];
  readonly #reading: Promise<void>[] = [];

  /** Begins to read what edges publish to `up`. */
  serve(service: ServiceLike): void {
    const { signal } = this.#over;
    this.#reading.push((async () => {
      for await (const message of service.messages({ signal })) {
        this.up.arrive(message.text());
        message.done();
      }
    })());
  }

  /** Begins to talk with an edge whose id stays what it is. */
  begin(service: ServiceLike, edge: Edge, everyMs: number): void {
    const { edgeId } = edge;
    const stop = this.#stop.signal;
    const { signal } = this.#over;
    this.#reading.push((async () => {
      for await (const message of edge.messages({ signal })) {
        this.down.arrive(message.text());
        message.done();
      }
    })());
    this.#asking.push((async () => {
      await edge.register("note", (request) => {
        this.calls.arrive(request.text());
        return request.data;
      });
      await pause(everyMs * Math.random());
      for (let i = 0; !stop.aborted; i++) {
        const key = `${edgeId}/${i}`;
        const options = { timeoutMs: 20_000 };
        await Promise.all([
          this.calls.run(
            key,
            async () => {
              const reply = await service.call(edgeId, "note", key, options);
              assertEquals(reply.text(), key);
            },
            stop,
          ),
          this.down.run(key, () => service.publish(edgeId, key, options), stop),
          this.up.run(key, () => edge.publish("up", key, options), stop),
        ]);
        await pause(everyMs * (0.5 + Math.random()));
      }
    })());
  }

  /** Ends all of it, and checks it. */
  async end(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#asking);
    this.#over.abort();
    await Promise.all(this.#reading);
    for (const ledger of [this.calls, this.down, this.up]) ledger.check();
  }

  /** One line about it. */
  get summary(): string {
    const { calls, down, up } = this;
    const codes = [calls, down, up].flatMap(({ unknown }) => [...unknown]);
    return `${calls.done} calls, ${down.done} and ${up.done} messages; ` +
      `${calls.repeated + down.repeated + up.repeated} repeated, unknown: ${
        codes.map(([code, count]) => `${count} ${code}`).join(", ") || "none"
      }`;
  }
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

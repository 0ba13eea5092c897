/**
 * When a service of a cluster has begun.
 *
 * @module
 */

import { after, deferred } from "@frontier/platform/internal";
import { FrontierError } from "@frontier/proto/internal";
import { allFailed } from "../connection/failures.ts";
import type { Status } from "../connection/status.ts";
import type { Gateway } from "./gateway.ts";

/** Milliseconds that other gateways may take to connect when one is connected. */
const OTHERS_MS = 1_000;

/**
 * Waits for the first connections: until each gateway that Frontlas names is
 * connected or has failed, for a moment only when one is connected. Fails when
 * none can be connected to, unless it is to be waited for.
 */
export class FirstConnection {
  /** Resolved when the service can be used; rejected when it cannot. */
  readonly done: Promise<void>;
  readonly #wait: boolean;
  readonly #resolve: () => void;
  readonly #reject: (reason: FrontierError) => void;
  readonly #failures = new Map<string, FrontierError>();
  readonly #connected = new Set<string>();
  /** Ids of the gateways that can be connected to. */
  #listed: readonly string[] | undefined = undefined;
  #giveUp = (): void => {};
  #over = false;

  /**
   * Begins to wait.
   *
   * @param wait Whether to go on when nothing can be connected to.
   */
  constructor(wait: boolean) {
    this.#wait = wait;
    const { promise, resolve, reject } = deferred<void>();
    this.done = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    promise.catch(() => {});
  }

  /** Frontlas has named the gateways: these ids have an address. */
  onList(listed: readonly string[]): void {
    if (this.#over) return;
    this.#listed = listed;
    for (const id of this.#failures.keys()) {
      if (!listed.includes(id)) this.#failures.delete(id);
    }
    this.#decide();
  }

  /** No Frontlas answers. */
  onFailure(reason: FrontierError): void {
    if (!this.#wait && this.#listed === undefined) this.fail(reason);
  }

  /** Something has happened at a gateway. */
  onStatus({ id }: Gateway, status: Status): void {
    if (this.#over) return;
    if (status.state === "connected") {
      if (this.#connected.size === 0) {
        this.#giveUp = after(OTHERS_MS, () => this.#succeed());
      }
      this.#connected.add(id);
    } else if (status.state === "disconnected") {
      this.#failures.set(id, status.reason);
    } else return;
    this.#decide();
  }

  /** It is over before it has begun. */
  fail(reason: FrontierError): void {
    this.#end();
    this.#reject(reason);
  }

  #succeed(): void {
    this.#end();
    this.#resolve();
  }

  /** Nothing that happens later is kept. */
  #end(): void {
    this.#over = true;
    this.#giveUp();
    this.#failures.clear();
    this.#connected.clear();
  }

  #decide(): void {
    const listed = this.#listed;
    if (listed === undefined) return;
    const open = listed.some((id) =>
      !this.#connected.has(id) && !this.#failures.has(id)
    );
    if (open) return;
    if (this.#connected.size > 0) this.#succeed();
    else if (!this.#wait) {
      const failures = [...this.#failures.values()];
      this.fail(
        failures.length > 0 ? allFailed(failures) : new FrontierError(
          "not-connected",
          "Cannot connect: Frontlas knows no gateway",
        ),
      );
    }
  }
}

/**
 * How many handlers run.
 *
 * @module
 */

import { FrontierError, type Session } from "@frontier/proto/internal";
import type { HandlerRun } from "./handler_run.ts";
import { type Load, type PlaceBounds, Places } from "./places.ts";

/** What a pool is told. */
export interface HandlerPoolOptions {
  /** What a lone caller may use. */
  readonly bounds: PlaceBounds;
  /** Methods that have places of their own. */
  readonly hooks: ReadonlySet<string>;
  /** Hears when requests begin to wait for a place, and when none has for a while. */
  readonly onBusy: (busy: boolean, load: Load) => void;
}

/**
 * The handlers of one endpoint. Methods on which others depend, as the hooks of
 * a gateway, have places of their own: no flood of calls keeps them waiting.
 */
export class HandlerPool {
  readonly #places: Places;
  readonly #hookPlaces: Places;
  readonly #hooks: ReadonlySet<string>;

  /**
   * Starts without handlers.
   *
   * @param options How many, and who hears of it.
   */
  constructor(options: HandlerPoolOptions) {
    const { bounds, onBusy } = options;
    this.#hooks = options.hooks;
    this.#places = new Places(bounds, (busy) => onBusy(busy, this.load));
    this.#hookPlaces = new Places(bounds, () => {});
  }

  /** How much is going on, hooks not counted. */
  get load(): Load {
    return this.#places.load;
  }

  /** Whether requests wait for a place, or did a moment ago. */
  get busy(): boolean {
    return this.#places.busy;
  }

  /**
   * Calls a handler now or later, or turns its request away.
   *
   * @param run The request and its handler.
   */
  admit(run: HandlerRun): void {
    const hook = this.#hooks.has(run.request.method);
    (hook ? this.#hookPlaces : this.#places).admit(run);
  }

  /**
   * The caller of one request no longer waits.
   *
   * @param session The session of the request.
   * @param idHi High half of its packet id.
   * @param idLo Low half of it.
   */
  cancel(session: Session, idHi: number, idLo: number): void {
    const reason = new FrontierError(
      "canceled",
      "Cannot go on: the caller canceled the call",
    );
    this.#abort(
      reason,
      (run) =>
        run.idLo === idLo && run.idHi === idHi && run.session === session,
    );
  }

  /**
   * Nobody waits for the answers to the requests of a session, or of a whole
   * connection.
   *
   * @param reason Why.
   * @param concerns Selects the session.
   */
  abort(reason: FrontierError, concerns: (session: Session) => boolean): void {
    this.#abort(reason, (run) => concerns(run.session));
  }

  /**
   * Tells whether a handler runs whose caller waits on some sessions.
   *
   * @param concerns Selects the session.
   * @returns Whether one does.
   */
  runs(concerns: (session: Session) => boolean): boolean {
    const selects = (run: HandlerRun) => concerns(run.session);
    return this.#places.runs(selects) || this.#hookPlaces.runs(selects);
  }

  /**
   * Waits for the handlers.
   *
   * @returns When none runs whose caller waits, and no request waits.
   */
  async idle(): Promise<void> {
    await Promise.all([this.#places.idle(), this.#hookPlaces.idle()]);
  }

  /** Something was written: answers that wait for room may fit. */
  onWritten(): void {
    this.#places.onWritten();
    this.#hookPlaces.onWritten();
  }

  /** Tells nobody any more, and waits for nothing. */
  close(): void {
    this.#places.close();
    this.#hookPlaces.close();
  }

  #abort(reason: FrontierError, selects: (run: HandlerRun) => boolean): void {
    this.#places.abort(reason, selects);
    this.#hookPlaces.abort(reason, selects);
  }
}

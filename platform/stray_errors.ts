/**
 * Errors that clients of brokers leave behind.
 *
 * @module
 */

/** What the system calls a connection that the other side has ended. */
const LOST: ReadonlySet<unknown> = new Set([
  "ECONNRESET",
  "EPIPE",
  "ECONNABORTED",
]);

/** How the runtime begins when the other side has ended TLS. */
const ALERT = "received fatal alert: ";

let users = 0;

/**
 * While it is held, a lost connection that a client of a broker has let go of
 * ends no program. Some clients take their listeners off a socket before its
 * last error comes: the runtime then throws that error where nobody can catch
 * it. Only errors of reading and writing sockets, and alerts of TLS, are kept from doing harm.
 */
export class StrayErrors implements Disposable {
  #held = true;

  /** Holds it. */
  constructor() {
    if (users++ === 0) globalThis.addEventListener("error", hear);
  }

  /** Lets go of it. */
  [Symbol.dispose](): void {
    if (!this.#held) return;
    this.#held = false;
    if (--users === 0) globalThis.removeEventListener("error", hear);
  }
}

function hear(event: ErrorEvent): void {
  const { error } = event;
  const { code, syscall, message } = (error ?? {}) as {
    code?: unknown;
    syscall?: unknown;
    message?: unknown;
  };
  const lost = LOST.has(code) && (syscall === "read" || syscall === "write");
  if (lost || String(message).startsWith(ALERT)) event.preventDefault();
}

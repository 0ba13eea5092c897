/**
 * Credit: how many raw bytes one side lets the other send.
 *
 * @module
 */

import type { LinkSettings } from "./link_settings.ts";
import { ProtocolError } from "../errors/protocol_error.ts";

/** No window is ever wider, in bytes. */
const MAX_WINDOW = 2 ** 48;
/** Part of the window that must be free again before it is granted anew. */
const GRANT_PART = 4;

/**
 * Our side of a connection's credit: the raw bytes that may be on their way to
 * us on all sessions together. They are granted again as soon as they have
 * arrived and are stored, or passed on: what a reader leaves unread is bounded by
 * the window of its own session and must not stop the others. Only links with
 * `credit` have one. Source: docs/PROTOCOL.md.
 */
export class ReceiveWindow {
  readonly #size: number;
  #left: number;
  #ungranted = 0;

  /**
   * Begins with what the handshake granted.
   *
   * @param size The whole window, in bytes.
   */
  constructor(size: number) {
    this.#size = this.#left = size;
  }

  /**
   * Raw bytes have arrived.
   *
   * @param bytes How many.
   * @throws {ProtocolError} If they are more than were granted.
   */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) {
      throw new ProtocolError(
        `Cannot accept ${bytes} stream bytes: the connection's credit is used up`,
      );
    }
  }

  /**
   * Received bytes are stored.
   *
   * @param bytes How many.
   * @returns How many the peer is to be granted now; mostly 0, for a grant must
   * be worth a frame.
   */
  free(bytes: number): number {
    this.#ungranted += bytes;
    if (this.#ungranted < this.#size / GRANT_PART) return 0;
    const grant = this.#ungranted;
    this.#left += grant;
    this.#ungranted = 0;
    return grant;
  }
}

/**
 * Tells what the handshake grants on every session.
 *
 * @param settings Of our side; a small `sessionWindow` bounds the initial one.
 * @returns Bytes that a peer may send on each session before it was granted more.
 */
export function initialWindow(settings: LinkSettings): number {
  return Math.min(settings.initialWindow, settings.sessionWindow);
}

/**
 * Widens a window of ours by what the peer grants.
 *
 * @param window Bytes we may still send.
 * @param bytes How many more we may.
 * @returns Their sum.
 * @throws {ProtocolError} If the window overflows.
 */
export function widen(window: number, bytes: number): number {
  if (window + bytes > MAX_WINDOW) {
    throw new ProtocolError("Cannot accept credit: the window overflows");
  }
  return window + bytes;
}

/**
 * Credit: how many raw bytes one side lets the other send.
 *
 * @module
 */

import type { Link } from "./link.ts";
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
  #left: number;
  #ungranted = 0;

  /**
   * Begins with what the handshake granted.
   *
   * @param bytes The whole window.
   */
  constructor(bytes: number) {
    this.#left = bytes;
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
   * Received bytes are stored: grants as many, once that is worth a frame.
   *
   * @param link The connection.
   * @param bytes How many.
   */
  consume(link: Link, bytes: number): void {
    this.#ungranted += bytes;
    if (this.#ungranted < link.settings.connectionWindow / GRANT_PART) return;
    this.#left += this.#ungranted;
    link.sendCredit(0, 0, this.#ungranted);
    this.#ungranted = 0;
  }
}

/**
 * @param settings Settings.
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

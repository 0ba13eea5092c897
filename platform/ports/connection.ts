/**
 * An accepted connection.
 *
 * @module
 */

import {
  closeTransport,
  type PeerAddress,
  type Transport,
} from "../transport.ts";

/** Who counts connections. */
export interface Counter {
  /**
   * A connection is over.
   *
   * @param address Where it came from.
   */
  leave(address: PeerAddress): void;
}

/** A connection that is counted until it is released. */
export class Connection {
  /** Its bytes, inside TLS where there is TLS. */
  transport: Transport;
  /** Where it comes from. */
  readonly address: PeerAddress;
  /** When its peer must have introduced itself, in milliseconds of the clock; `undefined` when somebody else sees to it. */
  deadlineAt: number | undefined = undefined;
  /** What was read of it so far. */
  first: Uint8Array | undefined = undefined;
  #counter: Counter | undefined;

  /**
   * Begins to count as one that was let in.
   *
   * @param transport Its bytes.
   * @param address Where it comes from.
   * @param counter Counts it.
   */
  constructor(transport: Transport, address: PeerAddress, counter: Counter) {
    this.transport = transport;
    this.address = address;
    this.#counter = counter;
  }

  /** The connection is over; whoever handles it says so. Later calls do nothing. */
  release(): void {
    const counter = this.#counter;
    this.#counter = undefined;
    counter?.leave(this.address);
  }

  /** Ends it. */
  close(): void {
    closeTransport(this.transport);
    this.release();
  }
}

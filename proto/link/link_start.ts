/**
 * How a connection is opened, and kept open.
 *
 * @module
 */

import type { ConnRequest } from "./connection_handler.ts";
import {
  HEADER_SIZE,
  TYPE_CONN,
  TYPE_CONN_ACK,
  TYPE_DISCONN,
  TYPE_HEARTBEAT_ACK,
} from "../wire/constants.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import { Handshake } from "./handshake.ts";
import { LinkEnd } from "./link_end.ts";
import { ProtocolError } from "../errors/protocol_error.ts";

/**
 * A connection that can be opened, from either side, and whose client shows from
 * time to time that it is there.
 */
export abstract class LinkStart extends LinkEnd {
  /** High half of the client id. */
  clientHi = 0;
  /** Low half of the client id. */
  clientLo = 0;
  /** When the handshake was complete, in milliseconds of the clock; -1 before. */
  openedAt: number = -1;

  #handshake: Handshake | undefined = undefined;

  /** The client id. */
  get clientId(): bigint {
    return (BigInt(this.clientHi) << 32n) | BigInt(this.clientLo);
  }

  /** When the peer last sent something other than a heartbeat, in milliseconds of the clock. */
  get activeAt(): number {
    return Math.max(this.openedAt, this.vigil.dataAt);
  }

  /** Server: a client has said who it is. */
  protected abstract onConn(request: ConnRequest): void;
  /** Client: the server has refused us. */
  protected abstract onRefused(reason: string): void;
  /** The connection is open; its windows are those agreed on. */
  protected abstract onOpened(): void;
  /** Server: a heartbeat has come. */
  protected abstract onAlive(): void;

  /**
   * Client: introduces us to the server.
   *
   * @param meta Opaque bytes about us.
   * @param wantedId The id we would like; 0 is none.
   */
  connect(meta: Uint8Array | undefined, wantedId = 0n): void {
    if (this.state !== "init") return;
    this.enter("handshake");
    this.#handshake = new Handshake(this.settings);
    this.#handshake.sendConn(this, meta, wantedId);
  }

  /**
   * Server: admits the client. The ack goes out before anything else.
   *
   * @param idHi High half of its id.
   * @param idLo Low half of its id.
   */
  accept(idHi: number, idLo: number): void {
    const handshake = this.#answer(idHi, idLo, "");
    if (handshake !== undefined) this.#opened(handshake);
  }

  /**
   * Server: turns the client away and closes.
   *
   * @param reason Told to the client.
   * @param idHi High half of the id it would have had.
   * @param idLo Low half of it.
   */
  refuse(reason: string, idHi = 0, idLo = 0): void {
    // An empty error would read as success.
    const said = reason === "" ? "refused" : reason;
    if (this.#answer(idHi, idLo, said) === undefined) return;
    this.beginClose({ kind: "refused", text: `refused: ${reason}` });
  }

  #answer(idHi: number, idLo: number, refusal: string): Handshake | undefined {
    const handshake = this.#handshake;
    if (this.state !== "handshake" || handshake === undefined) return undefined;
    this.clientHi = idHi;
    this.clientLo = idLo;
    handshake.sendAck(this, idHi, idLo, refusal);
    return handshake;
  }

  /**
   * A frame has come before the connection is open.
   *
   * @param frame The conn or its ack, if the peer keeps to the order.
   * @throws {ProtocolError} If it must not come now.
   */
  protected takeEarly(frame: FrameReader): void {
    const asClient = this.role === "client";
    if (asClient && frame.type === TYPE_DISCONN) {
      this.fail({
        kind: "peer-closed",
        text: "closed by the server during the handshake",
      });
    } else if (isAwaited(asClient, this.state === "init", frame.type)) {
      if (asClient) this.#onConnAck(frame);
      else this.#onConn(frame);
    }
  }

  #onConn(frame: FrameReader): void {
    const handshake = new Handshake(this.settings);
    const { request, agreement } = handshake.readConn(frame);
    this.agreed(agreement);
    this.#handshake = handshake;
    this.enter("handshake");
    this.onConn(request);
  }

  #onConnAck(frame: FrameReader): void {
    const handshake = this.#handshake!;
    const answer = handshake.readAck(frame);
    if (answer === undefined) return;
    const { refusal } = answer;
    if (refusal !== "") {
      this.onRefused(refusal);
      this.fail({ kind: "refused", text: `refused: ${refusal}` });
      return;
    }
    this.clientHi = answer.clientHi;
    this.clientLo = answer.clientLo;
    this.agreed(answer.agreement);
    this.#opened(handshake);
  }

  #opened({ heartbeatMs }: Handshake): void {
    this.#handshake = undefined;
    const now = this.timers.now();
    this.enter("open");
    this.openedAt = now;
    const { vigil } = this;
    vigil.deadlineAt = Infinity;
    const serving = this.role === "server";
    vigil.start(heartbeatMs, serving, now);
    if (serving && this.ours) vigil.proved(now);
    this.rearm(vigil.nextAt);
    this.onOpened();
  }

  /**
   * The peer has sent a heartbeat: answers it.
   *
   * @param frame The heartbeat.
   * @throws {ProtocolError} If the peer is a server.
   */
  protected onHeartbeat(frame: FrameReader): void {
    if (this.role === "client") {
      throw new ProtocolError("Cannot accept a heartbeat from a server");
    }
    const { vigil } = this;
    // Nothing but heartbeats since the last one: the buffer can be small.
    if (vigil.idle) this.reader.park();
    this.onAlive();
    if (this.ours) vigil.proved(vigil.seenAt);
    this.owe(HEADER_SIZE);
    const at = this.outbox.open(0);
    this.commitFrame(TYPE_HEARTBEAT_ACK, frame.idHi, frame.idLo, at);
  }
}

/**
 * Tells what to do with a frame that comes before the connection is open. What
 * a hasty client sends before its ack is dropped, as Go peers do.
 */
function isAwaited(asClient: boolean, initial: boolean, type: number): boolean {
  // A server waits before anything was exchanged, a client after its conn.
  if (asClient ? type === TYPE_CONN_ACK : type === TYPE_CONN) {
    if (initial !== asClient) return true;
  } else if (!initial && type !== TYPE_DISCONN) return false;
  throw new ProtocolError(
    `Cannot accept frame of type 0x${
      type.toString(16).padStart(2, "0")
    } before the handshake`,
  );
}

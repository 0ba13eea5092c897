/**
 * How a connection begins.
 *
 * @module
 */

import { type Agreement, ORIGINAL } from "./agreement.ts";
import {
  CONN_FLAG_ACQUIRE_ID,
  TYPE_CONN,
  TYPE_CONN_ACK,
} from "../wire/constants.ts";
import type { ConnRequest } from "./connection_handler.ts";
import {
  ALL_FEATURES,
  ANY_FEATURE,
  FEATURE_CREDIT,
  featureBit,
} from "./features.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import type { ConnBody } from "../body/bodies.ts";
import { decodeConnBody, encodeConnBody } from "../body/json_body.ts";
import type { LinkOutput } from "./link_output.ts";
import type { LinkSettings } from "./link_settings.ts";
import { initialWindow } from "./receive_window.ts";
import { readU32 } from "../wire/wire_numbers.ts";

/** Seconds between heartbeats, by their code in the flags of a conn. */
const HEARTBEAT_SECONDS = [5, 20, 80, 320];

/** What a server says to a client's conn. */
export interface ConnAnswer {
  /** Why it refuses; empty when it does not. */
  readonly refusal: string;
  /** High half of the client id; 0 after a refusal. */
  readonly clientHi: number;
  /** Low half of the client id; 0 after a refusal. */
  readonly clientLo: number;
  /** What both sides agree on. */
  readonly agreement: Agreement;
}

/**
 * The conn and its ack: writes and reads both, and returns what the two sides
 * agreed on. A link keeps it until it is open. Source: docs/spec/wire.md §3.2,
 * and docs/PROTOCOL.md for the features.
 */
export class Handshake {
  /** Milliseconds between heartbeats that the client announces. */
  heartbeatMs = 0;

  readonly #settings: LinkSettings;
  #idHi = 0;
  #idLo = 0;
  /** Features the peer offered. */
  #offered: readonly string[] = [];
  #credit = false;

  /**
   * Nothing was said yet.
   *
   * @param settings Settings of the connection.
   */
  constructor(settings: LinkSettings) {
    this.#settings = settings;
  }

  /**
   * Client: introduces us.
   *
   * @param output Where frames are written.
   * @param meta Opaque bytes about us.
   * @param wantedId The id we would like; 0 is none.
   */
  sendConn(
    output: LinkOutput,
    meta: Uint8Array | undefined,
    wantedId: bigint,
  ): void {
    const { heartbeatSeconds, features } = this.#settings;
    this.heartbeatMs = heartbeatSeconds * 1000;
    const body = encodeConnBody({
      meta,
      error: "",
      ext: [...features],
      window: this.#windows(features.includes(FEATURE_CREDIT)),
    });
    const { outbox } = output;
    const at = outbox.open(10 + body.length);
    const buf = outbox.buf;
    const code = HEARTBEAT_SECONDS.indexOf(heartbeatSeconds);
    buf[at] = CONN_FLAG_ACQUIRE_ID | (code << 4);
    buf[at + 1] = 0;
    output.writeId(
      at + 2,
      Number(wantedId >> 32n) >>> 0,
      Number(wantedId & 0xffffffffn),
    );
    buf.set(body, at + 10);
    this.#idHi = output.silentHi;
    this.#idLo = output.nextLo();
    const end = at + 10 + body.length;
    output.commitFrame(TYPE_CONN, this.#idHi, this.#idLo, end);
  }

  /**
   * Server: reads what a client says of itself.
   *
   * @param frame The conn.
   * @returns What the one who admits clients needs to know, and what holds when
   * the client is admitted.
   * @throws {ProtocolError} If the body is malformed.
   */
  readConn(
    frame: FrameReader,
  ): { request: ConnRequest; agreement: Agreement } {
    const { buf, bodyStart } = frame;
    const fields = decodeConnBody(buf, bodyStart + 10, frame.bodyEnd);
    const flags = buf[bodyStart]!;
    this.heartbeatMs = HEARTBEAT_SECONDS[(flags >> 4) & 3]! * 1000;
    this.#idHi = frame.idHi;
    this.#idLo = frame.idLo;
    this.#offered = fields.ext;
    const request = {
      wantedHi: readU32(buf, bodyStart + 2),
      wantedLo: readU32(buf, bodyStart + 6),
      acquire: (flags & CONN_FLAG_ACQUIRE_ID) !== 0,
      meta: fields.meta,
      offered: fields.ext,
    };
    return { request, agreement: this.#agree(fields) };
  }

  /**
   * Server: answers the conn.
   *
   * @param output Where frames are written.
   * @param idHi High half of the client id.
   * @param idLo Low half of the client id.
   * @param refusal Why it is refused; empty when it is admitted.
   */
  sendAck(
    output: LinkOutput,
    idHi: number,
    idLo: number,
    refusal: string,
  ): void {
    const ext = this.#settings.features.filter((feature) =>
      this.#offered.includes(feature) &&
      (feature !== FEATURE_CREDIT || this.#credit)
    );
    const body = encodeConnBody({
      meta: undefined,
      error: refusal,
      ext,
      window: this.#windows(this.#credit),
    });
    const { outbox } = output;
    const at = outbox.open(9 + body.length);
    outbox.buf[at] = refusal === "" ? 0 : 1;
    output.writeId(at + 1, idHi, idLo);
    outbox.buf.set(body, at + 9);
    const end = at + 9 + body.length;
    output.commitFrame(TYPE_CONN_ACK, this.#idHi, this.#idLo, end);
  }

  /**
   * Client: reads the server's answer.
   *
   * @param frame The ack.
   * @returns What the server says; `undefined` when it answers another conn than
   * ours.
   * @throws {ProtocolError} If the body is malformed.
   */
  readAck(frame: FrameReader): ConnAnswer | undefined {
    if (frame.idHi !== this.#idHi || frame.idLo !== this.#idLo) return;
    const { buf, bodyStart } = frame;
    const fields = decodeConnBody(buf, bodyStart + 9, frame.bodyEnd);
    if (fields.error !== "" || buf[bodyStart] !== 0) {
      const refusal = fields.error || "refused";
      return { refusal, clientHi: 0, clientLo: 0, agreement: ORIGINAL };
    }
    return {
      refusal: "",
      clientHi: readU32(buf, bodyStart + 1),
      clientLo: readU32(buf, bodyStart + 5),
      agreement: this.#agree(fields),
    };
  }

  /** What both sides have; a peer without any feature is an original one. */
  #agree({ ext, window }: ConnBody): Agreement {
    if (ext.length === 0) return ORIGINAL;
    const offered = this.#settings.features;
    const has = (feature: string) =>
      ext.includes(feature) && offered.includes(feature);
    this.#credit = window !== undefined && has(FEATURE_CREDIT);
    let features = ANY_FEATURE;
    for (const feature of ALL_FEATURES) {
      const agreed = feature === FEATURE_CREDIT ? this.#credit : has(feature);
      if (agreed) features |= featureBit(feature);
    }
    if (!this.#credit) return { ...ORIGINAL, features };
    const [sessionWindow, connectionWindow] = window!;
    return { features, sessionWindow, connectionWindow };
  }

  #windows(credit: boolean): [number, number] | undefined {
    const settings = this.#settings;
    return credit
      ? [initialWindow(settings), settings.connectionWindow]
      : undefined;
  }
}

/**
 * How a connection begins.
 *
 * @module
 */

import {
  CONN_FLAG_ACQUIRE_ID,
  TYPE_CONN,
  TYPE_CONN_ACK,
  TYPE_DISCONN,
} from "../wire/constants.ts";
import { initialWindow } from "./credit.ts";
import { FEATURE_CREDIT } from "./features.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import {
  type ConnBody,
  decodeConnBody,
  encodeConnBody,
} from "../body/json_body.ts";
import type { Link } from "./link.ts";
import type { ConnRequest, LinkSettings } from "./link_settings.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import { readU32 } from "../wire/wire_numbers.ts";

/** Seconds between heartbeats, by their code in the flags of a conn. */
const HEARTBEAT_SECONDS = [5, 20, 80, 320];

/**
 * The conn and its ack: writes and reads both, and notes on the link what the
 * two sides agreed on. A link keeps it until it is open. Source: docs/spec/wire.md §3.2, and docs/PROTOCOL.md for the features.
 */
export class Handshake {
  /** Milliseconds between heartbeats that the client announces. */
  heartbeatMs = 0;

  #idHi = 0;
  #idLo = 0;
  /** Features the peer offered. */
  #offered: readonly string[] = [];

  /**
   * Client: introduces us.
   *
   * @param link The connection.
   * @param meta Opaque bytes about us.
   * @param wantedId The id we would like; 0 is none.
   */
  sendConn(link: Link, meta: Uint8Array | undefined, wantedId: bigint): void {
    const { settings, outbox } = link;
    const { heartbeatSeconds, features } = settings;
    this.heartbeatMs = heartbeatSeconds * 1000;
    const body = encodeConnBody({
      meta,
      error: "",
      ext: [...features],
      window: features.includes(FEATURE_CREDIT)
        ? windowsOf(settings)
        : undefined,
    });
    const at = outbox.open(10 + body.length);
    const buf = outbox.buf;
    const code = HEARTBEAT_SECONDS.indexOf(heartbeatSeconds);
    buf[at] = CONN_FLAG_ACQUIRE_ID | (code << 4);
    buf[at + 1] = 0;
    link.writeId(
      at + 2,
      Number(wantedId >> 32n) >>> 0,
      Number(wantedId & 0xffffffffn),
    );
    buf.set(body, at + 10);
    this.#idHi = link.silentHi;
    this.#idLo = link.nextLo();
    const end = at + 10 + body.length;
    link.commitFrame(TYPE_CONN, this.#idHi, this.#idLo, end);
  }

  /**
   * Server: reads what a client says of itself.
   *
   * @param link The connection.
   * @param frame The conn.
   * @returns What the one who admits clients needs to know.
   * @throws {ProtocolError} If the body is malformed.
   */
  readConn(link: Link, frame: FrameReader): ConnRequest {
    const { buf, bodyStart } = frame;
    const fields = decodeConnBody(buf, bodyStart + 10, frame.bodyEnd);
    const flags = buf[bodyStart]!;
    this.heartbeatMs = HEARTBEAT_SECONDS[(flags >> 4) & 3]! * 1000;
    this.#idHi = frame.idHi;
    this.#idLo = frame.idLo;
    this.#offered = fields.ext;
    agree(link, fields);
    return {
      wantedHi: readU32(buf, bodyStart + 2),
      wantedLo: readU32(buf, bodyStart + 6),
      acquire: (flags & CONN_FLAG_ACQUIRE_ID) !== 0,
      meta: fields.meta,
    };
  }

  /**
   * Server: answers the conn, with the client id that the link has.
   *
   * @param link The connection.
   * @param code 0 admits, 1 refuses.
   * @param error Why it is refused.
   */
  sendAck(link: Link, code: number, error: string): void {
    const { settings, outbox } = link;
    const ext = settings.features.filter((feature) =>
      this.#offered.includes(feature) &&
      (feature !== FEATURE_CREDIT || link.credit)
    );
    const body = encodeConnBody({
      meta: undefined,
      error,
      ext,
      window: link.credit ? windowsOf(settings) : undefined,
    });
    const at = outbox.open(9 + body.length);
    outbox.buf[at] = code;
    link.writeId(at + 1, link.clientHi, link.clientLo);
    outbox.buf.set(body, at + 9);
    const end = at + 9 + body.length;
    link.commitFrame(TYPE_CONN_ACK, this.#idHi, this.#idLo, end);
  }

  /**
   * Client: reads the server's answer; the client id goes to the link.
   *
   * @param link The connection.
   * @param frame The ack.
   * @returns Why we are refused, empty when we are admitted, or `undefined`
   * when it answers another conn than ours.
   * @throws {ProtocolError} If the body is malformed.
   */
  readAck(link: Link, frame: FrameReader): string | undefined {
    if (frame.idHi !== this.#idHi || frame.idLo !== this.#idLo) return;
    const { buf, bodyStart } = frame;
    const fields = decodeConnBody(buf, bodyStart + 9, frame.bodyEnd);
    if (fields.error !== "" || buf[bodyStart] !== 0) {
      return fields.error || "refused";
    }
    link.clientHi = readU32(buf, bodyStart + 1);
    link.clientLo = readU32(buf, bodyStart + 5);
    agree(link, fields);
    return "";
  }
}

function windowsOf(settings: LinkSettings): [number, number] {
  return [initialWindow(settings), settings.connectionWindow];
}

/** Turns on what both sides have; a peer without any feature is an original one. */
function agree(link: Link, { ext, window }: ConnBody): void {
  if (ext.length === 0) return;
  const { features } = link.settings;
  const has = (feature: string) =>
    ext.includes(feature) && features.includes(feature);
  const credit = window !== undefined && has(FEATURE_CREDIT);
  link.negotiated((name) => name === FEATURE_CREDIT ? credit : has(name));
  if (!credit) return;
  link.peerSessionWindow = window[0];
  link.sendWindow = window[1];
  link.defaultSession.sendWindow = window[0];
  link.defaultSession.receiveWindow = initialWindow(link.settings);
}

/**
 * Tells what to do with a frame that comes before the connection is open. What
 * a hasty client sends before its ack is dropped, as Go peers do.
 *
 * @param asClient Whether we are the client.
 * @param initial Whether nothing was exchanged yet.
 * @param type Type of the frame.
 * @returns Whether it is the conn, or the ack, that we wait for; another is to
 * be dropped.
 * @throws {ProtocolError} If it must not come now.
 */
export function isAwaited(
  asClient: boolean,
  initial: boolean,
  type: number,
): boolean {
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

/**
 * What a peer said when it asked for a session.
 *
 * @module
 */

import { TYPE_SESSION_ACK } from "../wire/constants.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import { encodeSessionBody } from "../body/json_body.ts";
import type { Session } from "./session.ts";
import { readU32 } from "../wire/wire_numbers.ts";

const encode = (error: string) =>
  encodeSessionBody({ meta: undefined, error, peer: "" });
const ACCEPTED = encode("");

/**
 * The two ids of a session packet that its ack repeats. A session keeps it until
 * it has answered. Source: docs/spec/wire.md §4.2.
 */
export class SessionAsk {
  readonly #packetHi: number;
  readonly #packetLo: number;
  readonly #negotiateHi: number;
  readonly #negotiateLo: number;

  /**
   * Remembers the ids.
   *
   * @param frame The session packet.
   */
  constructor(frame: FrameReader) {
    this.#packetHi = frame.idHi;
    this.#packetLo = frame.idLo;
    this.#negotiateHi = readU32(frame.buf, frame.bodyStart + 2);
    this.#negotiateLo = readU32(frame.buf, frame.bodyStart + 6);
  }

  /**
   * Answers.
   *
   * @param session The session, under the id it got.
   * @param refusal Why it is refused; empty when it is not.
   */
  sendAck({ link, idHi, idLo }: Session, refusal: string): void {
    const body = refusal === "" ? ACCEPTED : encode(refusal);
    const at = link.outbox.open(18 + body.length);
    const buf = link.outbox.buf;
    buf[at] = buf[at + 1] = 0;
    link.writeId(at + 2, this.#negotiateHi, this.#negotiateLo);
    link.writeId(at + 10, idHi, idLo);
    buf.set(body, at + 18);
    const end = at + 18 + body.length;
    link.commitFrame(TYPE_SESSION_ACK, this.#packetHi, this.#packetLo, end);
  }
}

/**
 * What a peer said when it asked for a session.
 *
 * @module
 */

import { TYPE_SESSION_ACK } from "../wire/constants.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import { encodeSessionBody } from "../body/json_body.ts";
import type { LinkOutput, SessionId } from "./link_output.ts";
import { readU32 } from "../wire/wire_numbers.ts";

const encode = (error: string) =>
  encodeSessionBody({ meta: undefined, error, peer: "" });
const ACCEPTED = encode("");

/**
 * The two ids of a session packet that its ack repeats. A session keeps it until
 * it has answered. Source: docs/spec/wire.md §4.2.
 */
export class SessionAsk {
  /** Context of the trace the open belongs to; empty for none. */
  readonly trace: string;
  readonly #packetHi: number;
  readonly #packetLo: number;
  readonly #negotiateHi: number;
  readonly #negotiateLo: number;

  /**
   * Remembers the ids.
   *
   * @param frame The session packet.
   * @param trace Context of the trace it belongs to; empty for none.
   */
  constructor(frame: FrameReader, trace = "") {
    this.trace = trace;
    this.#packetHi = frame.idHi;
    this.#packetLo = frame.idLo;
    this.#negotiateHi = readU32(frame.buf, frame.bodyStart + 2);
    this.#negotiateLo = readU32(frame.buf, frame.bodyStart + 6);
  }

  /**
   * Answers.
   *
   * @param output Where frames are written.
   * @param session The session, under the id it got.
   * @param refusal Why it is refused; empty when it is not.
   */
  sendAck(output: LinkOutput, session: SessionId, refusal: string): void {
    const body = refusal === "" ? ACCEPTED : encode(refusal);
    const at = output.outbox.open(18 + body.length);
    const buf = output.outbox.buf;
    buf[at] = buf[at + 1] = 0;
    output.writeId(at + 2, this.#negotiateHi, this.#negotiateLo);
    output.writeId(at + 10, session.idHi, session.idLo);
    buf.set(body, at + 18);
    const end = at + 18 + body.length;
    output.commitFrame(TYPE_SESSION_ACK, this.#packetHi, this.#packetLo, end);
  }
}

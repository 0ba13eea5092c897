/**
 * The frames of NSQ.
 *
 * Source: the specification of the protocol at nsq.io, "TCP Protocol Spec", and
 * what nsqd 1.3.0 answers.
 *
 * @module
 */

/** First bytes of a connection. */
export const MAGIC = "  V2";
/** Type of a frame that answers. */
export const FRAME_RESPONSE = 0;
/** Type of a frame that says what is wrong. */
export const FRAME_ERROR = 1;
/** Largest frame of nsqd that a producer is sent, in bytes. */
const LARGEST = 1_048_576;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A frame of nsqd. */
export interface NsqFrame {
  /** Its type. */
  readonly type: number;
  /** Its text. */
  readonly text: string;
}

/**
 * @param line A command without the end of its line.
 * @param body Its body, if it has one.
 * @returns The bytes: the line, the length of the body in four bytes, the body.
 */
export function command(line: string, body?: Uint8Array): Uint8Array {
  const head = encoder.encode(`${line}\n`);
  if (body === undefined) return head;
  const bytes = new Uint8Array(head.length + 4 + body.length);
  bytes.set(head);
  new DataView(bytes.buffer).setUint32(head.length, body.length);
  bytes.set(body, head.length + 4);
  return bytes;
}

/**
 * @param topic A topic.
 * @param messages The data of messages, none empty.
 * @returns The command that publishes all of them or none.
 */
export function publishAll(
  topic: string,
  messages: readonly Uint8Array[],
): Uint8Array {
  const length = messages.reduce((sum, data) => sum + 4 + data.length, 4);
  const body = new Uint8Array(length);
  const view = new DataView(body.buffer);
  view.setUint32(0, messages.length);
  let at = 4;
  for (const data of messages) {
    view.setUint32(at, data.length);
    body.set(data, at + 4);
    at += 4 + data.length;
  }
  return command(`MPUB ${topic}`, body);
}

/** Cuts what nsqd sends into frames. */
export class NsqFrames {
  #rest: Uint8Array = new Uint8Array(0);

  /**
   * @param chunk What has arrived.
   * @returns The frames that are whole.
   * @throws {Error} If it is no frame of nsqd.
   */
  push(chunk: Uint8Array): NsqFrame[] {
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    const view = new DataView(bytes.buffer);
    const frames: NsqFrame[] = [];
    let at = 0;
    while (bytes.length - at >= 8) {
      const size = view.getUint32(at);
      if (size < 4 || size > LARGEST) {
        throw new Error(`Cannot read a frame of ${size} bytes: not nsqd`);
      }
      if (bytes.length - at < 4 + size) break;
      frames.push({
        type: view.getUint32(at + 4),
        text: decoder.decode(bytes.subarray(at + 8, at + 4 + size)),
      });
      at += 4 + size;
    }
    this.#rest = bytes.slice(at);
    return frames;
  }
}

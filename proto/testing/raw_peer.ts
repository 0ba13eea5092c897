/**
 * A peer that speaks frame by frame, for tests of one link.
 *
 * @module
 */

import { FrameReader } from "../wire/frame_reader.ts";
import { rawFrame } from "./raw_frame.ts";
import { seen, type SeenFrame } from "./recorder.ts";
import type { SimPort } from "./sim_network.ts";

/** Sits at the other end of a link's stream: sees its frames, sends any. */
export class RawPeer {
  /** Frames of the link so far. */
  readonly frames: SeenFrame[] = [];
  readonly #port: SimPort;
  readonly #reader = new FrameReader();

  /**
   * @param port The peer's end of the stream; no link is attached to it.
   */
  constructor(port: SimPort) {
    this.#port = port;
    port.discard = true;
    port.peer.tap = (bytes) => this.#take(bytes);
  }

  /** Types of the frames seen so far. */
  get types(): number[] {
    return this.frames.map((frame) => frame.type);
  }

  /**
   * Sends a frame.
   *
   * @param type Packet type.
   * @param id Packet id.
   * @param parts Payload.
   */
  send(
    type: number,
    id: bigint,
    ...parts: (Uint8Array | bigint | string)[]
  ): void {
    this.#port.inject(rawFrame(type, id, ...parts));
  }

  /**
   * Sends bytes.
   *
   * @param bytes The bytes.
   */
  sendBytes(bytes: Uint8Array): void {
    this.#port.inject(bytes);
  }

  /**
   * Finds a frame of the link.
   *
   * @param type Packet type.
   * @returns The last one of that type.
   * @throws {Error} If there is none.
   */
  last(type: number): SeenFrame {
    const frame = this.frames.findLast((one) => one.type === type);
    if (frame === undefined) {
      throw new Error(`Cannot find a frame of type 0x${type.toString(16)}`);
    }
    return frame;
  }

  #take(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const room = this.#reader.reserve();
      const part = bytes.subarray(at, at + room.length);
      room.set(part);
      at += part.length;
      this.#reader.commit(part.length);
      while (this.#reader.next()) this.frames.push(seen(this.#reader));
    }
  }
}

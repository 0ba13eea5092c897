/**
 * The side that asks for a target.
 *
 * @module
 */

import type { Stream } from "@frontier/endpoint";
import { after } from "@frontier/platform/internal";
import { codeOfWire, ForwardError } from "./forward_error.ts";
import {
  FORWARD_VERSION,
  OPEN,
  OPENED,
  REFUSED,
  sendControl,
} from "./frame.ts";
import { FrameReader } from "./frame_reader.ts";
import { breakOff, FramedStream } from "./framed_stream.ts";

/**
 * Asks the other side of a stream to connect it to one of its targets.
 *
 * @param stream A stream to an edge, fresh.
 * @param target Name of the target.
 * @param timeoutMs Milliseconds the answer may take.
 * @returns The connection.
 * @throws {ForwardError} If the target is refused, or the edge is no agent.
 * @throws {FrontierError} If the stream was cut.
 */
export async function openTarget(
  stream: Stream,
  target: string,
  timeoutMs: number,
): Promise<FramedStream> {
  let late = false;
  const giveUp = after(timeoutMs, () => {
    late = true;
    breakOff(stream);
  });
  const frames = new FrameReader(stream);
  try {
    const name = new TextEncoder().encode(target);
    // An agent that has no place left answers before it is asked, and closes.
    await sendControl(stream, OPEN, Uint8Array.of(FORWARD_VERSION), name)
      .catch(() => {});
    const { type, bytes } = await frames.next();
    if (type === OPENED) return new FramedStream(stream, frames);
    if (type === REFUSED) {
      throw new ForwardError(
        codeOfWire(bytes[0]),
        new TextDecoder().decode(bytes.subarray(1)),
      );
    }
    throw new ForwardError(
      "protocol",
      `The edge does not speak this protocol: it answered with a frame of type ${type}`,
    );
  } catch (error) {
    breakOff(stream);
    if (late) {
      throw new ForwardError(
        "no-answer",
        `The edge did not answer within ${
          Math.ceil(timeoutMs)
        } ms: is it an agent`,
      );
    }
    if (error instanceof ForwardError && error.code === "cut") {
      throw new ForwardError(
        "no-answer",
        "The edge ended the stream without an answer: is it an agent",
      );
    }
    throw error;
  } finally {
    giveUp();
  }
}

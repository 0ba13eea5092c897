/**
 * One side of a tunnel: datagrams of a local peer, over a stream that is opened
 * again whenever it ends.
 *
 * @module
 */

import type { Edge } from "@frontier/client";
import { errorText } from "../error_text.ts";
import { encodeFrame, readFrames } from "./frame.ts";
import { FrameWriter } from "./frame_writer.ts";
import type { Log } from "./log.ts";
import type { Udp, UdpAddress } from "./udp.ts";

const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 30_000;

/** What a tunnel needs to know. */
export interface TunnelOptions {
  /** Opens the streams. */
  readonly edge: Pick<Edge, "openStream">;
  /** Name of the router. */
  readonly service: string;
  /** What both sides of a tunnel agree on. */
  readonly pairId: string;
  /** Where datagrams go before the local peer has sent one. */
  readonly peer?: UdpAddress;
  /** Hears what happens. */
  readonly log: Log;
}

/** Carries datagrams until it is told to stop. */
export class Tunnel {
  readonly #options: TunnelOptions;
  #peer: UdpAddress | undefined;
  #writer: FrameWriter | undefined = undefined;

  /** @param options What it needs to know. */
  constructor(options: TunnelOptions) {
    this.#options = options;
    this.#peer = options.peer;
  }

  /**
   * The local peer has sent a datagram. It is lost while there is no stream.
   *
   * @param data The datagram.
   * @param from Where replies go from now on.
   */
  take(data: Uint8Array, from: UdpAddress): void {
    this.#peer = from;
    this.#writer?.send(data);
  }

  /**
   * Opens stream after stream.
   *
   * @param socket Sends to the local peer.
   * @param signal Stops it.
   */
  async run(socket: Pick<Udp, "send">, signal: AbortSignal): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      let reason = "EOF";
      try {
        await this.#carry(socket, () => pauseMs = FIRST_PAUSE_MS);
      } catch (error) {
        reason = errorText(error);
      }
      if (signal.aborted) return;
      this.#options.log(
        `stream closed: ${reason} (reconnect in ${pauseMs / 1_000}s)`,
      );
      await pause(pauseMs, signal);
      pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS);
    }
  }

  /** Carries datagrams over one stream, until it ends. */
  async #carry(socket: Pick<Udp, "send">, worked: () => void): Promise<void> {
    const { edge, service, pairId, log } = this.#options;
    await using stream = await edge.openStream(service);
    await stream.write(encodeFrame(new TextEncoder().encode(pairId)));
    log(`stream opened, pair-id=${JSON.stringify(pairId)} sent`);
    const began = performance.now();
    this.#writer = new FrameWriter(stream);
    try {
      for await (const data of readFrames(stream)) {
        worked();
        if (this.#peer !== undefined) socket.send(data, this.#peer);
      }
    } finally {
      this.#writer = undefined;
      // One that is turned away at once has not worked.
      if (performance.now() - began > LAST_PAUSE_MS) worked();
    }
  }
}

/** Waits, unless it is told to stop. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}

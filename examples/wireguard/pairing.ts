/**
 * Joins the streams of edges in pairs, by what their first frames say.
 *
 * @module
 */

import type { Stream } from "@frontier/client";
import { errorText } from "../error_text.ts";
import { readFrames } from "./frame.ts";
import { FrameWriter } from "./frame_writer.ts";
import type { Log } from "./log.ts";

/** What the router's flags say. */
export interface PairingOptions {
  /** How long a stream waits for its partner, in milliseconds. */
  readonly pairTimeoutMs: number;
  /** Longest pair id, in bytes. */
  readonly maxPairIdLength: number;
  /** Hears what happens. */
  readonly log: Log;
}

/** A stream, and the other end of its tunnel. */
interface Leg {
  readonly stream: Stream;
  readonly writer: FrameWriter;
  mate: Leg | undefined;
}

const decoder = new TextDecoder();

/** Pairs streams in the order of their arrival; a third one waits for a fourth. */
export class Pairing {
  readonly #options: PairingOptions;
  readonly #waiting = new Map<string, Leg>();

  /** @param options What the router's flags say. */
  constructor(options: PairingOptions) {
    this.#options = options;
  }

  /** How many streams wait for their partners. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Serves a stream until it ends.
   *
   * @param stream What an edge has opened.
   * @returns When it is closed. Never rejects.
   */
  async serve(stream: Stream): Promise<void> {
    const { pairTimeoutMs, log } = this.#options;
    const leg: Leg = {
      stream,
      writer: new FrameWriter(stream),
      mate: undefined,
    };
    let pairId: string | undefined;
    const timer = setTimeout(() => {
      if (leg.mate !== undefined) return;
      log(`stream ${stream.id}: pair-timeout on pair-id=${quote(pairId)}`);
      if (pairId !== undefined) this.#forget(pairId, leg);
      void stream.close();
    }, pairTimeoutMs);
    let failure: unknown;
    try {
      for await (const frame of readFrames(stream)) {
        // What comes before the partner is lost, as on a network without it.
        if (pairId !== undefined) leg.mate?.writer.send(frame);
        else if (this.#mayBeId(stream, frame)) {
          pairId = decoder.decode(frame);
          this.#enter(pairId, leg);
        } else break;
      }
    } catch (error) {
      failure = error;
    }
    clearTimeout(timer);
    if (pairId !== undefined) this.#forget(pairId, leg);
    else if (failure !== undefined) {
      log(`stream ${stream.id}: read pair-id: ${errorText(failure)}`);
    }
    this.#part(leg, failure);
    await stream.close();
  }

  #mayBeId(stream: Stream, { length }: Uint8Array): boolean {
    const { maxPairIdLength, log } = this.#options;
    if (length <= maxPairIdLength) return true;
    log(
      `stream ${stream.id}: pair-id too long (${length} > ${maxPairIdLength})`,
    );
    return false;
  }

  /** Joins it with the one that waits, or lets it wait. */
  #enter(pairId: string, leg: Leg): void {
    const { log } = this.#options;
    const { id } = leg.stream;
    log(`stream ${id}: pair-id=${quote(pairId)}`);
    const mate = this.#waiting.get(pairId);
    if (mate === undefined) {
      this.#waiting.set(pairId, leg);
      return;
    }
    this.#waiting.delete(pairId);
    leg.mate = mate;
    mate.mate = leg;
    log(
      `paired streams ${id} <-> ${mate.stream.id} on pair-id=${quote(pairId)}`,
    );
  }

  /** One that is gone waits no longer: the next would be joined with nobody. */
  #forget(pairId: string, leg: Leg): void {
    if (this.#waiting.get(pairId) === leg) this.#waiting.delete(pairId);
  }

  /** Its partner ends with it. */
  #part(leg: Leg, failure: unknown): void {
    const { mate } = leg;
    if (mate === undefined) return;
    leg.mate = undefined;
    mate.mate = undefined;
    const how = failure === undefined
      ? "closed cleanly"
      : `closed: ${errorText(failure)}`;
    this.#options.log(`bridge ${leg.stream.id}<->${mate.stream.id} ${how}`);
    void mate.stream.close();
  }
}

function quote(text: string | undefined): string {
  return JSON.stringify(text ?? "");
}

/**
 * The side that has the targets.
 *
 * @module
 */

import { describeError, type Logger } from "@frontier/platform/internal";
import type { Stream } from "@frontier/endpoint";
import { ForwardError, wireCode } from "./forward_error.ts";
import {
  CONTROL_BYTES,
  FORWARD_VERSION,
  OPEN,
  OPENED,
  REFUSED,
  sendControl,
} from "./frame.ts";
import { FrameReader } from "./frame_reader.ts";
import { breakOff, FramedStream } from "./framed_stream.ts";
import { relay, type RelayCount } from "./relay.ts";
import {
  connectSocket,
  type SocketConnection,
  socketProblem,
} from "./socket_connection.ts";
import { formatSocketAddress, type Targets } from "./target.ts";

/** Milliseconds the name of the target may take. */
const OPEN_MS = 10_000;
/** Milliseconds a local connection may take; whoever asked waits a little longer. */
const CONNECT_MS = 8_000;

/** What a {@linkcode TargetServer} is made of. */
export interface TargetServerOptions {
  /** What can be reached. */
  readonly targets: Targets;
  /** Connections at a time; more are refused. */
  readonly maxConnections: number;
  /** Hears of each connection. */
  readonly log: Logger;
}

/** Answers streams that ask for targets. Nothing else can be reached through it. */
export class TargetServer {
  /** Connections that were made. */
  accepted = 0;
  /** Requests that were refused. */
  refused = 0;
  /** What has passed. */
  readonly count: RelayCount = { sent: 0, received: 0 };
  #options: TargetServerOptions;
  #stopping = false;
  /** Streams that are served, each with what cuts its local connection. */
  readonly #open = new Map<Stream, () => void>();

  /** @param options What can be reached, and how much of it at a time. */
  constructor(options: TargetServerOptions) {
    this.#options = options;
  }

  /** Connections now, those included that are being made. */
  get connections(): number {
    return this.#open.size;
  }

  /** Names of what can be reached. */
  get names(): string[] {
    return [...this.#options.targets.keys()];
  }

  /**
   * Changes what can be reached; connections that are there stay.
   *
   * @param options What holds from now on.
   */
  configure(options: TargetServerOptions): void {
    this.#options = options;
  }

  /**
   * Serves one stream until it is over.
   *
   * @param stream One that was accepted; nobody else uses it.
   * @returns When it is over. Never rejects.
   */
  async serve(stream: Stream): Promise<void> {
    const { maxConnections } = this.#options;
    if (this.#stopping || this.#open.size >= maxConnections) {
      await this.#refuse(stream, undefined, this.#busy());
      return;
    }
    this.#open.set(stream, () => {});
    const timer = setTimeout(() => breakOff(stream), OPEN_MS);
    const frames = new FrameReader(stream);
    let target: string | undefined;
    try {
      const { type, bytes } = await frames.next();
      clearTimeout(timer);
      if (type !== OPEN) {
        throw new ForwardError(
          "protocol",
          `A stream has to begin with the name of a target, not with a frame of type ${type}`,
        );
      }
      target = this.#name(bytes);
      const local = await this.#connect(stream, target);
      this.#open.set(stream, () => local.reset());
      await this.#join(stream, frames, local, target);
    } catch (error) {
      await this.#refuse(stream, target, error);
    } finally {
      clearTimeout(timer);
      this.#open.delete(stream);
    }
  }

  /** Refuses what comes from now on; connections that are there stay. */
  stop(): void {
    this.#stopping = true;
  }

  /**
   * Ends all connections at once: when it returns, the local ones are reset, also
   * where the process ends in the same turn.
   */
  abort(): void {
    for (const [stream, cut] of this.#open) {
      breakOff(stream);
      cut();
    }
  }

  #busy(): ForwardError {
    if (this.#stopping) {
      return new ForwardError("busy", "This agent is stopping");
    }
    return new ForwardError(
      "busy",
      `This agent forwards ${this.#options.maxConnections} connections already: no more are allowed`,
    );
  }

  #name(bytes: Uint8Array): string {
    if (bytes[0] !== FORWARD_VERSION) {
      throw new ForwardError(
        "version",
        `This agent speaks version ${FORWARD_VERSION}, not ${
          bytes[0]
        }: update the older of both`,
      );
    }
    return new TextDecoder().decode(bytes.subarray(1));
  }

  /** Connects to a target, unless whoever has asked for it goes away meanwhile. */
  async #connect(stream: Stream, target: string): Promise<SocketConnection> {
    const { targets, log } = this.#options;
    const address = targets.get(target);
    if (address === undefined) {
      const known = this.names.join(", ");
      throw new ForwardError(
        "unknown-target",
        `This agent has no target "${target}": ${
          known === "" ? "it forwards nothing" : `it has ${known}`
        }`,
      );
    }
    const gone = new AbortController();
    const giveUp = () => gone.abort();
    this.#open.set(stream, giveUp);
    stream.closed.then(giveUp, giveUp);
    try {
      return await connectSocket(address, CONNECT_MS, gone.signal);
    } catch (cause) {
      if (gone.signal.aborted) {
        throw new ForwardError("cut", "The other side was lost", { cause });
      }
      const reason = socketProblem(cause);
      log.warn("Target cannot be reached", {
        peer: `target ${target}`,
        address: formatSocketAddress(address),
        reason,
      });
      throw new ForwardError(
        "unreachable",
        `The agent cannot connect to its target "${target}": ${reason}`,
        { cause },
      );
    }
  }

  async #join(
    stream: Stream,
    frames: FrameReader,
    local: SocketConnection,
    target: string,
  ): Promise<void> {
    const { log } = this.#options;
    const since = performance.now();
    this.accepted++;
    const peer = `target ${target}`;
    log.info("Forwarding", { peer, stream: stream.id });
    let reason: unknown;
    try {
      try {
        await sendControl(stream, OPENED);
      } catch (error) {
        local.reset();
        throw error;
      }
      await relay(local, new FramedStream(stream, frames), this.count);
    } catch (error) {
      reason = error;
    }
    log.info(reason === undefined ? "Forward ended" : "Forward was cut", {
      peer,
      stream: stream.id,
      seconds: Math.round(performance.now() - since) / 1000,
      ...(reason !== undefined && { error: describeError(reason) }),
    });
  }

  async #refuse(
    stream: Stream,
    target: string | undefined,
    error: unknown,
  ): Promise<void> {
    this.refused++;
    const refusal = error instanceof ForwardError ? error : undefined;
    this.#options.log.warn("Stream refused", {
      peer: target === undefined ? "stream" : `target ${target}`,
      stream: stream.id,
      error: describeError(error),
    });
    if (refusal === undefined || refusal.code === "cut") {
      breakOff(stream);
      return;
    }
    const text = new TextEncoder().encode(refusal.message)
      .subarray(0, CONTROL_BYTES - 1);
    const code = Uint8Array.of(wireCode(refusal.code));
    await sendControl(stream, REFUSED, code, text).catch(() => {});
    await stream.close();
  }
}

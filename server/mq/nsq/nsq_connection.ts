/**
 * A connection to nsqd.
 *
 * @module
 */

import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ClientTls } from "../client_tls.ts";
import {
  command,
  FRAME_ERROR,
  MAGIC,
  type NsqFrame,
  NsqFrames,
} from "./nsq_frames.ts";

/** Milliseconds between two heartbeats of nsqd. */
const HEARTBEAT_MS = 5_000;
/** Milliseconds of silence after which the connection counts as lost. */
const SILENCE_MS = HEARTBEAT_MS * 2.5;
/** Milliseconds that one answer may take. */
const ANSWER_MS = 8_000;
const HEARTBEAT = "_heartbeat_";

const encoder = new TextEncoder();

/** Where nsqd is, and how to get in. */
export interface NsqAddress {
  /** Its host. */
  readonly host: string;
  /** Its port. */
  readonly port: number;
  /** TLS; `undefined` for plain TCP. A server without TLS is not spoken to in clear text then. */
  readonly tls: ClientTls | undefined;
  /** What to say to the authorization server; empty for nothing. */
  readonly authSecret: string;
}

/**
 * One connection, ready to publish. Commands are answered in their order;
 * whatever goes wrong ends the connection, as nsqd itself does, and rejects what
 * is open.
 */
export class NsqConnection {
  /** Rejects when the connection is over; never resolves. */
  readonly lost: Promise<never>;
  readonly #over: (error: Error) => void;
  readonly #waiting: {
    resolve: (text: string) => void;
    reject: (error: Error) => void;
    at: number;
  }[] = [];
  #socket: Socket;
  #frames = new NsqFrames();
  #heardAt = performance.now();
  #ended = false;
  readonly #watch: ReturnType<typeof setInterval>;

  private constructor(socket: Socket) {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    this.lost = promise;
    this.#over = reject;
    this.#socket = socket;
    this.#listen(socket);
    this.#watch = setInterval(() => this.#look(), 500);
  }

  /**
   * Connects, and says who it is.
   *
   * @param address Where, and how.
   * @param signal Ends the attempt.
   * @returns The connection.
   * @throws {Error} If nsqd cannot be reached or does not let it in.
   */
  static async open(
    address: NsqAddress,
    signal: AbortSignal,
  ): Promise<NsqConnection> {
    const socket = connect({ host: address.host, port: address.port });
    socket.setNoDelay(true);
    const connection = new NsqConnection(socket);
    const stop = () => connection.end("gave up");
    signal.addEventListener("abort", stop);
    try {
      if (signal.aborted) stop();
      await connection.#introduce(address);
      return connection;
    } catch (error) {
      connection.end("cannot get in");
      throw error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /**
   * Sends a command that is answered.
   *
   * @param bytes The command.
   * @returns The text of the answer.
   * @throws {Error} If nsqd refuses it, does not answer, or the connection is lost.
   */
  ask(bytes: Uint8Array): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    if (this.#ended) return Promise.race([this.lost, promise]);
    this.#waiting.push({ resolve, reject, at: performance.now() });
    this.#socket.write(bytes);
    return promise;
  }

  /**
   * Ends the connection; what is open is rejected.
   *
   * @param problem Why.
   */
  end(problem: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#watch);
    const error = new Error(problem);
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    this.#over(error);
    this.#socket.destroy();
  }

  async #introduce({ host, tls, authSecret }: NsqAddress): Promise<void> {
    const identify = encoder.encode(JSON.stringify({
      client_id: "frontier",
      hostname: "frontier",
      user_agent: "frontier-deno",
      feature_negotiation: true,
      heartbeat_interval: HEARTBEAT_MS,
      tls_v1: tls !== undefined,
    }));
    this.#socket.write(encoder.encode(MAGIC));
    const features = readFeatures(
      await this.ask(command("IDENTIFY", identify)),
    );
    if (tls !== undefined) {
      if (features.tls_v1 !== true) {
        throw new Error("nsqd has no TLS, and nothing is sent in clear text");
      }
      await this.#secure(host, tls);
    }
    if (authSecret === "") {
      if (features.auth_required === true) {
        throw new Error("nsqd wants authorization: set auth_secret");
      }
      return;
    }
    await this.ask(command("AUTH", encoder.encode(authSecret)));
  }

  /** Goes on over TLS on the same connection; nsqd says OK inside of it. */
  async #secure(host: string, tls: ClientTls): Promise<void> {
    const plain = this.#socket;
    plain.removeAllListeners("data");
    const secure = connectTls({
      socket: plain,
      ...tls,
      ...(/^[\d.:]+$/.test(host) ? {} : { servername: host }),
    });
    this.#socket = secure;
    this.#frames = new NsqFrames();
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#waiting.push({ resolve, reject, at: performance.now() });
    this.#listen(secure);
    await promise;
  }

  #listen(socket: Socket): void {
    socket.on("data", (chunk: Uint8Array) => this.#hear(chunk));
    socket.on("error", (error) => this.end(error.message));
    socket.on("close", () => this.end("connection lost"));
  }

  #hear(chunk: Uint8Array): void {
    this.#heardAt = performance.now();
    try {
      for (const frame of this.#frames.push(chunk)) this.#take(frame);
    } catch (error) {
      this.end((error as Error).message);
    }
  }

  #take({ type, text }: NsqFrame): void {
    if (text === HEARTBEAT) {
      this.#socket.write(command("NOP"));
      return;
    }
    const waiting = this.#waiting.shift();
    if (type !== FRAME_ERROR) {
      waiting?.resolve(text);
      return;
    }
    const error = new NsqRefusal(text);
    waiting?.reject(error);
    // nsqd closes after every error, and answers nothing that came behind it.
    this.end(text);
  }

  /** A frozen nsqd closes nothing. */
  #look(): void {
    const now = performance.now();
    if (now - this.#heardAt > SILENCE_MS) this.end("no heartbeat");
    const [oldest] = this.#waiting;
    if (oldest !== undefined && now - oldest.at > ANSWER_MS) {
      this.end(`no answer within ${ANSWER_MS} ms`);
    }
  }
}

/** nsqd has read a command and refused it: nothing of it was done. */
export class NsqRefusal extends Error {
  /** Always `NsqRefusal`. */
  override readonly name = "NsqRefusal";
}

function readFeatures(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`Cannot understand what nsqd offers: ${text.slice(0, 80)}`);
  }
}

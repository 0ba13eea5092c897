/**
 * TLS as a server.
 *
 * @module
 */

import { createServer } from "node:tls";
import { Timer } from "@frontier/proto";
import { describeError } from "../describe_error.ts";
import type { Logger } from "../log/mod.ts";
import { systemTimers } from "../system_timers.ts";
import { TURN_CLOCK } from "../turn_clock.ts";
import { whenAborted } from "../when_aborted.ts";
import { AnswerTurns } from "./answer_turns.ts";
import {
  readServerIdentity,
  type ServerIdentity,
  type TlsServerOptions,
} from "./credentials.ts";
import { FirstWords } from "./first_words.ts";
import { TlsHandshakeError } from "./handshake_error.ts";
import { HandshakePlaces } from "./places.ts";
import { type HandshakeOptions, TlsTransport } from "./transport.ts";
import { addressGroup, closeTransport, type Transport } from "../transport.ts";

/** First byte of every client: a record that carries a handshake. */
const HANDSHAKE_RECORD = 0x16;
/** Bytes that are kept of a client which waits for a place. Clients say less, and very many may wait. */
const KEPT_WAITING = 4_096;
/** Bytes that are kept of a client which has a place and waits for its answer; more than its first record. */
const KEPT_IN_PLACE = 20_480;

/** What bounds the handshakes of a {@linkcode TlsServer}. */
export interface TlsServerBounds {
  /**
   * Handshakes under way at most. When all places are taken, addresses are
   * served in turn. Protects the memory.
   * @default 1024
   */
  maxHandshakes?: number;
}

/** What a client waits for. */
interface Places<P> {
  enter(address: string, onGranted: () => void, onEvicted: () => void): P;
  leave(place: P): void;
}

/** A client that asks for a place. */
interface Waiting {
  readonly raw: Transport;
  /** Ends its handshake. */
  readonly stop: AbortController;
  readonly words: FirstWords;
  /** Bytes that are kept of it while it waits. */
  readonly keep: number;
}

/**
 * Speaks TLS 1.2 or newer with clients, over connections that are handed to it.
 *
 * A client that stays silent holds no place: it asks for one with its first
 * byte. One that ends its connection gives it back at once, and one that has gone
 * while it waited for its turn is not answered.
 */
export class TlsServer {
  readonly #options: TlsServerOptions;
  readonly #log: Logger;
  readonly #places: HandshakePlaces;
  /** Those of them that are to be answered. */
  readonly #answers: AnswerTurns<ReturnType<typeof setTimeout>>;
  #identity: ServerIdentity;

  private constructor(
    options: TlsServerOptions & TlsServerBounds,
    identity: ServerIdentity,
    log: Logger,
  ) {
    this.#options = options;
    this.#identity = identity;
    this.#log = log;
    this.#places = new HandshakePlaces(
      options.maxHandshakes ?? 1024,
      systemTimers,
    );
    this.#answers = new AnswerTurns(
      TURN_CLOCK,
      (address) => this.#places.heldBy(address),
    );
  }

  /**
   * Reads certificates.
   *
   * @param options Where they are, and bounds.
   * @param log Where skipped files are named.
   * @returns The server.
   * @throws {Error} If no certificate can be used, or a CA file cannot be read.
   */
  static async read(
    options: TlsServerOptions & TlsServerBounds,
    log: Logger,
  ): Promise<TlsServer> {
    return new TlsServer(
      options,
      await readServerIdentity(options, log),
      log,
    );
  }

  /** Handshakes under way. */
  get handshakes(): number {
    return this.#places.taken;
  }

  /**
   * Reads the files anew, for the connections to come; those that stand are
   * not touched. A certificate that cannot be used leaves the old one of its
   * place in use; all others are replaced, in one step.
   *
   * @returns When the new certificates are in use.
   * @throws {Error} If some cannot be used; the message names them.
   */
  async reload(): Promise<void> {
    const identity = await readServerIdentity(
      this.#options,
      this.#log,
      this.#identity,
    );
    this.#identity = identity;
    if (identity.kept.length > 0) {
      throw new Error(
        `Cannot use all certificates anew: ${
          identity.kept.join("; ")
        }; the old ones in their place stay in use`,
      );
    }
  }

  /**
   * Shakes hands with a client.
   *
   * @param raw The connection. Closed on failure, unless the client speaks no
   * TLS: whoever called may have another use for it then.
   * @param timeoutMs Milliseconds until the handshake must be done.
   * @param signal Gives up when aborted.
   * @returns The connection inside TLS.
   * @throws {TlsHandshakeError} If they do not come to terms in time.
   */
  async secure(
    raw: Transport,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<Transport> {
    const stop = new AbortController();
    const give = (kind: TlsHandshakeError["kind"], text: string) =>
      stop.abort(new TlsHandshakeError(kind, text));
    const onAbort = () => give("stopped", describeError(signal!.reason));
    if (signal?.aborted) onAbort();
    const leave = signal && whenAborted(signal, onAbort);
    const timer = new Timer(() =>
      give("late", `Nothing came of it within ${timeoutMs} ms`)
    );
    systemTimers.set(timer, systemTimers.now() + timeoutMs);
    try {
      const words = new FirstWords(raw);
      await words.begin(stop.signal);
      if (words.bytes[0] !== HANDSHAKE_RECORD) {
        throw new TlsHandshakeError(
          "plain",
          "The client speaks no TLS",
          words.bytes,
        );
      }
      return await this.#inPlace(
        this.#places,
        { raw, stop, words, keep: KEPT_WAITING },
        async () => {
          // A client that stops in the middle of its first words costs no more
          // than their memory.
          await words.complete(stop.signal);
          return await this.#inPlace(
            this.#answers,
            { raw, stop, words, keep: KEPT_IN_PLACE },
            (onAnswer) =>
              this.#handshake(raw, {
                signal: stop.signal,
                first: words.bytes,
                ahead: words.ahead,
                onAnswer,
              }),
          );
        },
      );
    } catch (error) {
      if (!(error instanceof TlsHandshakeError && error.kind === "plain")) {
        closeTransport(raw);
      }
      throw TlsHandshakeError.from(error);
    } finally {
      systemTimers.clear(timer);
      leave?.();
    }
  }

  /** Does something while holding a place, which it may give back before. */
  async #inPlace<T, P extends { readonly granted: boolean }>(
    places: Places<P>,
    { raw, stop, words, keep }: Waiting,
    action: (leave: () => void) => Promise<T>,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => reject(stop.signal.reason);
    stop.signal.addEventListener("abort", onAbort);
    const place = places.enter(
      addressGroup(raw.remoteAddr),
      resolve,
      () =>
        stop.abort(
          new TlsHandshakeError("crowded", "Others wait for its place"),
        ),
    );
    // One that is served at once is not listened to meanwhile.
    const unwatch = place.granted
      ? undefined
      : words.watch((error) => stop.abort(error), keep);
    try {
      await promise;
      unwatch?.();
      return await action(() => places.leave(place));
    } finally {
      unwatch?.();
      places.leave(place);
      stop.signal.removeEventListener("abort", onAbort);
    }
  }

  #handshake(
    raw: Transport,
    options: HandshakeOptions,
  ): Promise<TlsTransport> {
    const identity = this.#identity;
    const { clients } = identity;
    if (clients?.authorities.length === 0) {
      // Without a list of its own the runtime would ask the system's.
      throw new Error("No authority can vouch for the client");
    }
    return TlsTransport.handshake(raw, (carrier, onReady, onError) => {
      // A server of its own for each connection tells whose the events are.
      // It never listens. Verifying clients is its work, not the socket's.
      const server = createServer({
        SNICallback: (name, done) => done(null, identity.contextFor(name)),
        requestCert: clients !== undefined,
        rejectUnauthorized: true,
        minVersion: "TLSv1.2",
        // None: the signal ends it. A timer of the runtime would keep all there
        // is of a client that has gone, some 50 KB, until its time is over.
        handshakeTimeout: -1,
      });
      server.once("tlsClientError", onError);
      server.once("secureConnection", (socket) => {
        try {
          clients?.check(socket);
          onReady(socket, clients !== undefined);
        } catch (error) {
          onError(TlsHandshakeError.from(error));
        }
      });
      server.emit("connection", carrier);
    }, options);
  }
}

/**
 * An RTMP server whose connections are streams.
 *
 * @module
 */

import Context from "node-media-server/src/core/context.js";
import logger from "node-media-server/src/core/logger.js";
import type { StreamSocket } from "../stream_socket.ts";
import { guardedSession, type Session } from "./guarded_session.ts";

/** Bytes that may wait for a player that reads too slowly. */
const MAX_WAITING = 16_777_216;
const LOOK_MS = 1_000;

/** Speaks RTMP over sockets that it is handed. It runs once per process, as the library does. */
export class MediaServer implements Disposable {
  readonly #sockets = new Set<StreamSocket>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #print: (line: string) => void;

  /** @param print Shows what is published and played. */
  constructor(print: (line: string) => void) {
    this.#print = print;
    // It has a line for nearly each byte that it does not understand.
    logger.log = () => {};
    this.#timer = setInterval(() => this.#dropSlow(), LOOK_MS);
    const { eventEmitter: events } = Context;
    events.on("prePlay", (session: Session) => {
      print(session.streamPath);
      // Nobody publishes there: the player need not wait.
      if (session.broadcast.publisher === null) session.close();
    });
    events.on("postPublish", (session: Session) => {
      if (session.broadcast.publisher !== null) {
        print(`> publish ${session.streamPath} refused: there is one already`);
        return;
      }
      // Those who play it end with it, instead of waiting for its return.
      session.broadcast.publishGraceMs = 0;
      print(`> publish ${session.streamPath}`);
    });
    events.on("donePublish", (session: Session) => {
      print(`> publish ${session.streamPath} ends`);
      for (const player of session.broadcast.subscribers.values()) {
        player.close();
      }
    });
  }

  /**
   * Serves one publisher or player.
   *
   * @param socket Its connection.
   */
  serve(socket: StreamSocket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    const session = guardedSession(socket, this.#print);
    Context.sessions.set(session.id, session);
    session.run();
  }

  /** Ends all connections. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
  }

  /** The library writes whether its players read or not. */
  #dropSlow(): void {
    for (const socket of this.#sockets) {
      if (socket.writableLength > MAX_WAITING) socket.destroy();
    }
  }
}

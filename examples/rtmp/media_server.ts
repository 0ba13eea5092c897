/**
 * An RTMP server whose connections are streams.
 *
 * @module
 */

import Context from "node-media-server/src/core/context.js";
import logger from "node-media-server/src/core/logger.js";
import RtmpSession from "node-media-server/src/session/rtmp_session.js";
import type { StreamSocket } from "../stream_socket.ts";

/** What is used of the library's sessions. */
interface Session {
  readonly id: string;
  readonly streamPath: string;
  readonly broadcast: Broadcast;
  run(): void;
  close(): void;
}

/** What is used of the library's channels: a publisher and those who play it. */
interface Broadcast {
  publisher: Session | null;
  publishGraceMs: number;
  readonly subscribers: ReadonlyMap<string, Session>;
}

/** Bytes that may wait for a player that reads too slowly. */
const MAX_WAITING = 16_777_216;
const LOOK_MS = 1_000;

/** Speaks RTMP over sockets that it is handed. It runs once per process, as the library does. */
export class MediaServer implements Disposable {
  readonly #sockets = new Set<StreamSocket>();
  readonly #timer: ReturnType<typeof setInterval>;

  /** @param print Shows what is published and played. */
  constructor(print: (line: string) => void) {
    logger.level = "warn";
    this.#timer = setInterval(() => this.#dropSlow(), LOOK_MS);
    const { eventEmitter: events } = Context;
    events.on("prePlay", (session: Session) => {
      print(session.streamPath);
      // Nobody publishes there: the player need not wait.
      if (session.broadcast.publisher === null) session.close();
    });
    events.on("postPublish", (session: Session) => {
      if (session.broadcast.publisher !== null) return;
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
    const session: Session = new RtmpSession(socket);
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

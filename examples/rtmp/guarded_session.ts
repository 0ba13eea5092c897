/**
 * Sessions of the library that hold against any peer: what is no RTMP ends its
 * own connection, not the program.
 *
 * @module
 */

import RtmpSession from "node-media-server/src/session/rtmp_session.js";
import type { StreamSocket } from "../stream_socket.ts";

/** What is used of the library's sessions. */
export interface Session {
  readonly id: string;
  readonly ip: string;
  readonly streamPath: string;
  readonly broadcast: Broadcast;
  readonly rtmp: Parser;
  onConnect(request: { readonly app: string; readonly name: string }): void;
  onPacket(packet: unknown): void;
  onData(data: Uint8Array): void;
  run(): void;
  close(): void;
}

/** What is used of the library's channels: a publisher and those who play it. */
export interface Broadcast {
  publisher: Session | null;
  publishGraceMs: number;
  readonly subscribers: ReadonlyMap<string, Session>;
}

/** What is used of the library's parser: messages arrive in pieces, on several channels at a time. */
interface Parser {
  readonly inPackets: ReadonlyMap<number, unknown>;
  readonly parserPacket: { readonly header: { readonly length: number } };
  packetAlloc(): void;
}

/** Largest message in bytes: a key frame of 4K video has about 2 MiB. */
const MAX_MESSAGE = 4_194_304;
/** Channels of one connection, each of which may hold a message; cameras use five. */
const MAX_CHANNELS = 16;

/**
 * Makes a session; `run` begins it.
 *
 * @param socket Its connection.
 * @param print Shows why it is ended.
 * @returns The session.
 */
export function guardedSession(
  socket: StreamSocket,
  print: (line: string) => void,
): Session {
  const session: Session = new RtmpSession(socket);
  const { rtmp, onConnect, onPacket, onData } = session;
  const packetAlloc = rtmp.packetAlloc.bind(rtmp);
  // The library reserves memory for what is only announced.
  rtmp.packetAlloc = () => {
    const { length } = rtmp.parserPacket.header;
    if (length > MAX_MESSAGE) throw new Error(`a message of ${length} bytes`);
    if (rtmp.inPackets.size > MAX_CHANNELS) throw new Error("many channels");
    packetAlloc();
  };
  // Of several paths only the last one would be free again in the end.
  session.onConnect = (request) => {
    if (session.streamPath !== "") throw new Error("a second path");
    onConnect(request);
    if (session.streamPath === "") throw new Error("a path of other letters");
  };
  // Players, and publishers that were turned away, have nothing to say.
  session.onPacket = (packet) => {
    if (session.broadcast.publisher === session) onPacket(packet);
  };
  session.onData = (data) => {
    try {
      onData(data);
    } catch (error) {
      const reason = error instanceof Error ? error.message : error;
      print(`> ${socket.remoteAddress} is ended: ${reason}`);
      socket.destroy();
    }
  };
  return session;
}

/**
 * Local connections over TCP and Unix sockets.
 *
 * By `node:net`, not by `Deno.connect`: only it can reset a connection, and a
 * client whose forward was cut must not take that for the end of the bytes.
 *
 * @module
 */

import { connect as dial, type Socket } from "node:net";
import type { HalfCloseable } from "./connection.ts";
import { ReadBuffer } from "./read_buffer.ts";

/** Milliseconds of silence after which the system asks whether the other side is there. */
const KEEP_ALIVE_MS = 60_000;

/** A socket of the system, one direction of which may be closed. */
export class SocketConnection implements HalfCloseable {
  /** @inheritdoc */
  readonly lost: Promise<Error>;
  readonly #socket: Socket;
  readonly #buffer: ReadBuffer | undefined;
  #ended = false;
  #lose!: (error: Error) => void;
  #error: Error | undefined = undefined;
  #wakeReader: (() => void) | undefined = undefined;
  #failWrite: ((error: Error) => void) | undefined = undefined;

  /**
   * @param socket A connected one that allows half-open connections; nobody else
   * uses it.
   * @param buffer What it reads into, if it was dialled with one.
   */
  constructor(socket: Socket, buffer?: ReadBuffer) {
    this.#socket = socket;
    this.#buffer = buffer;
    this.lost = new Promise((resolve) => this.#lose = resolve);
    socket.setNoDelay(true);
    // A client that has vanished without a word is not kept for ever.
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    if (buffer === undefined) socket.on("readable", () => this.#wake());
    else buffer.onBytes = () => this.#wake();
    socket.on("end", () => {
      this.#ended = true;
      this.#wake();
    });
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#onClose());
  }

  /** @inheritdoc */
  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const bytes: Uint8Array | null = this.#buffer === undefined
        ? this.#socket.read()
        : this.#buffer.take();
      if (bytes !== null) return bytes;
      if (this.#ended) return null;
      if (this.#error !== undefined) throw this.#error;
      const woken = new Promise<void>((resolve) => this.#wakeReader = resolve);
      // What was taken is done with: the next read may overwrite it.
      if (this.#buffer !== undefined) this.#socket.resume();
      await woken;
    }
  }

  /** @inheritdoc */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      this.#failWrite = reject;
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve());
    });
  }

  /** @inheritdoc */
  end(): Promise<void> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      this.#failWrite = reject;
      this.#socket.end((error?: Error) => error ? reject(error) : resolve());
    });
  }

  /** @inheritdoc */
  close(): Promise<void> {
    this.#socket.destroySoon();
    return Promise.resolve();
  }

  /** @inheritdoc */
  reset(): void {
    // A Unix socket knows no reset: its end has to do.
    if (this.#socket.remoteAddress === undefined) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  #onClose(): void {
    const error = new Error("The connection was reset");
    if (this.#ended && this.#socket.writableFinished) this.#error ??= error;
    else this.#fail(error);
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#lose(this.#error);
    this.#failWrite?.(this.#error);
    this.#wake();
  }

  #wake(): void {
    const wake = this.#wakeReader;
    this.#wakeReader = undefined;
    wake?.();
  }
}

/** Where a socket leads: a port, or a path of this machine. */
export type SocketAddress =
  | { readonly hostname: string; readonly port: number }
  | { readonly path: string };

/**
 * Connects to a socket.
 *
 * @param address Where to.
 * @param timeoutMs Milliseconds it may take.
 * @param signal Gives up.
 * @returns The connection.
 * @throws {Error} If it cannot be made in time.
 */
export function connectSocket(
  address: SocketAddress,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<SocketConnection> {
  return new Promise((resolve, reject) => {
    const buffer = new ReadBuffer();
    const { onread } = buffer;
    const socket = "path" in address
      ? dial({ path: address.path, allowHalfOpen: true, onread })
      : dial({
        host: address.hostname,
        port: address.port,
        allowHalfOpen: true,
        onread,
      });
    const fail = (error: Error) => {
      socket.destroy();
      settled();
      reject(error);
    };
    const giveUp = () => fail(new Error("nobody waits for it any more"));
    const timer = setTimeout(
      () => fail(new Error(`no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const settled = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
    };
    signal.addEventListener("abort", giveUp);
    socket.once("error", fail);
    socket.once("connect", () => {
      settled();
      resolve(new SocketConnection(socket, buffer));
    });
  });
}

/**
 * Says in words of the field why a socket could not be connected.
 *
 * @param error What the attempt ended with.
 * @returns The reason, without the address.
 */
export function socketProblem(error: unknown): string {
  const { code, name, message } = error as Error & { code?: string };
  if (name === "NotCapable") return "the runtime has no permission for it";
  switch (code) {
    case "ECONNREFUSED":
      return "connection refused";
    case "ENOENT":
      return "there is no such socket";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "the host name cannot be resolved";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "the host cannot be reached";
    case "EMFILE":
    case "ENFILE":
      return "no file descriptors are left, raise the limit of open files or allow fewer connections";
    case "ETIMEDOUT":
      return "no answer in time";
    default:
      return message.split("\n")[0]!;
  }
}

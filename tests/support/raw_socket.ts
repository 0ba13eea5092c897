/** A peer of the gateway that is nothing but a socket: it sends what it is told, from the address it is told. */

import { connect, type Socket } from "node:net";
import { rawFrame } from "../../proto/testing/raw_frame.ts";

const HEADER = 14;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** The end of a body as Go peers write it. */
const UNSET =
  `"deadline":"0001-01-01T00:00:00Z","context":{"deadline":"0001-01-01T00:00:00Z"}}`;

/** A frame that came. */
export interface RawFrame {
  /** Packet type. */
  readonly type: number;
  /** Packet id. */
  readonly id: bigint;
  /** Its payload; a view that is valid during the call. */
  readonly payload: Uint8Array;
  /** The session it names, where its type has one. */
  readonly session: bigint;
}

/** How a {@linkcode RawSocket} connects. */
export interface RawSocketOptions {
  /**
   * The address it comes from.
   * @default "127.0.0.1"
   */
  readonly from?: string;
  /** Hears every frame. */
  readonly onFrame?: (frame: RawFrame) => void;
  /** Hears all bytes of a connection that speaks another protocol. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}

/** How a {@linkcode RawSocket} says who it is. */
export interface HelloOptions {
  /** What it says of itself; sent in base64. */
  readonly meta?: string;
  /** Extensions it offers. */
  readonly ext?: readonly string[];
  /** Bytes it grants at first, with `credit`. */
  readonly window?: readonly [session: number, connection: number];
}

/** One connection. Whatever happens to it, sending never throws: attackers are meant to be thrown out. */
export class RawSocket implements Disposable {
  /** Whether the connection is over. */
  closed = false;
  /** Frames that came, by type. */
  readonly seen: Map<number, number> = new Map();
  /** Bytes that came. */
  bytesRead = 0;
  /** Hears every frame. */
  onFrame: ((frame: RawFrame) => void) | undefined;
  /** Bytes it may send at first, per session and in all; none without `credit`. */
  window: readonly [session: number, connection: number] = [Infinity, Infinity];
  readonly #socket: Socket;
  /** Parts of a frame that has not come completely. */
  #parts: Uint8Array[] = [];
  #held = 0;
  /** Bytes of it that are needed before it is worth a look. */
  #needed = HEADER;
  #wake: (() => void)[] = [];
  #id = 100n;

  private constructor(socket: Socket, options: RawSocketOptions) {
    this.#socket = socket;
    this.onFrame = options.onFrame;
    const { onBytes } = options;
    socket.on("data", (chunk: Uint8Array) => {
      if (onBytes === undefined) this.#take(chunk);
      else {
        this.bytesRead += chunk.length;
        onBytes(chunk);
      }
    });
    socket.on("error", () => this.#end());
    socket.on("close", () => this.#end());
    socket.on("drain", () => this.#stir());
  }

  /**
   * Connects without a word.
   *
   * @param port Where to.
   * @param options From where.
   * @returns The socket.
   */
  static async dial(
    port: number,
    options: RawSocketOptions = {},
  ): Promise<RawSocket> {
    const socket = connect({
      host: "127.0.0.1",
      port,
      localAddress: options.from ?? "127.0.0.1",
    });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", () => resolve());
      socket.once("error", reject);
    });
    socket.setNoDelay(true);
    return new RawSocket(socket, options);
  }

  /** @returns A packet id that was not used before. */
  nextId(): bigint {
    return ++this.#id;
  }

  /**
   * Says who it is.
   *
   * @param options What it says.
   * @returns The conn frame.
   */
  static hello(options: HelloOptions = {}): Uint8Array {
    const { meta, ext, window } = options;
    const body = JSON.stringify({
      meta: meta === undefined ? undefined : encoder.encode(meta).toBase64(),
      ext,
      window,
    });
    return rawFrame(0x01, 1n, new Uint8Array([0x18, 0]), 0n, body);
  }

  /**
   * Says who it is and waits until it may come in.
   *
   * @param options What it says.
   * @returns Whether it was admitted.
   */
  async admit(options: HelloOptions = {}): Promise<boolean> {
    let admitted = false;
    const { onFrame } = this;
    this.onFrame = (frame) => {
      if (frame.type === 0x02) {
        admitted = frame.payload[0] === 0;
        const body = JSON.parse(textOf(frame.payload.subarray(9)) || "{}");
        this.window = body.window ?? this.window;
      }
      onFrame?.(frame);
    };
    await this.send(RawSocket.hello(options));
    await this.until(() => (this.seen.get(0x02) ?? 0) > 0);
    this.onFrame = onFrame;
    return admitted;
  }

  /**
   * Sends bytes.
   *
   * @param bytes What to send; it must not change afterwards.
   * @param patienceMs Longest wait until the kernel has taken them.
   * @returns Whether it has.
   */
  async send(bytes: Uint8Array, patienceMs = 60_000): Promise<boolean> {
    if (this.closed) return false;
    if (this.#socket.write(bytes)) return true;
    return await this.until(
      () => this.#socket.writableLength === 0,
      patienceMs,
    );
  }

  /** Reads nothing any more. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  resume(): void {
    this.#socket.resume();
  }

  /**
   * Waits for something that frames, the end or room to write bring about.
   *
   * @param holds What for.
   * @param patienceMs Longest wait.
   * @returns Whether it holds.
   */
  async until(holds: () => boolean, patienceMs = 60_000): Promise<boolean> {
    const end = performance.now() + patienceMs;
    while (!holds()) {
      const left = end - performance.now();
      if (this.closed || left <= 0) return holds();
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        timer = setTimeout(resolve, Math.min(left, 100));
      });
      clearTimeout(timer);
    }
    return true;
  }

  /** Sends nothing any more, and reads on. */
  end(): void {
    this.#socket.end();
  }

  /** Hangs up. */
  [Symbol.dispose](): void {
    this.#socket.destroy();
    this.#end();
  }

  #take(chunk: Uint8Array): void {
    this.bytesRead += chunk.length;
    this.#parts.push(chunk);
    this.#held += chunk.length;
    if (this.#held < this.#needed) return;
    const buf = this.#parts.length === 1 ? chunk : concat(this.#parts);
    const view = new DataView(buf.buffer, buf.byteOffset, buf.length);
    let at = 0;
    while (buf.length - at >= HEADER) {
      const end = at + HEADER + view.getUint32(at + 10);
      if (end > buf.length) {
        this.#needed = end - at;
        break;
      }
      const type = buf[at + 1]!;
      this.seen.set(type, (this.seen.get(type) ?? 0) + 1);
      this.onFrame?.({
        type,
        id: view.getBigUint64(at + 2),
        payload: buf.subarray(at + HEADER, end),
        session: end - at >= HEADER + 8 ? view.getBigUint64(at + HEADER) : 0n,
      });
      at = end;
    }
    this.#held = buf.length - at;
    if (this.#held < HEADER) this.#needed = HEADER;
    this.#parts = this.#held > 0 ? [buf.slice(at)] : [];
    this.#stir();
  }

  #end(): void {
    this.closed = true;
    this.#stir();
  }

  #stir(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** Frames that attackers send, and raw services. */
export const frames = {
  /** @returns A request. */
  request(id: bigint, method: string, value = "", session = 1n): Uint8Array {
    const data = value === "" ? "" : `"value":"${base64(value)}",`;
    return rawFrame(
      0x71,
      id,
      session,
      `{"key":"${base64(method)}",${data}${UNSET}`,
    );
  },
  /** @returns A message; without a topic one inside a stream. */
  message(id: bigint, topic: string, value = "", session = 1n): Uint8Array {
    const data = value === "" ? "" : `"value":"${base64(value)}",`;
    const to = topic === "" ? "" : `"topic":${JSON.stringify(topic)},`;
    return rawFrame(0x51, id, session, `{${data}${to}${UNSET}`);
  },
  /** @returns The wish for a session whose id the sender chooses. */
  open(id: bigint, session: bigint, peer: string, meta = ""): Uint8Array {
    const said = meta === "" ? "" : `"meta":"${meta}",`;
    return rawFrame(
      0x31,
      id,
      new Uint8Array(2),
      session,
      `{${said}"peer":${JSON.stringify(peer)}}`,
    );
  },
  /** @returns Raw bytes of a stream. */
  stream(session: bigint, data: Uint8Array): Uint8Array {
    return rawFrame(0x61, 1n, session, data);
  },
  /** @returns The end of a session. */
  dismiss(session: bigint): Uint8Array {
    return rawFrame(0x41, 1n, session, "{}");
  },
  /** @returns The answer to the end of a session. */
  dismissAck(id: bigint, session: bigint): Uint8Array {
    return rawFrame(0x42, id, session, "{}");
  },
  /** @returns The wish that a request be forgotten. */
  cancel(id: bigint, session = 1n): Uint8Array {
    return rawFrame(0x73, id, session, new Uint8Array([0, 1]));
  },
  /** @returns A sign of life. */
  heartbeat(): Uint8Array {
    return rawFrame(0x21, 1n);
  },
};

/**
 * @param parts Bytes.
 * @returns All of them in one piece.
 */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * @param count How many.
 * @param make Makes one.
 * @returns All of them in one piece.
 */
export function many(
  count: number,
  make: (index: number) => Uint8Array,
): Uint8Array {
  return concat(Array.from({ length: count }, (_, i) => make(i)));
}

/** @returns The text of a payload. */
export function textOf(payload: Uint8Array): string {
  return decoder.decode(payload);
}

function base64(text: string): string {
  return encoder.encode(text).toBase64();
}

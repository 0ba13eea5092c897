/**
 * The generator's sockets and its event loop.
 *
 * One thread, one {@linkcode Poller}: each {@linkcode Poller.turn} writes what has been queued, waits for the kernel, reads what has come
 * and hands whole frames to the sockets' handlers.
 *
 * @module
 */

import {
  EAGAIN,
  EINPROGRESS,
  EINTR,
  errno,
  IoVector,
  type Libc,
  libc,
  Pinned,
} from "./libc.ts";
import { type Cut, Intake } from "./intake.ts";

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const IPPROTO_IP = 0;
const IP_BIND_ADDRESS_NO_PORT = 24;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_MOD = 3;
const EPOLLIN = 1;
const EPOLLOUT = 4;
const EPOLLERR_OR_HUP = 0x18;

/** The kernel packs `struct epoll_event` on this one architecture only. */
const EVENT_SIZE = Deno.build.arch === "x86_64" ? 12 : 16;
const EVENT_DATA = Deno.build.arch === "x86_64" ? 4 : 8;
const MAX_EVENTS = 512;
/** Milliseconds to ask again and again before going to sleep. */
const SPIN_MS = 0.05;
/** Errors after which a call is repeated later. */
const RETRY: ReadonlySet<number> = new Set([EAGAIN, EINTR]);

/** What a socket's owner does with its traffic. */
export interface Handler {
  /**
   * Takes one whole frame.
   *
   * @param socket where it came from; the bytes are `socket.input[at..end)` and valid during this call.
   * @param type its packet type.
   * @param at offset of its header.
   * @param end offset after its payload.
   */
  frame(socket: Socket, type: number, at: number, end: number): void;
  /** Notices that the other side has closed. Not called after {@linkcode Socket.close}. */
  closed(socket: Socket): void;
  /** Everything queued has been written. Optional; for senders that never stop. */
  drained?(socket: Socket): void;
}

/** One connection of the generator. */
export class Socket {
  /** File descriptor. */
  readonly fd: number;
  /** A number for the owner. */
  tag = 0;
  /** Receives frames and the end. */
  handler: Handler;
  #poller: Poller;
  #c: Libc;
  #vector: IoVector;
  #intake: Intake<Pinned>;
  #inAddress: number;
  #inMemory: Pinned;
  #deliver: (type: number, at: number, end: number) => boolean;
  #out: Pinned;
  #outAddress: number;
  #outStart = 0;
  #outEnd = 0;
  #interest = EPOLLIN;
  #queued = false;
  #open = true;

  /** For {@linkcode Poller.dial}. */
  constructor(
    poller: Poller,
    fd: number,
    handler: Handler,
    inputSize: number,
    cut?: Cut,
  ) {
    this.fd = fd;
    this.handler = handler;
    this.#poller = poller;
    this.#c = libc();
    this.#vector = poller.vector;
    this.#intake = new Intake(inputSize, (size) => new Pinned(size), cut);
    this.#inMemory = this.#intake.memory;
    this.#inAddress = this.#inMemory.address;
    this.#deliver = (type, at, end) => {
      this.handler.frame(this, type, at, end);
      return this.#open;
    };
    this.#out = new Pinned(256);
    this.#outAddress = this.#out.address;
  }

  /** Received bytes. */
  get input(): Uint8Array {
    return this.#intake.memory.bytes;
  }

  /** Bytes to be sent. */
  get output(): Uint8Array {
    return this.#out.bytes;
  }

  /** Whether the connection is up, as far as known. */
  get open(): boolean {
    return this.#open;
  }

  /** Bytes queued and not yet taken by the kernel. */
  get pending(): number {
    return this.#outEnd - this.#outStart;
  }

  /**
   * Queues `size` bytes, to be filled in by the caller at once.
   *
   * @param size number of bytes.
   * @returns their offset in {@linkcode output}.
   */
  reserve(size: number): number {
    if (this.#outEnd + size > this.#out.bytes.length) this.#makeRoom(size);
    const at = this.#outEnd;
    this.#outEnd += size;
    this.touch();
    return at;
  }

  /**
   * Queues a copy of `bytes`.
   *
   * @param bytes whole frames.
   */
  write(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.#out.bytes.set(bytes, at);
  }

  /** Lists this socket for the next flush. */
  touch(): void {
    if (this.#queued || !this.#open) return;
    this.#queued = true;
    this.#poller.dirty.push(this);
  }

  #makeRoom(size: number): void {
    const held = this.#outEnd - this.#outStart;
    const old = this.#out;
    if (held + size > old.bytes.length) {
      this.#out = new Pinned(Math.max(old.bytes.length * 2, held + size));
      this.#outAddress = this.#out.address;
    }
    this.#out.bytes.set(old.bytes.subarray(this.#outStart, this.#outEnd), 0);
    this.#outStart = 0;
    this.#outEnd = held;
  }

  /** Writes as much of the queue as the kernel takes. */
  flush(): void {
    this.#queued = false;
    if (!this.#open) return;
    while (this.#outStart < this.#outEnd) {
      this.#vector.set(
        this.#outAddress + this.#outStart,
        this.#outEnd - this.#outStart,
      );
      const n = this.#c.writev(this.fd, this.#vector.pointer, 1);
      if (n < 0) {
        if (RETRY.has(errno())) this.#want(this.#interest | EPOLLOUT);
        else this.#ended();
        return;
      }
      this.#outStart += n;
    }
    this.#outStart = 0;
    this.#outEnd = 0;
    if ((this.#interest & EPOLLOUT) !== 0) {
      this.#want(this.#interest & ~EPOLLOUT);
    }
    this.handler.drained?.(this);
  }

  /** Stops reading. The kernel's buffer fills up, then the other side notices. */
  pause(): void {
    this.#want(this.#interest & ~EPOLLIN);
  }

  #want(events: number): void {
    if (events === this.#interest || !this.#open) return;
    this.#interest = events;
    this.#poller.control(EPOLL_CTL_MOD, this.fd, events);
  }

  /**
   * Handles what `epoll_wait` said about this socket.
   *
   * @param events its event bits.
   */
  ready(events: number): void {
    if ((events & EPOLLOUT) !== 0) this.flush();
    if (
      (events & (EPOLLIN | EPOLLERR_OR_HUP)) !== 0 &&
      (this.#interest & EPOLLIN) !== 0
    ) this.#read();
  }

  #read(): void {
    if (!this.#open) return;
    const intake = this.#intake;
    if (this.#inMemory !== intake.memory) {
      this.#inMemory = intake.memory;
      this.#inAddress = intake.memory.address;
    }
    this.#vector.set(this.#inAddress + intake.end, intake.room);
    const n = this.#c.readv(this.fd, this.#vector.pointer, 1);
    if (n > 0) intake.took(n, this.#deliver);
    else if (n === 0) this.#ended();
    else if (!RETRY.has(errno())) this.#ended();
  }

  #ended(): void {
    if (!this.#open) return;
    this.close();
    this.handler.closed(this);
  }

  /** Closes the connection. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#poller.forget(this);
    this.#c.close(this.fd);
  }
}

/** Where and how to connect. */
export interface DialOptions {
  /** Port on 127.0.0.1. */
  port: number;
  /** Owner of the new socket. */
  handler: Handler;
  /** Last byte of the source address 127.0.0.x, to have 28 000 more ports. @default the kernel's choice */
  source?: number;
  /** Initial size of the read buffer in bytes. @default 4096 */
  inputSize?: number;
  /** Size of the kernel's receive buffer in bytes. @default the kernel's choice */
  receiveBuffer?: number;
  /** Finds the ends of frames. @default those of the gateway's protocol */
  cut?: Cut;
}

/** The event loop. */
export class Poller implements Disposable {
  /** `performance.now()` at the end of the last wait, in milliseconds. */
  now = performance.now();
  /** Sockets with something to write. */
  dirty: Socket[] = [];
  /** Scratch for the sockets' reads and writes. */
  readonly vector: IoVector = new IoVector();
  #spare: Socket[] = [];
  #c = libc();
  #epoll: number;
  #events = new Pinned(EVENT_SIZE * MAX_EVENTS);
  #event = new Pinned(16);
  #socketAddress = new Pinned(16);
  #optionValue = new Pinned(4);
  #sockets: (Socket | undefined)[] = [];

  /** Creates an epoll instance. */
  constructor() {
    this.#epoll = this.#c.epoll_create1(0);
    if (this.#epoll < 0) {
      throw new Error(`Cannot create an epoll instance: errno ${errno()}`);
    }
  }

  /**
   * Starts a connection to 127.0.0.1. Bytes may be queued at once.
   *
   * @param options where and how.
   * @returns the socket, perhaps not connected yet.
   * @throws {Error} when the kernel refuses.
   */
  dial(options: DialOptions): Socket {
    const fd = this.#c.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) throw new Error(`Cannot create a socket: errno ${errno()}`);
    if (options.receiveBuffer !== undefined) {
      this.#option(fd, SOL_SOCKET, SO_RCVBUF, options.receiveBuffer);
    }
    this.#option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (options.source !== undefined) {
      this.#option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
      this.#address(0, options.source);
      if (this.#c.bind(fd, this.#socketAddress.pointer, 16) < 0) {
        this.#fail(fd, `bind 127.0.0.${options.source}`);
      }
    }
    this.#address(options.port, 1);
    if (
      this.#c.connect(fd, this.#socketAddress.pointer, 16) < 0 &&
      errno() !== EINPROGRESS
    ) {
      this.#fail(fd, `connect to 127.0.0.1:${options.port}`);
    }
    const socket = new Socket(
      this,
      fd,
      options.handler,
      options.inputSize ?? 4096,
      options.cut,
    );
    this.#sockets[fd] = socket;
    this.control(EPOLL_CTL_ADD, fd, EPOLLIN);
    return socket;
  }

  #fail(fd: number, what: string): never {
    const code = errno();
    this.#c.close(fd);
    throw new Error(`Cannot ${what}: errno ${code}`);
  }

  #option(fd: number, level: number, name: number, value: number): void {
    this.#optionValue.view.setInt32(0, value, true);
    this.#c.setsockopt(fd, level, name, this.#optionValue.pointer, 4);
  }

  #address(port: number, host: number): void {
    const { bytes, view } = this.#socketAddress;
    bytes.fill(0, 0, 16);
    view.setUint16(0, AF_INET, true);
    view.setUint16(2, port);
    bytes.set([127, 0, 0, host], 4);
  }

  /** For {@linkcode Socket}: changes what is waited for. */
  control(operation: number, fd: number, events: number): void {
    const { view } = this.#event;
    view.setUint32(0, events, true);
    view.setUint32(EVENT_DATA, fd, true);
    if (
      this.#c.epoll_ctl(this.#epoll, operation, fd, this.#event.pointer) < 0
    ) {
      throw new Error(`Cannot watch descriptor ${fd}: errno ${errno()}`);
    }
  }

  /** For {@linkcode Socket}: drops a closed one. */
  forget(socket: Socket): void {
    this.#sockets[socket.fd] = undefined;
  }

  /**
   * Writes what is queued, waits, reads, and calls handlers.
   *
   * @param waitMs longest wait in milliseconds.
   */
  turn(waitMs: number): void {
    this.flush();
    const events = this.#events;
    const n = this.#wait(waitMs);
    this.now = performance.now();
    for (let i = 0; i < n; i++) {
      const at = i * EVENT_SIZE;
      const socket =
        this.#sockets[events.view.getUint32(at + EVENT_DATA, true)];
      socket?.ready(events.view.getUint32(at, true));
    }
  }

  #wait(waitMs: number): number {
    const { pointer } = this.#events;
    let n = this.#c.epoll_wait(this.#epoll, pointer, MAX_EVENTS, 0);
    if (n > 0 || this.dirty.length > 0 || waitMs === 0) return n;
    // Waking a sleeping core takes longer than most answers do.
    const until = performance.now() + SPIN_MS;
    do n = this.#c.epoll_wait(this.#epoll, pointer, MAX_EVENTS, 0); while (
      n === 0 && performance.now() < until
    );
    if (n > 0) return n;
    return this.#c.epoll_wait(this.#epoll, pointer, MAX_EVENTS, waitMs);
  }

  /** Writes what is queued. */
  flush(): void {
    // A flush may queue again (a sender that never stops); that is for the next turn.
    const list = this.dirty;
    this.dirty = this.#spare;
    for (let i = 0; i < list.length; i++) (list[i] as Socket).flush();
    list.length = 0;
    this.#spare = list;
  }

  /**
   * Turns until `done` holds or time is up.
   *
   * @param done asked after each turn.
   * @param limitMs longest time in milliseconds.
   * @returns whether `done` held.
   */
  until(done: () => boolean, limitMs: number): boolean {
    this.now = performance.now();
    const end = this.now + limitMs;
    while (!done()) {
      if (this.now >= end) return false;
      this.turn(Math.min(10, limitMs));
    }
    return true;
  }

  /**
   * Turns for a while.
   *
   * @param ms how long, in milliseconds.
   */
  run(ms: number): void {
    const end = performance.now() + ms;
    this.now = performance.now();
    while (this.now < end) {
      this.turn(Math.max(1, Math.min(50, end - this.now)) | 0);
    }
  }

  /** Closes all sockets and the epoll instance. */
  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket?.close();
    this.#c.close(this.#epoll);
  }
}

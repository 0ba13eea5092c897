/**
 * The few C library calls of the load generator.
 *
 * An asynchronous socket read or write costs this runtime several microseconds, as much as the gateway spends on a whole
 * call. A generator built on them would measure itself. So it talks to the kernel directly: non-blocking sockets,
 * one `epoll_wait` per turn, nothing allocated on the way. This is for Linux with glibc only, as is the reading of
 * CPU times in {@linkcode readProcess}.
 *
 * @module
 */

const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "pointer", "u32"], result: "i32" },
  connect: { parameters: ["i32", "pointer", "u32"], result: "i32" },
  setsockopt: {
    parameters: ["i32", "i32", "i32", "pointer", "u32"],
    result: "i32",
  },
  readv: { parameters: ["i32", "pointer", "i32"], result: "i32" },
  writev: { parameters: ["i32", "pointer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "pointer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "pointer", "i32", "i32"], result: "i32" },
  open: { parameters: ["pointer", "i32"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The C library's functions that the generator calls. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Deno.PointerValue, size: number): number;
  connect(fd: number, address: Deno.PointerValue, size: number): number;
  setsockopt(
    fd: number,
    level: number,
    name: number,
    value: Deno.PointerValue,
    size: number,
  ): number;
  readv(fd: number, vector: Deno.PointerValue, count: number): number;
  writev(fd: number, vector: Deno.PointerValue, count: number): number;
  close(fd: number): number;
  epoll_create1(flags: number): number;
  epoll_ctl(
    epoll: number,
    operation: number,
    fd: number,
    event: Deno.PointerValue,
  ): number;
  epoll_wait(
    epoll: number,
    events: Deno.PointerValue,
    count: number,
    waitMs: number,
  ): number;
  open(path: Deno.PointerValue, flags: number): number;
  __errno_location(): Deno.PointerValue;
}

let loaded: Libc | undefined;

/**
 * Opens the C library once per process.
 *
 * @returns its functions.
 * @throws {Deno.errors.NotSupported} on another system than Linux.
 */
export function libc(): Libc {
  if (Deno.build.os !== "linux") {
    throw new Deno.errors.NotSupported(
      `Cannot run the load generator on ${Deno.build.os}: it needs Linux`,
    );
  }
  loaded ??= Deno.dlopen("libc.so.6", SYMBOLS).symbols;
  return loaded;
}

let errorNumber: Deno.UnsafePointerView | undefined;

/** @returns the error number of the last failed call. */
export function errno(): number {
  // It lies at one place per thread.
  errorNumber ??= new Deno.UnsafePointerView(
    libc().__errno_location() as Deno.PointerObject,
  );
  return errorNumber.getInt32();
}

/** Operation would block. */
export const EAGAIN = 11;
/** Interrupted by a signal. */
export const EINTR = 4;
/** A non-blocking connect has begun. */
export const EINPROGRESS = 115;

/**
 * Bytes with a known, constant address.
 *
 * The memory of an explicit `ArrayBuffer` never moves, unlike that of a small typed array, which may lie in the
 * collected heap.
 */
export class Pinned {
  /** The bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same bytes, for reading and writing integers. */
  readonly view: DataView;
  /** Where they are, for the C library. */
  readonly pointer: Deno.PointerValue;

  /** @param size number of bytes. */
  constructor(size: number) {
    const memory = new ArrayBuffer(size);
    this.bytes = new Uint8Array(memory);
    this.view = new DataView(memory);
    this.pointer = Deno.UnsafePointer.of(this.bytes);
  }

  /** Where they are, as a number: addresses of user space are below 2^47. */
  get address(): number {
    return Number(Deno.UnsafePointer.value(this.pointer));
  }
}

/**
 * A range of memory to read into or to write, as `readv` and `writev` want it. A changing address that is passed as an argument
 * costs an object each time; here it is only two stores.
 */
export class IoVector {
  #vector = new Pinned(16);

  /** For the C library. */
  get pointer(): Deno.PointerValue {
    return this.#vector.pointer;
  }

  /**
   * Names the range.
   *
   * @param address where it begins.
   * @param size number of bytes.
   */
  set(address: number, size: number): void {
    const { view } = this.#vector;
    view.setUint32(0, address >>> 0, true);
    view.setUint32(4, address / 0x1_0000_0000, true);
    view.setUint32(8, size, true);
  }
}

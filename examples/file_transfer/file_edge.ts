/**
 * The edge side of the file transfer: it offers one file.
 *
 * @module
 */

import { createHash } from "node:crypto";
import {
  Edge,
  type EdgeOptions,
  encodeJson,
  type Stream,
} from "@frontier/client";
import { printable } from "../printable.ts";

/** What services learn about an edge that offers a file. */
export const OFFER = "file_transfer";
/** Bytes per read and write. */
const PIECE = 262_144;
/** How many may pull at a time; each costs a piece and an open file. */
const MAX_RECEIVERS = 32;

/** What the service learns before it pulls the file. */
export interface FileInfo {
  /** Name of the file, without its folder. */
  readonly name: string;
  /** Its bytes. */
  readonly size: number;
  /** Its SHA-256, in lower-case hexadecimal. */
  readonly sha256: string;
}

/** An edge that hands out one file to every stream that is opened to it. */
export class FileEdge implements AsyncDisposable {
  /** The end. */
  readonly edge: Edge;
  readonly #path: string;
  #receivers = 0;

  private constructor(edge: Edge, path: string) {
    this.edge = edge;
    this.#path = path;
  }

  /**
   * Offers a file.
   *
   * @param path The file.
   * @param options How to connect.
   * @returns The edge; `run` serves the file.
   */
  static async offer(path: string, options: EdgeOptions): Promise<FileEdge> {
    const info = encodeJson(await describe(path));
    const edge = await Edge.connect({
      ...options,
      meta: OFFER,
      methods: { ...options.methods, file_info: () => info },
    });
    return new FileEdge(edge, path);
  }

  /** Serves the file until the edge is closed. */
  async run(): Promise<void> {
    for await (const stream of this.edge.streams()) {
      // One receiver that gives up must not end the others.
      this.#send(stream).catch(() => stream.close());
    }
  }

  /** Stops offering it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.edge.close();
  }

  async #send(stream: Stream): Promise<void> {
    if (this.#receivers === MAX_RECEIVERS) return await stream.close();
    this.#receivers++;
    using _ = { [Symbol.dispose]: () => void this.#receivers-- };
    using file = await Deno.open(this.#path);
    const buf = new Uint8Array(PIECE);
    for (let count; (count = await file.read(buf)) !== null;) {
      // Resolved as soon as the bytes are on their way: the receiver's pace.
      await stream.write(buf.subarray(0, count));
    }
    await stream.close({ timeoutMs: 30_000 });
  }
}

/**
 * Reads what an edge says about its file.
 *
 * @param value What has arrived.
 * @returns It.
 * @throws {TypeError} If that is no such thing.
 */
export function readInfo(value: unknown): FileInfo {
  const { name, size, sha256 } = Object(value);
  if (
    typeof name !== "string" || !Number.isSafeInteger(size) || size < 0 ||
    typeof sha256 !== "string"
  ) throw new TypeError("Cannot pull a file: the edge does not describe it");
  return { name: printable(name), size, sha256: printable(sha256) };
}

async function describe(path: string): Promise<FileInfo> {
  using file = await Deno.open(path);
  const hash = createHash("sha256");
  const buf = new Uint8Array(PIECE);
  let size = 0;
  for (let count; (count = await file.read(buf)) !== null;) {
    hash.update(buf.subarray(0, count));
    size += count;
  }
  const name = path.split(/[\\/]/).at(-1)!;
  return { name, size, sha256: hash.digest("hex") };
}

/**
 * Makes a file of bytes that do not repeat soon.
 *
 * @param path Where.
 * @param size Its bytes.
 */
export async function createFile(path: string, size: number): Promise<void> {
  using file = await Deno.open(path, {
    write: true,
    create: true,
    truncate: true,
  });
  const buf = new Uint8Array(PIECE);
  for (let left = size; left > 0;) {
    // The most that one call gives.
    for (let at = 0; at < PIECE; at += 65_536) {
      crypto.getRandomValues(buf.subarray(at, at + 65_536));
    }
    const part = buf.subarray(0, Math.min(left, PIECE));
    for (let at = 0; at < part.length;) {
      at += await file.write(part.subarray(at));
    }
    left -= part.length;
  }
}

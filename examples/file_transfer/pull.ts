/**
 * The service side of the file transfer: it pulls the file of an edge.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Service } from "@frontier/client";
import { type FileInfo, readInfo } from "./file_edge.ts";

/** What has happened so far. */
export interface Progress {
  /** Bytes received. */
  readonly bytes: number;
  /** Bytes of the file. */
  readonly size: number;
  /** Milliseconds since the first byte was asked for. */
  readonly ms: number;
}

/**
 * Pulls the file of an edge and verifies it. Until that is done what was there
 * before is not touched; the pieces are beside it, in a file that ends in `.part`.
 *
 * @param service The service.
 * @param edgeId The edge.
 * @param path Where the file goes.
 * @param onProgress Told after every piece.
 * @returns What the edge said about the file.
 * @throws {Error} If the bytes are not those that the edge announced, or
 * cannot be written there.
 */
export async function pullFile(
  service: Service,
  edgeId: bigint,
  path: string,
  onProgress: (progress: Progress) => void = () => {},
): Promise<FileInfo> {
  const before = await Deno.stat(path).catch(() => undefined);
  if (before?.isFile === false) {
    throw new Error(`Cannot write ${path}: it is there, and is no file`);
  }
  const info = readInfo((await service.call(edgeId, "file_info")).json());
  const part = `${path}.part`;
  try {
    const digest = await download(service, edgeId, part, info, onProgress);
    if (digest !== info.sha256) {
      throw new Error(
        `Cannot accept ${info.name}: its SHA-256 is ${digest}, not ${info.sha256}`,
      );
    }
    await Deno.rename(part, path);
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    throw error;
  }
  return info;
}

/** Writes what arrives, which is no more than was announced; returns its SHA-256. */
async function download(
  service: Service,
  edgeId: bigint,
  path: string,
  { name, size }: FileInfo,
  onProgress: (progress: Progress) => void,
): Promise<string> {
  const begin = performance.now();
  await using stream = await service.openStream(edgeId);
  const hash = createHash("sha256");
  let bytes = 0;
  const meter = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      bytes += piece.length;
      if (bytes > size) {
        throw new Error(`Cannot accept ${name}: got more than ${size} bytes`);
      }
      hash.update(piece);
      onProgress({ bytes, size, ms: performance.now() - begin });
      controller.enqueue(piece);
    },
  });
  const file = await Deno.create(path);
  await stream.readable.pipeThrough(meter).pipeTo(file.writable);
  if (bytes !== size) {
    throw new Error(`Cannot accept ${name}: got ${bytes} of ${size} bytes`);
  }
  return hash.digest("hex");
}

/**
 * The service side of the file transfer: it pulls the file of an edge.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Service } from "@frontier/client";
import type { FileInfo } from "./file_edge.ts";

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
 * Pulls the file of an edge and verifies it.
 *
 * @param service The service.
 * @param edgeId The edge.
 * @param path Where the file goes.
 * @param onProgress Told after every piece.
 * @returns What the edge said about the file.
 * @throws {Error} If the bytes are not those that the edge announced.
 */
export async function pullFile(
  service: Service,
  edgeId: bigint,
  path: string,
  onProgress: (progress: Progress) => void = () => {},
): Promise<FileInfo> {
  const info = (await service.call(edgeId, "file_info")).json() as FileInfo;
  const { size } = info;
  const begin = performance.now();
  await using stream = await service.openStream(edgeId);
  const hash = createHash("sha256");
  let bytes = 0;
  const meter = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      hash.update(piece);
      bytes += piece.length;
      onProgress({ bytes, size, ms: performance.now() - begin });
      controller.enqueue(piece);
    },
  });
  const file = await Deno.open(path, {
    write: true,
    create: true,
    truncate: true,
  });
  await stream.readable.pipeThrough(meter).pipeTo(file.writable);
  if (bytes !== size) {
    throw new Error(
      `Cannot accept ${info.name}: got ${bytes} of ${size} bytes`,
    );
  }
  const digest = hash.digest("hex");
  if (digest !== info.sha256) {
    throw new Error(
      `Cannot accept ${info.name}: its SHA-256 is ${digest}, not ${info.sha256}`,
    );
  }
  return info;
}

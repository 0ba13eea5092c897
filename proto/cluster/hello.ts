/**
 * The first call on a link whose two sides are ours.
 *
 * @module
 */

import { ProtocolError } from "../errors/protocol_error.ts";
import { readObject, type Value } from "./json_object.ts";

const encoder = new TextEncoder();

/** What a directory tells a gateway that has connected. */
export interface ClusterTerms {
  /** The clock of the cluster, in milliseconds. */
  readonly now: number;
  /** Which connection of the gateway this is: greater than that of all before. */
  readonly generation: number;
  /** From 0 to 4 095, unlike that of every other gateway: its part of the ids it gives. */
  readonly number: number;
  /** How an edge's record dies: on its own unless told again, or with its gateway. */
  readonly mode: "ttl" | "lease";
  /** Milliseconds within which each peer is to be told again. */
  readonly renewMs: number;
  /** Milliseconds within which a batch is to come, an empty one if there is nothing to tell. */
  readonly beatMs: number;
  /** Records in one batch, at most. */
  readonly batchRecords: number;
  /** Bytes of a batch of several records, at most. */
  readonly batchBytes: number;
  /** Batches without a reply, at most. */
  readonly batchesInFlight: number;
}

/**
 * Writes the data of `cluster_hello`.
 *
 * @returns JSON in UTF-8.
 */
export function encodeHello(): Uint8Array<ArrayBuffer> {
  return encoder.encode('{"version":1}');
}

/**
 * Checks the data of `cluster_hello`. Later versions are taken: who calls
 * understands ours.
 *
 * @param data What the gateway has sent with its call.
 * @throws {ProtocolError} If it is malformed.
 */
export function checkHello(data: Uint8Array): void {
  let version = 0;
  readObject("cluster_hello", data, {
    version: (value) => version = value.int(),
  });
  if (version < 1) {
    throw new ProtocolError("Cannot decode cluster_hello: it has no version");
  }
}

/**
 * Writes the answer to `cluster_hello`.
 *
 * @param terms What holds.
 * @returns JSON in UTF-8.
 */
export function encodeTerms(terms: ClusterTerms): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify({
    version: 1,
    now: terms.now,
    generation: terms.generation,
    number: terms.number,
    mode: terms.mode,
    renew_ms: terms.renewMs,
    beat_ms: terms.beatMs,
    batch_records: terms.batchRecords,
    batch_bytes: terms.batchBytes,
    batches_in_flight: terms.batchesInFlight,
  }));
}

/**
 * Reads the answer to `cluster_hello`.
 *
 * @param data The answer.
 * @returns What holds.
 * @throws {ProtocolError} If something is missing or makes no sense.
 */
export function decodeTerms(data: Uint8Array): ClusterTerms {
  const numbers = new Map<string, number>();
  let mode = "";
  const number = (name: string, least: number, most: number) => ({
    read: (value: Value) => void numbers.set(name, value.int()),
    get: () => {
      const got = numbers.get(name) ?? NaN;
      if (got >= least && got <= most) return got;
      throw new ProtocolError(
        `Cannot decode answer to cluster_hello: ${name} is not from ${least} to ${most}`,
      );
    },
  });
  const now = number("now", 0, Number.MAX_SAFE_INTEGER);
  const generation = number("generation", 0, Number.MAX_SAFE_INTEGER);
  const own = number("number", 0, 4_095);
  const renewMs = number("renew_ms", 1, 2 ** 31 - 1);
  const beatMs = number("beat_ms", 1, 2 ** 31 - 1);
  const batchRecords = number("batch_records", 1, 65_535);
  const batchBytes = number("batch_bytes", 1_024, 2 ** 31 - 1);
  const batchesInFlight = number("batches_in_flight", 1, 65_535);
  readObject("answer to cluster_hello", data, {
    now: now.read,
    generation: generation.read,
    number: own.read,
    mode: (value) => mode = value.text(),
    renew_ms: renewMs.read,
    beat_ms: beatMs.read,
    batch_records: batchRecords.read,
    batch_bytes: batchBytes.read,
    batches_in_flight: batchesInFlight.read,
  });
  if (mode !== "ttl" && mode !== "lease") {
    throw new ProtocolError(
      `Cannot decode answer to cluster_hello: mode ${
        JSON.stringify(mode.slice(0, 32))
      } is neither ttl nor lease`,
    );
  }
  return {
    now: now.get(),
    generation: generation.get(),
    number: own.get(),
    mode,
    renewMs: renewMs.get(),
    beatMs: beatMs.get(),
    batchRecords: batchRecords.get(),
    batchBytes: batchBytes.get(),
    batchesInFlight: batchesInFlight.get(),
  };
}

/**
 * Reads what is recorded of edges and services.
 *
 * @module
 */

import type { Stamp } from "@frontier/proto/cluster";
import type { EdgeRecord, ServiceRecord } from "../presence_store.ts";
import { command } from "./command.ts";
import type { Context } from "./context.ts";
import { type Owner, readOwners } from "./owners.ts";
import { type Fence, parseEdge, parseFence, parseService } from "./records.ts";
import { isWrongType, valueOf } from "./unavailable.ts";

/** Edges per `MGET`. */
const PER_COMMAND = 500;

/** An edge with the connection that is recorded. */
interface EdgeFound extends EdgeRecord {
  /** Which connection; of a record without fence its second. */
  readonly stamp: Stamp;
}

/** A service at one gateway with the connection that is recorded. */
interface ServiceFound extends ServiceRecord {
  /** Which connection; of a record without fence its second. */
  readonly stamp: Stamp;
}

/** Reads records; what is of a gateway that is not alive counts as gone. */
export class Reader {
  readonly #context: Context;

  /**
   * @param context What it works with.
   */
  constructor(context: Context) {
    this.#context = context;
  }

  /** Reads edges; those that are not online are left out. */
  async edges(ids: readonly bigint[]): Promise<EdgeFound[]> {
    const found = await this.#records(ids);
    const owners = await readOwners(
      this.#context,
      found.map(({ record }) => record.frontierId),
    );
    return found.flatMap(({ record, generation }) =>
      isOf(owners.get(record.frontierId), generation) ? [record] : []
    );
  }

  /** Reads services; those that are not online are left out. */
  async services(ids: readonly bigint[]): Promise<ServiceFound[]> {
    const { names } = this.#context;
    const replies = await this.#context.port.run(ids.flatMap((id) => {
      const key = names.of("services", id);
      const fence = names.of("fence:services", id);
      return [command(key, "HGETALL", key), command(fence, "HGETALL", fence)];
    }));
    const values = replies.map((reply) =>
      isWrongType(reply) ? [] : valueOf(reply) as string[]
    );
    const found = ids.flatMap((id, i) => {
      const fences = new Map(pairs(values[2 * i + 1]!));
      return pairs(values[2 * i]!).flatMap(([frontierId, text]) => {
        const said = parseService(text, frontierId);
        if (said === undefined) return [];
        const fence = parseFence(fences.get(frontierId) ?? null);
        const fenced = writtenWith(fence, frontierId, said.updateTime);
        const stamp = fenced
          ? fence!.stamp
          : { since: said.updateTime * 1_000, seq: 0 };
        return [{
          record: { serviceId: id, ...said, frontierId, stamp },
          generation: fenced ? fence!.generation : 0,
        }];
      });
    });
    const owners = await readOwners(
      this.#context,
      found.map(({ record }) => record.frontierId),
    );
    return found.flatMap(({ record, generation }) =>
      isOf(owners.get(record.frontierId), generation) ? [record] : []
    );
  }

  async #records(
    ids: readonly bigint[],
  ): Promise<{ record: EdgeFound; generation: number }[]> {
    const { names, cluster } = this.#context;
    const size = cluster ? 1 : PER_COMMAND;
    const commands = [];
    for (let at = 0; at < ids.length; at += size) {
      const keys = ids.slice(at, at + size).flatMap((id) => [
        names.of("edges", id),
        names.of("fence:edges", id),
        names.of("alive:edges", id),
      ]);
      commands.push(command(keys[0]!, "MGET", ...keys));
    }
    const values = (await this.#context.run(commands)).flat() as (
      | string
      | null
    )[];
    return ids.flatMap((edgeId, i) => {
      const said = parseEdge(values[3 * i]!);
      if (said === undefined) return [];
      const { owner: frontierId, addr, updateTime } = said;
      const fence = parseFence(values[3 * i + 1]!);
      const fenced = writtenWith(fence, frontierId, updateTime);
      // Only an edge that lives by its gateway's lease needs no sign of life of its own.
      const lives = values[3 * i + 2] !== null ||
        (fenced && fence!.kind === "l");
      if (!lives) return [];
      const stamp = fenced
        ? fence!.stamp
        : { since: updateTime * 1_000, seq: 0 };
      return [{
        record: { edgeId, addr, updateTime, frontierId, stamp },
        generation: fenced ? fence!.generation : 0,
      }];
    });
  }
}

/** Whether a fence belongs to the record beside it: a Go directory writes records over ours, and knows no fences. */
function writtenWith(
  fence: Fence | undefined,
  owner: string,
  updateTime: number,
): boolean {
  return fence !== undefined && fence.kind !== "x" && fence.owner === owner &&
    Math.floor(fence.stamp.since / 1_000) === updateTime;
}

/** Whether a record counts: its gateway is alive, and no process of it before has written the record. */
function isOf(owner: Owner | undefined, generation: number): boolean {
  return owner !== undefined &&
    (generation === 0 || owner.first === undefined ||
      generation >= owner.first);
}

/** Names and values, one after the other. */
export function pairs(flat: readonly string[]): [string, string][] {
  return Array.from(
    { length: flat.length / 2 },
    (_, i) => [flat[2 * i]!, flat[2 * i + 1]!],
  );
}

/**
 * Lists of edges and services, part by part, by a cursor of 32 bits.
 *
 * @module
 */

import type {
  EdgeRecord,
  RecordPage,
  ServiceRecord,
} from "../presence_store.ts";
import { USUAL_PAGE } from "../presence_times.ts";
import { command } from "./command.ts";
import type { Context } from "./context.ts";
import type { Directory } from "./directory.ts";
import type { Owner } from "./owners.ts";
import { pairs, type Reader } from "./reader.ts";
import { SLOTS, tagOf } from "./slots.ts";

/** Keys that one step of `SCAN` looks at, at least and at most: it is about a millisecond of Redis. */
const STEP = [100, 1_000] as const;
/** Keys that one part looks at, about, when it finds too little: then it is empty, and the list goes on. */
const PART_KEYS = 50_000;
/** An edge has about so many keys. */
const KEYS_PER_EDGE = 4;
/** Slots of a cluster that are asked at once, at most. */
const SLOTS_AT_ONCE = 1_024;
/** Keys of a slot that are read, at most. */
const SLOT_KEYS = 1_000_000;
/** A cursor of services is the number of a gateway and the place in its list. */
const PLACES = 2 ** 19;
/** From here on it is a cursor of `SCAN`, for what Go directories have written. */
const FOREIGN = 2 ** 31;

/** Reads lists. */
export class Pages {
  readonly #context: Context;
  readonly #reader: Reader;
  readonly #directory: Directory;

  /**
   * @param context What it works with.
   * @param reader Reads records.
   * @param directory Knows the gateways.
   */
  constructor(context: Context, reader: Reader, directory: Directory) {
    this.#context = context;
    this.#reader = reader;
    this.#directory = directory;
  }

  /** See {@linkcode PresenceStore.edgePage}. */
  edges(cursor: number, count: number): Promise<RecordPage<EdgeRecord>> {
    const wanted = count || USUAL_PAGE;
    return this.#context.cluster
      ? this.#slots(cursor, wanted)
      : this.#keys(cursor, wanted);
  }

  /**
   * One server. Its cursor is a place in its table of keys, and has as many bits
   * as that has: more than 32 would take four thousand million keys.
   */
  async #keys(from: number, count: number): Promise<RecordPage<EdgeRecord>> {
    const step = clamp(count * KEYS_PER_EDGE, ...STEP);
    const records = new Map<bigint, EdgeRecord>();
    let cursor = from;
    let looked = 0;
    do {
      const part = await this.#scan(this.#context.names.edges, cursor, step);
      cursor = part.cursor;
      looked += step;
      for (const record of await this.#read(part.ids)) {
        records.set(record.edgeId, record);
      }
    } while (cursor !== 0 && records.size < count && looked < PART_KEYS);
    return { cursor, records: [...records.values()] };
  }

  /**
   * A cluster: slot by slot, whoever has it. Cursors of `SCAN` belong to one
   * server and say nothing at the next, or after a failover; slots stay.
   */
  async #slots(from: number, count: number): Promise<RecordPage<EdgeRecord>> {
    const records: EdgeRecord[] = [];
    let slot = from;
    let width = 1;
    while (slot < SLOTS && records.length < count) {
      const slots = Array.from(
        { length: Math.min(width, SLOTS - slot) },
        (_, i) => slot + i,
      );
      const keys = await this.#context.run(
        slots.map((slot) =>
          command(
            `{${tagOf(slot)}}`,
            "CLUSTER",
            "GETKEYSINSLOT",
            slot,
            SLOT_KEYS,
          )
        ),
      );
      const ids = this.#ids(
        (keys as string[][]).flat(),
        this.#context.names.edges,
      );
      records.push(...await this.#read(ids));
      slot += slots.length;
      const rate = records.length / (slot - from);
      width = clamp(
        Math.ceil((count - records.length) / Math.max(rate, 0.001)),
        1,
        Math.min(width * 4, SLOTS_AT_ONCE),
      );
    }
    return { cursor: slot < SLOTS ? slot : 0, records };
  }

  /** See {@linkcode PresenceStore.servicePage}. */
  async services(
    cursor: number,
    count: number,
  ): Promise<RecordPage<ServiceRecord>> {
    const wanted = count || USUAL_PAGE;
    const alive = await this.#directory.alive();
    const foreign = alive.filter(({ number }) => number === undefined);
    if (cursor >= FOREIGN) return await this.#foreign(foreign, cursor, wanted);
    const own = alive.filter(({ number }) => number !== undefined)
      .sort((a, b) => a.number! - b.number!);
    const records: ServiceRecord[] = [];
    let [number, place] = [Math.floor(cursor / PLACES), cursor % PLACES];
    for (const owner of own) {
      if (owner.number! < number) continue;
      if (owner.number! > number) [number, place] = [owner.number!, 0];
      if (records.length >= wanted) {
        return { cursor: number * PLACES + place, records };
      }
      do {
        place = await this.#members(owner, place, wanted, records);
        // A place that does not fit into a cursor is passed before the part ends.
      } while (
        place !== 0 && (records.length < wanted || place >= PLACES)
      );
      if (place !== 0) return { cursor: number * PLACES + place, records };
      number++;
    }
    if (foreign.length === 0) return { cursor: 0, records };
    return { cursor: FOREIGN, records };
  }

  /** Reads a part of a gateway's services. */
  async #members(
    owner: Owner,
    place: number,
    count: number,
    records: ServiceRecord[],
  ): Promise<number> {
    const { names } = this.#context;
    const key = names.of("members:services", names.tag(owner.frontierId));
    const [next, flat] = await this.#context.read(
      command(key, "HSCAN", key, place, "COUNT", clamp(count, ...STEP)),
    ) as [string, string[]] | null ?? ["0", []];
    const ids = pairs(flat).map(([id]) => BigInt(id));
    for (const { stamp: _, ...record } of await this.#reader.services(ids)) {
      if (record.frontierId === owner.frontierId) records.push(record);
    }
    return Number(next);
  }

  /** Reads services at gateways that Go directories keep. */
  async #foreign(
    owners: readonly Owner[],
    from: number,
    count: number,
  ): Promise<RecordPage<ServiceRecord>> {
    const ids = new Set(owners.map(({ frontierId }) => frontierId));
    const records: ServiceRecord[] = [];
    let cursor = from - FOREIGN;
    let looked = 0;
    do {
      const { services } = this.#context.names;
      const part = await this.#scan(services, cursor, STEP[1]);
      cursor = part.cursor;
      looked += STEP[1];
      for (
        const { stamp: _, ...record } of await this.#reader.services(part.ids)
      ) {
        if (ids.has(record.frontierId)) records.push(record);
      }
    } while (cursor !== 0 && records.length < count && looked < PART_KEYS);
    return { cursor: cursor === 0 ? 0 : cursor + FOREIGN, records };
  }

  async #read(ids: readonly bigint[]): Promise<EdgeRecord[]> {
    return (await this.#reader.edges(ids)).map(({ stamp: _, ...record }) =>
      record
    );
  }

  async #scan(begin: string, cursor: number, step: number) {
    const [next, keys] = await this.#context.one(
      command(begin, "SCAN", cursor, "MATCH", `${begin}*`, "COUNT", step),
    ) as [string, string[]];
    if (Number(next) >= FOREIGN) {
      throw new Error(
        `Cannot list part by part: cursor ${next} of Redis does not fit into a page's, use a server that has fewer keys`,
      );
    }
    return { cursor: Number(next), ids: this.#ids(keys, begin) };
  }

  #ids(keys: readonly string[], begin: string): bigint[] {
    const ids = keys.filter((key) => key.startsWith(begin))
      .map((key) => this.#context.names.idOf(key, begin))
      .filter((id) => /^\d{1,20}$/.test(id));
    return [...new Set(ids)].map(BigInt);
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/**
 * What a Go Frontlas does to Redis: the commands and scripts of
 * docs/spec/frontlas.md §2, in our own words.
 *
 * @module
 */

import type { Admin } from "./redis_under_test.ts";

const FIELDS = [
  "advertised_sb_addr",
  "advertised_eb_addr",
  "edge_count",
  "service_count",
];

/** Takes the sign of life or gives up; then writes the four fields, whose names are given as keys. */
const FRONTIER_CREATE = `
if redis.call('SETNX', KEYS[2], 1) == 0 then return 0 end
redis.call('EXPIRE', KEYS[2], ARGV[1])
for i = 3, 6 do redis.call('HSET', KEYS[1], KEYS[i], ARGV[i - 1]) end
return 1
`;

/** Counts down at the gateway that the record names; the record stays. */
const EDGE_DELETE = `
local record = redis.call('GET', KEYS[1])
if record then
  redis.call('HINCRBY', KEYS[3] .. cjson.decode(record)['frontier_id'], 'edge_count', -1)
end
return redis.call('DEL', KEYS[2])
`;

const SERVICE_CREATE = `
redis.call('HSET', KEYS[1], KEYS[2], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[3], 1)
redis.call('EXPIRE', KEYS[3], ARGV[3])
redis.call('HINCRBY', KEYS[4], 'service_count', 1)
return 0
`;

const SERVICE_DELETE = `
redis.call('HINCRBY', KEYS[4] .. KEYS[2], 'service_count', -1)
redis.call('HDEL', KEYS[1], KEYS[2])
if redis.call('HLEN', KEYS[1]) == 0 then return redis.call('DEL', KEYS[3]) end
return 0
`;

const READ_HASHES = `
local answers = {}
for i = 1, #KEYS do answers[i] = redis.call('HGETALL', KEYS[i]) end
return answers
`;

const edges = (id: bigint) => `frontlas:edges:${id}`;
const aliveEdges = (id: bigint) => `frontlas:alive:edges:${id}`;
const services = (id: bigint) => `frontlas:services:${id}`;
const aliveServices = (id: bigint) => `frontlas:alive:services:${id}`;
const frontiers = (id: string) => `frontlas:frontiers:${id}`;
const aliveFrontiers = (id: string) => `frontlas:alive:frontiers:${id}`;

/** A Go Frontlas beside ours. */
export class GoFrontlas {
  readonly #redis: Admin;
  readonly #seconds: number;

  /**
   * @param redis Its connection.
   * @param seconds What its configuration says for records.
   */
  constructor(redis: Admin, seconds = 30) {
    this.#redis = redis;
    this.#seconds = seconds;
  }

  async connect(fid: string): Promise<boolean> {
    return await this.#redis.eval(FRONTIER_CREATE, {
      keys: [frontiers(fid), aliveFrontiers(fid), ...FIELDS],
      arguments: ["30", `${fid}:30011`, `${fid}:30012`, "0", "0"],
    }) === 1;
  }

  async heartbeat(fid: string): Promise<boolean> {
    return await this.#redis.expire(aliveFrontiers(fid), 30) === 1;
  }

  async disconnect(fid: string): Promise<void> {
    await this.#redis.multi().hSet(frontiers(fid), "edge_count", 0)
      .del(aliveFrontiers(fid)).exec();
  }

  async edgeOnline(fid: string, id: bigint, seconds: number): Promise<void> {
    const record =
      `{"frontier_id":"${fid}","addr":"10.9.9.9:1","update_time":${seconds}}`;
    await this.#redis.multi()
      .set(edges(id), record, { EX: this.#seconds })
      .set(aliveEdges(id), "1", { EX: 30 })
      .hIncrBy(frontiers(fid), "edge_count", 1).exec();
  }

  async edgeHeartbeat(id: bigint): Promise<void> {
    await this.#redis.multi().expire(edges(id), this.#seconds)
      .expire(aliveEdges(id), 30).exec();
  }

  async edgeOffline(id: bigint): Promise<unknown> {
    return await this.#redis.eval(EDGE_DELETE, {
      keys: [edges(id), aliveEdges(id), "frontlas:frontiers:"],
    });
  }

  async serviceOnline(
    fid: string,
    id: bigint,
    service: string,
    seconds: number,
  ): Promise<void> {
    await this.#redis.eval(SERVICE_CREATE, {
      keys: [services(id), fid, aliveServices(id), frontiers(fid)],
      arguments: [
        `service: ${service}, frontier_id: ${fid}, addr: 10.9.9.9:2, update_time: ${seconds}`,
        String(this.#seconds),
        "30",
      ],
    });
  }

  async serviceHeartbeat(id: bigint): Promise<void> {
    await this.#redis.multi().expire(services(id), this.#seconds)
      .expire(aliveServices(id), 30).exec();
  }

  async serviceOffline(fid: string, id: bigint): Promise<void> {
    await this.#redis.eval(SERVICE_DELETE, {
      keys: [services(id), fid, aliveServices(id), "frontlas:frontiers:"],
    });
  }

  async stats(fid: string, edgeCount: number, count: number): Promise<void> {
    await this.#redis.multi().hSet(frontiers(fid), "edge_count", edgeCount)
      .hSet(frontiers(fid), "service_count", count).exec();
  }

  /** Where it says that an edge is; `undefined` for `redis: nil`. */
  async frontierOfEdge(
    id: bigint,
  ): Promise<
    { id: string; serviceAddr: string; edgeAddr: string } | undefined
  > {
    const record = await this.#redis.get(edges(id));
    if (record === null) return undefined;
    const fid = JSON.parse(record).frontier_id;
    const hash = await this.#redis.hGetAll(frontiers(fid));
    return {
      id: fid,
      serviceAddr: hash["advertised_sb_addr"] ?? "",
      edgeAddr: hash["advertised_eb_addr"] ?? "",
    };
  }

  /** The whole record of an edge. */
  async edge(id: bigint): Promise<unknown> {
    const record = await this.#redis.get(edges(id));
    return record === null ? undefined : JSON.parse(record);
  }

  /** All gateways that it lists, dead ones included. */
  async frontiers(): Promise<Map<string, Record<string, string>>> {
    const keys = (await this.#redis.keys("frontlas:frontiers:*")).sort();
    const answers = await this.#redis.eval(READ_HASHES, { keys }) as string[][];
    return new Map(keys.map((key, i) => [
      key.slice("frontlas:frontiers:".length),
      Object.fromEntries(
        Array.from(
          { length: answers[i]!.length / 2 },
          (_, n) => [answers[i]![2 * n]!, answers[i]![2 * n + 1]!],
        ),
      ),
    ]));
  }

  /** What it takes for the number of edges online. */
  async edgesCount(): Promise<number> {
    const all = [...(await this.frontiers()).values()];
    return all.reduce((sum, hash) => sum + Number(hash["edge_count"]), 0);
  }

  /** A part of its list of edges. */
  async edgeKeys(): Promise<string[]> {
    const keys: string[] = [];
    let cursor = "0";
    do {
      const part = await this.#redis.scan(cursor, {
        MATCH: "frontlas:edges:*",
        COUNT: 100,
      });
      keys.push(...part.keys);
      cursor = part.cursor;
    } while (cursor !== "0");
    for (const value of await this.#redis.mGet(keys)) JSON.parse(value!);
    return keys.sort();
  }
}

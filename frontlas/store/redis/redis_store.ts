/**
 * A store in Redis.
 *
 * @module
 */

import type { Eviction, PresenceEvent, Stamp } from "@frontier/proto/cluster";
import type {
  EdgeRecord,
  FrontierIntroduction,
  FrontierRecord,
  FrontierSession,
  PresenceMode,
  PresenceOutcome,
  PresenceStore,
  RecordPage,
  ServiceRecord,
  StoreState,
} from "../presence_store.ts";
import { MEMBERS_PART, type RecordTimes } from "../presence_times.ts";
import { command } from "./command.ts";
import { Context } from "./context.ts";
import { Directory, recordOf } from "./directory.ts";
import { Gathered } from "./gathered.ts";
import { Graves } from "./graves.ts";
import { Mailboxes } from "./mailboxes.ts";
import { Names } from "./names.ts";
import { type Owner, readOwners } from "./owners.ts";
import { Pages } from "./pages.ts";
import type { RedisPort } from "./port.ts";
import { pairs, Reader } from "./reader.ts";
import { parseMember } from "./records.ts";
import { Sessions } from "./sessions.ts";
import { type Standing, Writer } from "./writer.ts";

/** What a {@linkcode RedisStore} works with. */
export interface RedisStoreParts {
  /** How Redis is run. */
  readonly kind: "standalone" | "sentinel" | "cluster";
  /** The way to it, connected. */
  readonly port: RedisPort;
  /** How edges die with their gateway. */
  readonly mode: PresenceMode;
  /** How long records live. */
  readonly times: RecordTimes;
}

/**
 * Keeps presence in Redis, with the keys, the types and the times of the Go
 * edition; what that does not know is in keys of its own.
 */
export class RedisStore implements PresenceStore {
  /** @inheritdoc */
  readonly kind: "standalone" | "sentinel" | "cluster";
  /** @inheritdoc */
  readonly mode: PresenceMode;
  /** @inheritdoc */
  onState: ((state: StoreState) => void) | undefined = undefined;
  readonly #port: RedisPort;
  readonly #context: Context;
  readonly #sessions: Sessions;
  readonly #writer: Writer;
  readonly #reader: Reader;
  readonly #directory: Directory;
  readonly #pages: Pages;
  readonly #graves: Graves;
  readonly #mailboxes: Mailboxes;
  /** Edges by id, asked one by one. */
  readonly #edges: Gathered<bigint, EdgeRecord>;
  /** Gateways by id, asked one by one. */
  readonly #frontiers: Gathered<string, Owner>;

  /**
   * @param parts What it works with.
   */
  constructor({ kind, port, mode, times }: RedisStoreParts) {
    this.kind = kind;
    this.mode = mode;
    this.#port = port;
    port.onState = (state) => this.onState?.(state);
    const cluster = kind === "cluster";
    const context = new Context(port, new Names(cluster), cluster, mode, times);
    this.#context = context;
    this.#sessions = new Sessions(context);
    this.#writer = new Writer(context);
    this.#reader = new Reader(context);
    this.#directory = new Directory(context);
    this.#pages = new Pages(context, this.#reader, this.#directory);
    this.#graves = new Graves(context, this.#directory, this.#reader);
    this.#mailboxes = new Mailboxes(context);
    this.#edges = new Gathered(async (ids) => {
      const found = await this.edges(ids);
      return new Map(found.map((record) => [record.edgeId, record]));
    });
    this.#frontiers = new Gathered((ids) => readOwners(context, ids));
  }

  /** @inheritdoc */
  get state(): StoreState {
    return this.#port.state;
  }

  /** Why it does not answer, in words; empty while it does. */
  get problem(): string {
    return this.#port.problem;
  }

  /** @inheritdoc */
  now(): number {
    return this.#port.clock.now();
  }

  /** @inheritdoc */
  async ping(): Promise<void> {
    const key = this.#context.names.generation;
    await this.#context.one(command(key, "PING"));
  }

  /** @inheritdoc */
  register(
    introduction: FrontierIntroduction,
  ): Promise<FrontierSession | undefined> {
    return this.#sessions.register(introduction);
  }

  /** @inheritdoc */
  renew(session: FrontierSession): Promise<boolean> {
    return this.#sessions.renew(session);
  }

  /** @inheritdoc */
  release(session: FrontierSession, graceMs: number): Promise<void> {
    return this.#sessions.release(session, graceMs);
  }

  /** @inheritdoc */
  async apply(
    session: FrontierSession,
    events: readonly PresenceEvent[],
  ): Promise<readonly PresenceOutcome[] | undefined> {
    const entered = await this.#standing(
      session,
      () => this.#writer.apply(session, events),
    );
    return typeof entered === "string" ? undefined : entered;
  }

  /** @inheritdoc */
  async touch(
    session: FrontierSession,
    kind: "edge" | "service",
    id: bigint,
  ): Promise<void> {
    await this.#standing(
      session,
      () => this.#writer.single(session, "touch", kind, id),
    );
  }

  /** @inheritdoc */
  async remove(
    session: FrontierSession,
    kind: "edge" | "service",
    id: bigint,
  ): Promise<void> {
    await this.#standing(
      session,
      () => this.#writer.single(session, "remove", kind, id),
    );
  }

  /** @inheritdoc */
  async members(
    frontierId: string,
    kind: "edge" | "service",
    cursor: string,
  ): Promise<
    { cursor: string; members: readonly { id: bigint; stamp: Stamp }[] }
  > {
    const { names } = this.#context;
    const key = names.of(`members:${kind}s`, names.tag(frontierId));
    const [next, flat] = await this.#context.read(
      command(key, "HSCAN", key, cursor, "COUNT", MEMBERS_PART),
    ) as [string, string[]] | null ?? ["0", []];
    const members = pairs(flat).map(([id, stamp]) => ({
      id: BigInt(id),
      stamp: parseMember(stamp),
    }));
    return { cursor: next, members };
  }

  /** @inheritdoc */
  leaveEvictions(
    frontierId: string,
    evictions: readonly Eviction[],
  ): Promise<void> {
    return this.#mailboxes.leave(frontierId, evictions);
  }

  /** @inheritdoc */
  takeEvictions(frontierId: string): Promise<readonly Eviction[]> {
    return this.#mailboxes.take(frontierId);
  }

  /** @inheritdoc */
  removeDead(budget: number): Promise<{ removed: number; more: boolean }> {
    return this.#graves.removeDead(budget);
  }

  /** @inheritdoc */
  async frontier(frontierId: string): Promise<FrontierRecord | undefined> {
    const owner = await this.#frontiers.get(frontierId);
    return owner && recordOf(owner);
  }

  /** @inheritdoc */
  async frontiers(): Promise<readonly FrontierRecord[]> {
    return (await this.#directory.alive()).map(recordOf);
  }

  /** @inheritdoc */
  edge(edgeId: bigint): Promise<EdgeRecord | undefined> {
    return this.#edges.get(edgeId);
  }

  /** @inheritdoc */
  async edges(edgeIds: readonly bigint[]): Promise<readonly EdgeRecord[]> {
    return (await this.#reader.edges(edgeIds)).map(({ stamp: _, ...record }) =>
      record
    );
  }

  /** @inheritdoc */
  edgePage(cursor: number, count: number): Promise<RecordPage<EdgeRecord>> {
    return this.#pages.edges(cursor, count);
  }

  /** @inheritdoc */
  async service(serviceId: bigint): Promise<readonly ServiceRecord[]> {
    return (await this.#reader.services([serviceId])).map((
      { stamp: _, ...record },
    ) => record);
  }

  /** @inheritdoc */
  servicePage(
    cursor: number,
    count: number,
  ): Promise<RecordPage<ServiceRecord>> {
    return this.#pages.services(cursor, count);
  }

  /** @inheritdoc */
  async counts(): Promise<{ edges: number; services: number }> {
    const alive = await this.#directory.alive();
    return {
      edges: alive.reduce((sum, { edges }) => sum + edges, 0),
      services: alive.reduce((sum, { services }) => sum + services, 0),
    };
  }

  /** @inheritdoc */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#port.close();
    await this.#directory.close();
  }

  /** Does something for a session; where Redis has forgotten the session, that is written again first. */
  async #standing<T>(
    session: FrontierSession,
    act: () => Promise<T | Standing>,
  ): Promise<T | Standing> {
    const done = await act();
    if (done !== "lost") return done;
    return await this.#sessions.renew(session) ? await act() : "old";
  }
}

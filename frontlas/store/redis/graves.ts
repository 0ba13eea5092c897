/**
 * Removes what dead gateways have left.
 *
 * @module
 */

import { command, scripted } from "./command.ts";
import type { Context } from "./context.ts";
import type { Directory } from "./directory.ts";
import { pairs, type Reader } from "./reader.ts";
import { memberText, parseMember } from "./records.ts";
import { BURY, FORGET, LEFT, STRIKE } from "./scripts/dead.ts";
import { MEMBERS } from "./scripts/frontier.ts";

/** Records per script. */
const PER_SCRIPT = 128;
/** Steps of the walk through a list in one turn, at most. */
const ROUNDS = 20;
/** Members of living gateways that one turn looks at, at most. */
const AUDITED = 200;

const KINDS = ["edges", "services"] as const;

/** A list of members whose process has ended. */
interface Left {
  readonly frontierId: string;
  /** Records up to this generation are its. */
  readonly generation: string;
  readonly kind: "edges" | "services";
  /** What its key ends with: a generation where another process has followed. */
  readonly suffix: string;
}

/**
 * Walks the lists of members of dead gateways. Several directories may do so at
 * once: each step removes only what is still as it was.
 */
export class Graves {
  readonly #context: Context;
  readonly #directory: Directory;
  readonly #reader: Reader;
  /** Where the walk through each list has come to: its beginning is empty by then, and looking there again finds nothing. */
  readonly #reached: Map<string, string> = new Map();
  /** Where the look at the members of living gateways has come to. */
  #audited = { index: 0, cursor: "0" };

  /**
   * @param context What it works with.
   * @param directory Knows the gateways.
   * @param reader Reads records.
   */
  constructor(context: Context, directory: Directory, reader: Reader) {
    this.#context = context;
    this.#directory = directory;
    this.#reader = reader;
  }

  /** See {@linkcode PresenceStore.removeDead}. */
  async removeDead(
    budget: number,
  ): Promise<{ removed: number; more: boolean }> {
    const ids = await this.#directory.registered();
    const answers = await this.#context.run(
      ids.map((id) => this.#context.ofFrontier(LEFT, id)),
    ) as unknown[][];
    const lists: Left[] = [];
    const living: string[] = [];
    const empty: string[] = [];
    ids.forEach((frontierId, i) => {
      const [alive, generation, edges, services, ...graves] = answers[i]!;
      for (const grave of graves as string[]) {
        for (const kind of KINDS) {
          const suffix = `:${grave}`;
          lists.push({ frontierId, generation: grave, kind, suffix });
        }
      }
      if (alive === 1) living.push(frontierId);
      if (alive !== 0) return;
      if (edges === 0 && services === 0 && graves.length === 0) {
        empty.push(frontierId);
        return;
      }
      // Where Redis has forgotten the session, all of it is old.
      const last = String(generation) || String(Number.MAX_SAFE_INTEGER);
      for (const kind of KINDS) {
        lists.push({ frontierId, generation: last, kind, suffix: "" });
      }
    });
    let removed = 0;
    let left = budget;
    let more = false;
    for (const list of lists) {
      if (left <= 0) {
        more = true;
        break;
      }
      const turn = await this.#empty(list, left);
      removed += turn.removed;
      left -= turn.looked;
      more ||= turn.more;
      // The other list may have some still; then it is not forgotten yet.
      if (!turn.more && list.suffix === "") empty.push(list.frontierId);
    }
    await this.#forget([...new Set(empty)]);
    if (left > 0) removed += await this.#audit(living, Math.min(left, AUDITED));
    return { removed, more };
  }

  /** Removes a part of a list and the records it names. */
  async #empty(
    { frontierId, generation, kind, suffix }: Left,
    budget: number,
  ): Promise<{ removed: number; looked: number; more: boolean }> {
    const { names } = this.#context;
    const tag = names.tag(frontierId);
    const name = `${suffix === "" ? "members" : "grave"}:${kind}`;
    const key = `${names.of(name, tag)}${suffix}`;
    const members = await this.#next(key, budget);
    const removed = await this.#bury(
      frontierId,
      // A grave's records are older than the process that has followed.
      suffix === "" ? Number(generation) : Number(generation) - 1,
      kind,
      members.map(([id]) => id),
    );
    const left = await this.#context.one(
      this.#context.ofFrontier(
        STRIKE,
        frontierId,
        generation,
        name,
        suffix,
        ...members.flat(),
      ),
    );
    if (Number(left) <= 0) this.#reached.delete(key);
    return { removed, looked: members.length, more: Number(left) > 0 };
  }

  /** The next members of a list, some at least unless there are none. */
  async #next(key: string, budget: number): Promise<[string, string][]> {
    let cursor = this.#reached.get(key) ?? "0";
    let rounds = 0;
    const members: [string, string][] = [];
    do {
      const part = await this.#scan(key, cursor, budget);
      cursor = part.next;
      members.push(...part.members);
    } while (
      members.length < budget && cursor !== "0" && ++rounds < ROUNDS
    );
    if (cursor === "0") this.#reached.delete(key);
    else this.#reached.set(key, cursor);
    return members;
  }

  async #bury(
    frontierId: string,
    generation: number,
    kind: "edges" | "services",
    ids: readonly string[],
  ): Promise<number> {
    const { names, cluster } = this.#context;
    const size = cluster ? 1 : PER_SCRIPT;
    const commands = [];
    for (let at = 0; at < ids.length; at += size) {
      const part = ids.slice(at, at + size);
      commands.push(scripted(
        BURY,
        names.of(kind, part[0]!),
        ...names.braces,
        frontierId,
        generation,
        kind,
        ...part,
      ));
    }
    const counts = await this.#context.run(commands) as number[];
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Removes the records of gateways that are dead and empty; those that stay away for long are forgotten. */
  async #forget(ids: readonly string[]): Promise<void> {
    const answers = await this.#context.run(
      ids.map((id) => this.#context.ofFrontier(FORGET, id)),
    );
    const gone = new Set(ids.filter((_, i) => answers[i] === 1));
    if (gone.size === 0) return;
    const { gateways, numbers } = this.#context.names;
    const flat = await this.#context.read(
      command(numbers, "HGETALL", numbers),
    ) as string[] | null ?? [];
    const free = pairs(flat)
      .filter(([number, id]) => number !== "next" && gone.has(id))
      .map(([number]) => number);
    await this.#context.run([
      command(gateways, "SREM", gateways, ...gone),
      ...(free.length === 0
        ? []
        : [command(numbers, "HDEL", numbers, ...free)]),
    ]);
  }

  /**
   * Looks at some members of a gateway that is alive: records that ended by
   * themselves, or were written by a Go directory for another gateway, leave an
   * entry behind.
   */
  async #audit(ids: readonly string[], budget: number): Promise<number> {
    const turns = ids.length * KINDS.length;
    if (turns === 0) return 0;
    const { index, cursor } = this.#audited;
    const at = index % turns;
    const frontierId = ids[Math.floor(at / KINDS.length)]!;
    const kind = KINDS[at % KINDS.length]!;
    const { names } = this.#context;
    const key = names.of(`members:${kind}`, names.tag(frontierId));
    const { next, members } = await this.#scan(key, cursor, budget);
    this.#audited = {
      index: next === "0" ? at + 1 : at,
      cursor: next,
    };
    const believed = await this.#believed(
      frontierId,
      kind,
      members.map(([id]) => BigInt(id)),
    );
    const stale = members.filter(([id, stamp]) => {
      const { since, seq } = parseMember(stamp);
      return believed.get(id) !== memberText({ since, seq });
    });
    if (stale.length === 0) return 0;
    await this.#context.one(this.#context.ofFrontier(
      MEMBERS,
      frontierId,
      0,
      ...stale.flatMap(([id, stamp]) => ["-", kind, id, stamp]),
    ));
    return stale.length;
  }

  /** Which peers are recorded at a gateway, with their connections. */
  async #believed(
    frontierId: string,
    kind: "edges" | "services",
    ids: readonly bigint[],
  ): Promise<Map<string, string>> {
    const found = kind === "edges"
      ? (await this.#reader.edges(ids)).map(({ edgeId, ...rest }) => ({
        id: edgeId,
        ...rest,
      }))
      : (await this.#reader.services(ids)).map(({ serviceId, ...rest }) => ({
        id: serviceId,
        ...rest,
      }));
    return new Map(
      found.filter((record) => record.frontierId === frontierId)
        .map(({ id, stamp }) => [`${id}`, memberText(stamp)]),
    );
  }

  async #scan(key: string, cursor: string, count: number) {
    const [next, flat] = await this.#context.read(
      command(key, "HSCAN", key, cursor, "COUNT", Math.min(count, 1_000)),
    ) as [string, string[]] | null ?? ["0", []];
    return { next, members: pairs(flat) };
  }
}

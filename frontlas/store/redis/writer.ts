/**
 * Enters what gateways tell.
 *
 * @module
 */

import type { PresenceEvent } from "@frontier/proto/cluster";
import type { FrontierSession, PresenceOutcome } from "../presence_store.ts";
import { LEASE_MS, TOMBSTONE_MS } from "../presence_times.ts";
import { type Command, command, scripted, type Word } from "./command.ts";
import type { Context } from "./context.ts";
import { edgeText, memberText, serviceText } from "./records.ts";
import { APPLY } from "./scripts/apply.ts";
import { LOOK, MEMBERS } from "./scripts/frontier.ts";

/** Events per script: about two milliseconds of Redis, during which it does nothing else. */
const PER_SCRIPT = 128;

/** Scripts of one event that are sent at once in a cluster: two or three milliseconds of this process. */
const AT_ONCE = 100;

const APPLIED: PresenceOutcome = { kind: "applied" };
const SUPERSEDED: PresenceOutcome = { kind: "superseded" };

/** Whether a session may write: `lost` when Redis has forgotten it. */
export type Standing = "ok" | "old" | "lost";

/** An event as the script reads it. */
type EventWords = readonly [kind: string, id: Word, ...Word[]];

/** One kind of entry, and its place in a gateway's list. */
interface Change {
  readonly owner: string;
  readonly words: readonly [
    sign: "+" | "-",
    list: "edges" | "services",
    id: Word,
    stamp: string,
  ];
}

/** Enters events. */
export class Writer {
  readonly #context: Context;
  /** What a gateway tells is entered in its order: the last batch of each that is under way. */
  readonly #under: Map<string, Promise<unknown>> = new Map();

  /**
   * @param context What it works with.
   */
  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * Enters events.
   *
   * @returns What came of each, or why nothing was entered.
   */
  apply(
    session: FrontierSession,
    events: readonly PresenceEvent[],
  ): Promise<readonly PresenceOutcome[] | Exclude<Standing, "ok">> {
    const words = events.map((event) => this.#words(session, event));
    return this.#inOrder(session, async () => {
      const answers = await this.#enter(session, words);
      return typeof answers === "string" ? answers : answers.map(outcomeOf);
    });
  }

  /** A sign of life, or an end, of a peer of a Go gateway. */
  single(
    session: FrontierSession,
    what: "touch" | "remove",
    kind: "edge" | "service",
    id: bigint,
  ): Promise<Standing> {
    const letters = { edge: ["T", "R"], service: ["U", "D"] }[kind];
    const letter = letters[what === "touch" ? 0 : 1]!;
    return this.#inOrder(session, async () => {
      const answers = await this.#enter(session, [[letter, `${id}`, 0, 0, ""]]);
      return typeof answers === "string" ? answers : "ok";
    });
  }

  async #inOrder<T>(
    { frontierId }: FrontierSession,
    work: () => Promise<T>,
  ): Promise<T> {
    const before = this.#under.get(frontierId);
    const mine = before === undefined
      ? work()
      : before.catch(() => {}).then(work);
    this.#under.set(frontierId, mine);
    try {
      return await mine;
    } finally {
      if (this.#under.get(frontierId) === mine) this.#under.delete(frontierId);
    }
  }

  #words({ frontierId }: FrontierSession, event: PresenceEvent): EventWords {
    const { kind, id, stamp: { since, seq } } = event;
    const edge = kind.startsWith("edge");
    if (!("addr" in event)) return [edge ? "e" : "s", `${id}`, since, seq, ""];
    const { addr, meta } = event;
    const updateTime = Math.floor(since / 1_000);
    const text = edge
      ? edgeText({ owner: frontierId, addr, updateTime })
      : serviceText({ service: meta, addr, updateTime }, frontierId);
    return [edge ? "E" : "S", `${id}`, since, seq, text];
  }

  #enter(
    session: FrontierSession,
    events: readonly EventWords[],
  ): Promise<string[] | Exclude<Standing, "ok">> {
    return this.#context.cluster
      ? this.#enterApart(session, events)
      : this.#enterTogether(session, events);
  }

  /** One server: many events per script, all scripts at once. */
  async #enterTogether(
    session: FrontierSession,
    events: readonly EventWords[],
  ): Promise<string[] | Exclude<Standing, "ok">> {
    const commands: Command[] = [];
    for (let at = 0; at < Math.max(events.length, 1); at += PER_SCRIPT) {
      const part = events.slice(at, at + PER_SCRIPT).flat();
      commands.push(this.#script(session, "", "", part, this.#key(session)));
    }
    const answers = await this.#context.run(commands) as string[][];
    const standing = answers.map(([first]) => first);
    if (standing.includes("old")) return "old";
    if (standing.includes("lost")) return "lost";
    return answers.flatMap((answer) => answer.slice(1));
  }

  /** A cluster: one script per event, then one per gateway; what is told twice is entered once. */
  async #enterApart(
    session: FrontierSession,
    events: readonly EventWords[],
  ): Promise<string[] | Exclude<Standing, "ok">> {
    const { frontierId, generation } = session;
    const key = this.#key(session);
    const [newest, closed, first] = await this.#context.one(
      command(key, "HMGET", key, "generation", "closed", "first"),
    ) as (string | null)[];
    if (newest === null || Number(newest) < generation) return "lost";
    if (Number(newest) > generation || closed !== null) return "old";
    const answers: string[] = new Array(events.length);
    // Two events of one peer must not pass each other on their way through redirections.
    for (const turn of turnsOf(events)) {
      for (let at = 0; at < turn.length; at += AT_ONCE) {
        const part = turn.slice(at, at + AT_ONCE);
        const replies = await this.#ask(session, first!, events, part);
        part.forEach((i, n) => answers[i] = replies[n]!);
      }
    }
    const owners = Map.groupBy(
      events.flatMap((event, i) => changesOf(event, answers[i]!, frontierId)),
      ({ owner }) => owner,
    );
    const { names } = this.#context;
    await this.#context.run([...owners].map(([owner, changes]) => {
      const tag = names.tag(owner);
      return scripted(
        MEMBERS,
        names.of("session", tag),
        ...names.braces,
        tag,
        owner === frontierId ? generation : 0,
        ...changes.flatMap(({ words }) => words),
      );
    }));
    return answers;
  }

  /** Asks each event's own script; where that depends on another gateway, once more with what is known of it. */
  async #ask(
    session: FrontierSession,
    first: string,
    events: readonly EventWords[],
    which: readonly number[],
  ): Promise<string[]> {
    const commandOf = (i: number, held: string) => {
      const event = events[i]!;
      const name = /[EeTR]/.test(event[0]) ? "edges" : "services";
      const key = this.#context.names.of(name, String(event[1]));
      return this.#script(session, first, held, event, key);
    };
    const replies = (await this.#context.run(
      which.map((i) => commandOf(i, "")),
    )).map((reply) => (reply as string[])[1]!);
    const open = which.flatMap((_, n) =>
      replies[n]!.startsWith("h ") ? [n] : []
    );
    if (open.length === 0) return replies;
    const asked = open.map((n) => {
      const [, generation, owner] = /^h (\d+) (.*)$/s.exec(replies[n]!)!;
      return { n, generation: Number(generation), owner: owner! };
    });
    const { names } = this.#context;
    const looks = await this.#context.run(asked.map(({ owner }) => {
      const tag = names.tag(owner);
      const session = names.of("session", tag);
      return scripted(LOOK, session, ...names.braces, tag);
    }));
    const again = await this.#context.run(asked.map(({ n, generation }, i) => {
      const look = (looks[i] as (unknown[] | null)[])[0];
      const firstOf = look?.[5];
      const held = look != null &&
        (generation === 0 || firstOf == null || generation >= Number(firstOf));
      return commandOf(which[n]!, held ? "1" : "0");
    }));
    asked.forEach(({ n }, i) => replies[n] = (again[i] as string[])[1]!);
    return replies;
  }

  #script(
    session: FrontierSession,
    first: string,
    held: string,
    events: readonly Word[],
    key: string,
  ): Command {
    const { names, times, cluster } = this.#context;
    return scripted(
      APPLY,
      key,
      ...names.braces,
      session.frontierId,
      session.generation,
      this.#context.kept(session),
      times.edgeMs,
      times.serviceMs,
      LEASE_MS,
      TOMBSTONE_MS,
      cluster ? "1" : "",
      first,
      held,
      ...events,
    );
  }

  #key({ frontierId }: FrontierSession): string {
    const { names } = this.#context;
    return names.of("session", names.tag(frontierId));
  }
}

/** Parts events so that no part has two of one peer, in their order. */
function turnsOf(events: readonly EventWords[]): number[][] {
  const turns: number[][] = [];
  const next = new Map<string, number>();
  events.forEach(([kind, id], i) => {
    const peer = `${/[EeTR]/.test(kind)} ${id}`;
    const turn = next.get(peer) ?? 0;
    next.set(peer, turn + 1);
    (turns[turn] ??= []).push(i);
  });
  return turns;
}

/** What an answer means for the lists of members. */
function changesOf(
  [kind, id, since, seq]: EventWords,
  answer: string,
  owner: string,
): Change[] {
  const list = /[EeTR]/.test(kind) ? "edges" : "services";
  const change = (sign: "+" | "-", whose: string, stamp: string): Change => ({
    owner: whose,
    words: [sign, list, id, stamp],
  });
  const mine = `${since} ${seq}`;
  switch (kind) {
    // An end counts whatever came of it: the list may have missed the first one.
    case "e":
    case "s":
      return [change("-", owner, mine)];
    case "E":
    case "S": {
      if (answer === "s") return [];
      const from = parseMove(answer);
      return [
        change("+", owner, mine),
        ...(from === undefined
          ? []
          : [change("-", from.owner, memberText(from.stamp))]),
      ];
    }
    default: {
      const [letter, stamp] = [answer[0], answer.slice(2)];
      if (letter === "t") return [change("+", owner, stamp)];
      return letter === "r" ? [change("-", owner, stamp)] : [];
    }
  }
}

function parseMove(answer: string) {
  const parts = /^([md]) (\d+) (\d+) (\d+) (.*)$/s.exec(answer);
  if (parts === null) return undefined;
  return {
    kind: parts[1]!,
    stamp: { since: Number(parts[2]), seq: Number(parts[3]) },
    owner: parts[5]!,
  };
}

function outcomeOf(answer: string): PresenceOutcome {
  if (answer === "s") return SUPERSEDED;
  const move = parseMove(answer);
  return move?.kind === "m"
    ? { kind: "moved", from: move.owner, stamp: move.stamp }
    : APPLIED;
}

/**
 * A cluster: each key is at the master of its slot.
 *
 * @module
 */

import { describeError } from "@frontier/platform/internal";
import type { RedisStoreConfig } from "../../config/types.ts";
import type { StoreState } from "../presence_store.ts";
import { Closings } from "./closings.ts";
import { ClusterClock } from "./cluster_clock.ts";
import {
  type Command,
  isUnknownScript,
  loadsOf,
  type Reply,
  wordsOf,
} from "./command.ts";
import { Connection } from "./connection.ts";
import {
  type Address,
  addressOf,
  addressText,
  connectionOptions,
} from "./connection_options.ts";
import { KEEP_MS, Marker } from "./marker.ts";
import { Pause } from "./pause.ts";
import type { RedisPort } from "./port.ts";
import { slotOf, tagOf } from "./slots.ts";
import { readTopology, type Topology } from "./topology.ts";
import { isWrongPlace, unavailable, valueOf } from "./unavailable.ts";

/** Milliseconds between two attempts while the cluster is not whole. */
const AGAIN_MS = 200;
/** Milliseconds after which a healthy cluster is asked who has what, redirections aside. */
const ASK_MS = 5_000;
/** The clock is that of whoever has this key: all directories must ask the same. */
const CLOCK_KEY = "frontlas:generation";

/** A master in use. */
interface Node {
  readonly address: Address;
  readonly connection: Connection;
  /** Notices a loss; by the slot it is at. */
  marker: { readonly slot: number; readonly marker: Marker };
}

/**
 * Has a connection to each master. It is up while every slot has a master and
 * all of them answer: a command to one that is away would have to wait for a
 * failover, and nothing waits here.
 */
export class ClusterPort implements RedisPort {
  /** @inheritdoc */
  state: StoreState = "down";
  /** @inheritdoc */
  problem = "not connected yet";
  /** @inheritdoc */
  onState: ((state: StoreState) => void) | undefined = undefined;
  /** @inheritdoc */
  readonly clock: ClusterClock = new ClusterClock();
  readonly #config: RedisStoreConfig;
  readonly #pause: Pause = new Pause();
  readonly #closings: Closings = new Closings();
  readonly #nodes: Map<string, Node> = new Map();
  #topology: Topology | undefined = undefined;
  #running: Promise<void> | undefined = undefined;
  /** Redirections have come: who has what must be asked again. */
  #moved = false;
  #asked = 0;

  /**
   * @param config The configuration.
   */
  constructor(config: RedisStoreConfig) {
    this.#config = config;
  }

  /**
   * Connects to all masters, and keeps watching them from then on.
   *
   * @throws {StoreUnavailableError} If the first attempt fails.
   */
  async start(): Promise<void> {
    try {
      await this.#refresh();
      await this.#look();
    } catch (error) {
      await this.#closeAll();
      throw error;
    }
    this.#set("up", "");
    this.#running = this.#watch();
  }

  /** @inheritdoc */
  async run(commands: readonly Command[]): Promise<Reply[]> {
    if (this.state === "down") throw unavailable(this.problem);
    const { readTimeoutMs, maxRedirects, maxRetries } = this.#config;
    const end = performance.now() + readTimeoutMs;
    const replies: Reply[] = new Array(commands.length);
    let open: readonly number[] = commands.map((_, i) => i);
    for (let turn = 0; open.length > 0; turn++) {
      const left = Math.ceil(end - performance.now());
      if (left <= 0) break;
      await this.#send(commands, open, replies, left);
      const unknown = open.filter((i) => isUnknownScript(replies[i]));
      const later = open.filter((i) => isPassing(replies[i]));
      if (turn >= Math.max(maxRedirects, maxRetries)) break;
      if (later.length > 0) {
        this.#moved = true;
        if (later.some((i) => !/^(MOVED|ASK) /.test(messageOf(replies[i])))) {
          await new Promise((resolve) =>
            setTimeout(resolve, Math.min(50 << turn, left))
          );
        }
      }
      open = [...unknown, ...later].toSorted((a, b) => a - b);
    }
    const wrong = replies.findIndex(isWrongPlace);
    if (wrong >= 0) {
      this.#moved = true;
      this.#node(commands[wrong]!.key)?.connection.lose(
        messageOf(replies[wrong]),
      );
    }
    if (this.#moved) this.#pause.end();
    return replies;
  }

  /** @inheritdoc */
  suspect(): void {
    this.#pause.end();
  }

  /** @inheritdoc */
  async close(): Promise<void> {
    this.#pause.stop();
    this.#closings.stop();
    await this.#running;
    await this.#closeAll();
    this.#set("down", "closed");
  }

  /** Sends each command to the master of its key, or where the last answer has sent it. */
  async #send(
    commands: readonly Command[],
    which: readonly number[],
    replies: Reply[],
    ms: number,
  ): Promise<void> {
    const groups = new Map<Node, number[]>();
    const asking = new Set<number>();
    for (const i of which) {
      const [kind, , to] = messageOf(replies[i]).split(" ");
      const sent = (kind === "MOVED" || kind === "ASK") && to !== undefined
        ? await this.#nodeAt(to, this.#node(commands[i]!.key), ms)
        : this.#node(commands[i]!.key);
      if (sent === undefined) throw unavailable("a slot has no master");
      if (kind === "ASK") asking.add(i);
      const group = groups.get(sent);
      if (group === undefined) groups.set(sent, [i]);
      else group.push(i);
    }
    await Promise.all([...groups].map(async ([{ connection }, group]) => {
      const loads = loadsOf(
        group.filter((i) => isUnknownScript(replies[i]))
          .map((i) => commands[i]!),
      );
      const words = group.flatMap((i) => {
        const sent = wordsOf(commands[i]!);
        return asking.has(i) ? [["ASKING"], sent] : [sent];
      });
      const answers = await connection.run([...loads, ...words], ms);
      let at = loads.length;
      for (const i of group) {
        if (asking.has(i)) at++;
        replies[i] = answers[at++];
      }
    }));
  }

  #node(key: string): Node | undefined {
    const at = this.#topology?.slots[slotOf(key)];
    return at === undefined ? undefined : this.#nodes.get(at);
  }

  /** The node that a redirection names; one without a host is at the host of who said so. */
  async #nodeAt(
    to: string,
    from: Node | undefined,
    ms: number,
  ): Promise<Node> {
    let address = addressOf(to, "tcp");
    if (to.startsWith(":") && from !== undefined) {
      address = {
        ...from.address,
        ...("port" in address && { port: address.port }),
      };
    }
    const text = addressText(address);
    return this.#nodes.get(text) ?? await this.#connect(text, address, ms);
  }

  async #connect(text: string, address: Address, ms: number): Promise<Node> {
    const connection = await Connection.open({
      at: text,
      options: connectionOptions(this.#config, address, "server"),
      ms: Math.min(ms, this.#config.dialTimeoutMs),
      answerMs: this.#config.readTimeoutMs,
      closings: this.#closings,
      lost: (why) => {
        if (this.#nodes.get(text)?.connection !== connection) return;
        this.#nodes.delete(text);
        this.#moved = true;
        this.#set("down", why);
        this.#pause.end();
      },
    });
    const known = this.#nodes.get(text);
    if (known !== undefined) {
      // Somebody else was faster.
      void connection.close();
      return known;
    }
    const node = { address, connection, marker: markerAt(0) };
    this.#nodes.set(text, node);
    return node;
  }

  /** Looks at all masters, again and again. */
  async #watch(): Promise<void> {
    while (!this.#pause.stopped) {
      await this.#pause.wait(this.state === "up" ? KEEP_MS : AGAIN_MS);
      if (this.#pause.stopped) return;
      try {
        const due = performance.now() - this.#asked > ASK_MS;
        if (this.#moved || due || this.state === "down") await this.#refresh();
        const lost = await this.#look();
        if (lost) this.#set("down", "a master has lost its data");
        if (!this.#moved) this.#set("up", "");
      } catch (error) {
        this.#set(
          "down",
          describeError(error).replace("Cannot reach Redis: ", ""),
        );
      }
    }
  }

  /** Asks who has what, and has a connection to each master. */
  async #refresh(): Promise<void> {
    this.#moved = false;
    const topology = await this.#ask();
    if (!topology.complete) throw unavailable("slots have no master");
    this.#asked = performance.now();
    await Promise.all(
      [...topology.masters].map(([text, address]) =>
        this.#nodes.has(text)
          ? undefined
          : this.#connect(text, address, this.#config.dialTimeoutMs)
      ),
    );
    this.#topology = topology;
    for (const [text, { connection }] of this.#nodes) {
      if (topology.masters.has(text)) continue;
      this.#nodes.delete(text);
      void connection.close();
    }
  }

  /** The first node that answers knows; those in use are asked first, then those of the configuration. */
  async #ask(): Promise<Topology> {
    const { addrs, readTimeoutMs, dialTimeoutMs } = this.#config;
    let problem: unknown = unavailable("no node of the cluster is known");
    const incomplete: Topology[] = [];
    const ask = async (connection: Connection, address: Address) => {
      const [reply] = await connection.run(
        [["CLUSTER", "SLOTS"]],
        readTimeoutMs,
      );
      const topology = readTopology(valueOf(reply), address);
      if (topology.complete) return topology;
      incomplete.push(topology);
    };
    // One that was cut off from the others does not know that it was: not always the same is asked first.
    const nodes = [...this.#nodes.values()]
      .map((node) => ({ ...node, rank: Math.random() }))
      .sort((a, b) => a.rank - b.rank);
    for (const { connection, address } of nodes) {
      try {
        const topology = await ask(connection, address);
        if (topology !== undefined) return topology;
      } catch (error) {
        problem = error;
      }
    }
    const known = [...this.#topology?.masters.values() ?? []];
    const others = [...known, ...addrs.map((addr) => addressOf(addr, "tcp"))]
      .filter((address) => !this.#nodes.has(addressText(address)));
    for (const address of others) {
      let connection: Connection | undefined = undefined;
      try {
        connection = await Connection.open({
          at: addressText(address),
          options: connectionOptions(this.#config, address, "server"),
          ms: dialTimeoutMs,
          answerMs: readTimeoutMs,
          closings: this.#closings,
          lost: () => {},
        });
        const topology = await ask(connection, address);
        if (topology !== undefined) return topology;
      } catch (error) {
        problem = error;
      } finally {
        void connection?.close();
      }
    }
    if (incomplete.length > 0) throw unavailable("slots have no master");
    throw problem;
  }

  /** Looks whether each master answers and has its data; answers whether one has lost them. */
  async #look(): Promise<boolean> {
    const { readTimeoutMs } = this.#config;
    const topology = this.#topology!;
    const clockNode = this.#node(CLOCK_KEY);
    const looks = await Promise.all(
      [...topology.firstSlots].map(async ([text, slot]) => {
        const node = this.#nodes.get(text);
        if (node === undefined) throw unavailable(`${text} is away`);
        const { connection } = node;
        if (node.marker.slot !== slot) node.marker = markerAt(slot);
        try {
          if (node === clockNode) {
            const asked = this.clock.ask();
            const [time] = await connection.run([["TIME"]], readTimeoutMs);
            this.clock.heard(asked, valueOf(time));
          }
          return await node.marker.marker.look((words) =>
            connection.run(words, readTimeoutMs)
          );
        } catch (error) {
          this.#moved = true;
          // It answers; the mark is on its way to another master.
          if (isMoving(error)) return false;
          throw error;
        }
      }),
    );
    return looks.includes(true);
  }

  async #closeAll(): Promise<void> {
    const nodes = [...this.#nodes.values()];
    this.#nodes.clear();
    for (const { connection } of nodes) void connection.close();
    await this.#closings.wait();
  }

  #set(state: StoreState, problem: string): void {
    this.problem = problem;
    if (this.state === state) return;
    this.state = state;
    this.onState?.(state);
  }
}

function markerAt(slot: number) {
  return { slot, marker: new Marker(`frontlas:marker:{${tagOf(slot)}}`) };
}

function messageOf(reply: Reply): string {
  return reply instanceof Error ? reply.message : "";
}

/** Whether a command may be answered somewhere else, or a moment later. */
function isPassing(reply: Reply): boolean {
  return /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b/.test(messageOf(reply));
}

/** Whether a slot is somewhere else, or on its way there. */
function isMoving(error: unknown): boolean {
  const { cause } = error as { cause?: unknown };
  return /^(MOVED|ASK|TRYAGAIN)\b/.test(messageOf(cause));
}

/**
 * What the parts of the store work with.
 *
 * @module
 */

import type { FrontierSession, PresenceMode } from "../presence_store.ts";
import type { RecordTimes } from "../presence_times.ts";
import { type Command, scripted, type Word } from "./command.ts";
import type { Names } from "./names.ts";
import type { RedisPort } from "./port.ts";
import type { Script } from "./scripts/script.ts";
import { isWrongType, valueOf } from "./unavailable.ts";

/** What the parts of the store work with. */
export class Context {
  /** The way to the data. */
  readonly port: RedisPort;
  /** Names of keys. */
  readonly names: Names;
  /** Whether the data are at several servers: then no script may touch two peers. */
  readonly cluster: boolean;
  /** How edges die with their gateway. */
  readonly mode: PresenceMode;
  /** How long records live. */
  readonly times: RecordTimes;

  /**
   * @param port The way to the data.
   * @param names Names of keys.
   * @param cluster Whether the data are at several servers.
   * @param mode How edges die with their gateway.
   * @param times How long records live.
   */
  constructor(
    port: RedisPort,
    names: Names,
    cluster: boolean,
    mode: PresenceMode,
    times: RecordTimes,
  ) {
    this.port = port;
    this.names = names;
    this.cluster = cluster;
    this.mode = mode;
    this.times = times;
  }

  /**
   * Runs commands.
   *
   * @returns A value for each.
   * @throws {StoreUnavailableError} If Redis cannot do one of them now.
   */
  async run(commands: readonly Command[]): Promise<unknown[]> {
    if (commands.length === 0) return [];
    return (await this.port.run(commands)).map(valueOf);
  }

  /** Runs one command. */
  async one(command: Command): Promise<unknown> {
    return (await this.run([command]))[0];
  }

  /** Runs one command that reads; a key of a wrong type is none. */
  async read(command: Command): Promise<unknown> {
    const [reply] = await this.port.run([command]);
    return isWrongType(reply) ? null : valueOf(reply);
  }

  /** Runs commands that write; a key of a wrong type is removed first. */
  async healed(commands: readonly Command[]): Promise<void> {
    const replies = await this.port.run(commands);
    const wrong = commands.filter((_, i) => isWrongType(replies[i]));
    if (wrong.length === 0) return void replies.forEach(valueOf);
    await this.run(wrong.map(({ key }) => ({ key, words: ["DEL", key] })));
    await this.run(wrong);
  }

  /** A script that works with the keys of one gateway. */
  ofFrontier(script: Script, frontierId: string, ...words: Word[]): Command {
    const { names } = this;
    const tag = names.tag(frontierId);
    return scripted(
      script,
      names.of("session", tag),
      ...names.braces,
      tag,
      ...words,
    );
  }

  /** How the records of a gateway are kept: those of a Go gateway always need signs of life. */
  kept({ instance }: FrontierSession): "t" | "l" {
    return this.mode === "lease" && instance !== "" ? "l" : "t";
  }
}

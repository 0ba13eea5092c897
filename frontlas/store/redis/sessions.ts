/**
 * Connections of gateways.
 *
 * @module
 */

import type {
  FrontierIntroduction,
  FrontierSession,
} from "../presence_store.ts";
import { LEASE_MS, NUMBERS } from "../presence_times.ts";
import { command, scripted } from "./command.ts";
import type { Context } from "./context.ts";
import {
  ADMIT,
  CLAIM,
  GENERATION,
  RELEASE,
  RENEW,
} from "./scripts/frontier.ts";

/** Milliseconds that a gateway keeps its number while it is away. */
const SESSION_MS = 7 * 86_400_000;
/** Attempts to register while others register, too. */
const TRIES = 20;

/** Lets gateways in, keeps them alive and ends them. */
export class Sessions {
  readonly #context: Context;
  /** What gateways have said here, by id: to be written again where Redis has forgotten it. */
  readonly #introductions: Map<string, FrontierIntroduction> = new Map();

  /**
   * @param context What it works with.
   */
  constructor(context: Context) {
    this.#context = context;
  }

  /** See {@linkcode PresenceStore.register}. */
  async register(
    introduction: FrontierIntroduction,
  ): Promise<FrontierSession | undefined> {
    const { frontierId, instance, serviceAddr, edgeAddr } = introduction;
    const context = this.#context;
    const key = this.#key(frontierId);
    const known = await context.read(command(key, "HGET", key, "number"));
    const { number, lost } = await this.#number(
      frontierId,
      known === null ? undefined : Number(known),
    );
    for (let tries = 0; tries < TRIES; tries++) {
      const generation = Number(
        await context.one(scripted(GENERATION, context.names.generation)),
      );
      const answer = await context.one(context.ofFrontier(
        ADMIT,
        frontierId,
        instance,
        generation,
        number,
        serviceAddr,
        edgeAddr,
        LEASE_MS,
        SESSION_MS,
        lost ? String(known) : "",
      ));
      if (answer === "refused") return undefined;
      if (answer === "late") continue;
      await this.#list(frontierId, Number(answer));
      this.#introductions.set(frontierId, introduction);
      return { frontierId, instance, generation, number: Number(answer) };
    }
    throw new Error(
      `Cannot register gateway ${frontierId}: it registers elsewhere all the time, give each gateway its own id`,
    );
  }

  /** See {@linkcode PresenceStore.renew}. */
  async renew(session: FrontierSession): Promise<boolean> {
    const { frontierId, instance, generation, number } = session;
    const introduction = this.#introductions.get(frontierId);
    const renewed = this.#context.one(this.#context.ofFrontier(
      RENEW,
      frontierId,
      instance,
      generation,
      number,
      LEASE_MS,
      SESSION_MS,
      ...(introduction?.instance === instance
        ? [introduction.serviceAddr, introduction.edgeAddr]
        : []),
    ));
    const [answer] = await Promise.all([
      renewed,
      // What cannot be written now is written with the next renewal.
      this.#list(frontierId, number).catch(() => {}),
    ]);
    // It was there, and is gone: so may be more.
    if (answer === 2) this.#context.port.suspect();
    if (answer === 0) this.#introductions.delete(frontierId);
    return answer !== 0;
  }

  /** See {@linkcode PresenceStore.release}. */
  async release(session: FrontierSession, graceMs: number): Promise<void> {
    const { frontierId, instance, generation } = session;
    await this.#context.one(
      this.#context.ofFrontier(
        RELEASE,
        frontierId,
        generation,
        Math.ceil(graceMs),
      ),
    );
    if (this.#introductions.get(frontierId)?.instance === instance) {
      this.#introductions.delete(frontierId);
    }
  }

  /** Has a gateway in the list, and its number taken, also where Redis has forgotten both. */
  async #list(frontierId: string, number: number): Promise<void> {
    const { gateways, numbers } = this.#context.names;
    await this.#context.healed([
      command(gateways, "SADD", gateways, frontierId),
      command(numbers, "HSETNX", numbers, number, frontierId),
    ]);
  }

  #key(frontierId: string): string {
    const { names } = this.#context;
    return names.of("session", names.tag(frontierId));
  }

  /**
   * The number of a gateway: the one it has, if nobody got that meanwhile; else
   * one that nobody alive has, the one that was given longest ago.
   */
  async #number(
    frontierId: string,
    known: number | undefined,
  ): Promise<{ number: number; lost: boolean }> {
    const { names } = this.#context;
    for (let tries = 0; tries < TRIES; tries++) {
      const fields = await this.#context.read(
        command(names.numbers, "HGETALL", names.numbers),
      ) as string[] ?? [];
      const holders = new Map<string, string>();
      for (let i = 0; i < fields.length; i += 2) {
        holders.set(fields[i]!, fields[i + 1]!);
      }
      // Where Redis has forgotten who has which, others may use the first ones still.
      const next = Number(
        holders.get("next") ?? Math.floor(Math.random() * NUMBERS),
      );
      const holder = known === undefined ? "" : holders.get(`${known}`);
      if (known !== undefined && holder === frontierId) {
        return { number: known, lost: false };
      }
      const keeps = known !== undefined && holder === undefined;
      const number = keeps ? known : await this.#free(holders, next);
      const claimed = await this.#context.one(scripted(
        CLAIM,
        names.numbers,
        number,
        holders.get(`${number}`) ?? "",
        frontierId,
      ));
      if (claimed === 1) {
        return { number, lost: known !== undefined && !keeps };
      }
    }
    throw new Error(
      `Cannot give a number to gateway ${frontierId}: too many register at once, try again`,
    );
  }

  async #free(
    holders: ReadonlyMap<string, string>,
    next: number,
  ): Promise<number> {
    const order = Array.from(
      { length: NUMBERS },
      (_, i) => (next + i) % NUMBERS,
    );
    const unused = order.find((number) => !holders.has(`${number}`));
    if (unused !== undefined) return unused;
    const { names } = this.#context;
    const answers = await this.#context.run(order.flatMap((number) => {
      const tag = names.tag(holders.get(`${number}`)!);
      const alive = names.of("alive:frontiers", tag);
      const session = names.of("session", tag);
      return [
        command(alive, "EXISTS", alive),
        command(session, "HGET", session, "number"),
      ];
    }));
    const dead = order.find((number, i) =>
      answers[2 * i] === 0 || Number(answers[2 * i + 1]) !== number
    );
    if (dead !== undefined) return dead;
    throw new Error(
      `Cannot give a number: ${NUMBERS} gateways are alive, end some of them`,
    );
  }
}

/**
 * One connection to Redis, which comes back by itself.
 *
 * @module
 */

import { parseAddress, readSecret } from "@frontier/platform/config";
import { Redis } from "ioredis";
import type { RedisConfig } from "../../config/mod.ts";
import { type ClientTls, clientTls } from "../client_tls.ts";
import { ClientKeeper, type KeeperTurn } from "../client_keeper.ts";
import { problemOf } from "../problem.ts";

/** Milliseconds that an attempt to connect may take. */
const CONNECT_MS = 5_000;
/** Milliseconds that an answer may take. */
const ANSWER_MS = 3_000;
/** Milliseconds between two signs of life. */
const PING_MS = 5_000;
/** Milliseconds that the server has to close its side. */
const DISCONNECT_MS = 200;
/** Largest value where the server does not tell, in bytes. */
const USUAL_BULK = 536_870_912;

/**
 * Holds one client at a time. A client that has failed once is thrown away:
 * that of ioredis never settles what it had under way in some of these states.
 */
export class RedisLink {
  /** The client, while the state is `up`. */
  client: Redis | undefined = undefined;
  /** Largest value that the server takes, in bytes. */
  maxBulk: number = USUAL_BULK;
  /** Makes clients, one after the other. */
  readonly keeper: ClientKeeper;
  readonly #config: RedisConfig;
  readonly #waiting: Set<(error: Error) => void> = new Set();
  #lose: ((problem: unknown) => void) | undefined = undefined;

  /**
   * @param config Where, and as whom.
   * @param onState Called after each change of the state.
   */
  constructor(config: RedisConfig, onState: () => void) {
    this.#config = config;
    this.keeper = new ClientKeeper(
      config.addrs,
      (turn) => this.#use(turn),
      onState,
    );
  }

  /**
   * The client has failed: it is replaced.
   *
   * @param client The one in use; nothing happens if it was replaced before.
   * @param problem What went wrong.
   */
  fail(client: Redis, problem: string): void {
    if (client === this.client) this.#lose?.(problem);
  }

  /**
   * Waits for an answer of a client as long as that may take. The client itself
   * has a timer for each command only, which costs more than the command, and
   * what it had under way when its connection was lost never settles.
   *
   * @param client The client.
   * @param answer What it is to answer.
   * @returns The answer.
   * @throws {Error} If it does not come in time, or the connection is lost.
   */
  async inTime<T>(client: Redis, answer: Promise<T>): Promise<T> {
    answer.catch(() => {});
    if (client !== this.client) throw new Error("connection lost");
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${ANSWER_MS} ms`)),
      ANSWER_MS,
    );
    this.#waiting.add(reject);
    try {
      return await Promise.race([answer, promise]);
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(reject);
    }
  }

  /** Uses an address until its connection is lost, which is thrown. */
  async #use({ addr, lost, lose, works }: KeeperTurn): Promise<void> {
    const client = new Redis(this.#options(addr));
    // Without a listener an error would be thrown where nobody can catch it.
    let problem = "";
    client.on("error", (error) => problem = problemOf(error));
    this.#lose = lose;
    const closed = () => lose(problem || "connection lost");
    client.on("close", closed);
    let timer: ReturnType<typeof setInterval> | undefined = undefined;
    let connecting: ReturnType<typeof setTimeout> | undefined = undefined;
    try {
      connecting = setTimeout(
        () => lose(`no answer within ${CONNECT_MS} ms`),
        CONNECT_MS,
      );
      await Promise.race([client.connect(), lost]);
      const asked = largestValue(client);
      asked.catch(() => {});
      this.maxBulk = await Promise.race([asked, lost]);
      clearTimeout(connecting);
      this.client = client;
      works();
      // A server that is frozen closes nothing.
      timer = setInterval(() => {
        this.inTime(client, client.ping()).catch((error) =>
          this.fail(client, problemOf(error))
        );
      }, PING_MS);
      await lost;
    } catch (error) {
      throw problem === "" ? error : new Error(problem);
    } finally {
      clearInterval(timer);
      clearTimeout(connecting);
      this.client = this.#lose = undefined;
      const gone = new Error(problem || "connection lost");
      for (const reject of this.#waiting) reject(gone);
      client.off("close", closed);
      await end(client);
    }
  }

  #options(addr: string) {
    const { user, password, db, tls } = this.#config;
    const { host, port } = parseAddress(
      addr.replace(/^(rediss?:\/\/)?([^@/]*@)?/, ""),
    );
    const own = /^(?:rediss?:\/\/)?([^:@/]*):(.*)@/.exec(addr);
    const pass = readSecret(password, "mqm.redis.password") ||
      decodeURIComponent(own?.[2] ?? "");
    const name = user || decodeURIComponent(own?.[1] ?? "");
    const files: ClientTls | undefined = clientTls(tls) ??
      (addr.startsWith("rediss:") ? { rejectUnauthorized: true } : undefined);
    return {
      host: host === "" ? "127.0.0.1" : host,
      port,
      db,
      lazyConnect: true,
      connectTimeout: CONNECT_MS,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      enableOfflineQueue: false,
      connectionName: "frontier",
      disconnectTimeout: DISCONNECT_MS,
      retryStrategy: () => null,
      ...(name !== "" && { username: name }),
      ...(pass !== "" && { password: pass }),
      ...(files !== undefined && { tls: files }),
    };
  }
}

/** Ends a client and waits until nothing of it is left. */
async function end(client: Redis): Promise<void> {
  if (client.status === "end") return;
  client.disconnect();
  // Its timer that tears a socket runs to its end even when the socket has gone.
  await new Promise((resolve) => setTimeout(resolve, DISCONNECT_MS + 50));
}

/** Asks for the server's own limit; those who may not ask assume the usual one. */
async function largestValue(client: Redis): Promise<number> {
  try {
    const answer = await client.config("GET", "proto-max-bulk-len");
    const most = Number((answer as string[])[1]);
    return most > 0 ? most : USUAL_BULK;
  } catch (error) {
    const { message } = error as Error;
    // It has answered: only the question was not allowed.
    if (/NOPERM|unknown command|ERR/.test(message)) return USUAL_BULK;
    throw error;
  }
}

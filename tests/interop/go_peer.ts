/** The Go peer program, driven from a test. */

import type {
  GoCallOptions,
  GoCallResult,
  GoData,
  GoEvents,
  GoHandlerOptions,
  GoHookOptions,
  GoMessage,
  GoPeerOptions,
  GoPublishOptions,
  GoReceiveOptions,
  GoReport,
  GoReportOptions,
  GoStream,
  GoTally,
  OnTarget,
} from "./go_peer_types.ts";
import type { ReportMethod } from "@frontier/proto/cluster";
import { LineProcess } from "../support/line_process.ts";
import { buildGo } from "./toolchain.ts";

/** The error text a Go operation ended with, as the Go application sees it. */
export class GoError extends Error {
  override name = "GoError";
}

type Line = Record<string, unknown>;
type Waiter = { accepts(line: Line): boolean; resolve(line: Line): void };

/** Keys whose decimal text becomes a bigint, and whose base64 becomes bytes. */
const IDS = new Set(["clientId", "streamId", "edgeId"]);
const BYTES = new Set(["data", "custom", "meta"]);

/** One running Go peer. Every command rejects with a {@linkcode GoError} when the Go operation fails. */
export class GoPeer implements AsyncDisposable {
  readonly #process: LineProcess;
  readonly #answers = new Map<number, (line: Line) => void>();
  readonly #waiters: Waiter[] = [];
  #events: Line[] = [];
  #lastId = 0;
  #gone = false;
  #clientId = 0n;
  #address = "";

  private constructor(path: string, args: readonly string[]) {
    this.#process = new LineProcess(path, args, (line) => this.#take(line));
    this.#process.ended.then(() => this.#end());
  }

  /**
   * Starts a peer and waits until it is connected (or, as a server, listens).
   *
   * @param options What it is and where it connects.
   * @returns The peer.
   * @throws {GoError} When the connection is refused, with the reason as the Go application sees it.
   */
  static async start(options: GoPeerOptions): Promise<GoPeer> {
    const args = [
      `-role=${options.role}`,
      `-address=127.0.0.1:${options.port ?? 0}`,
    ];
    if (options.name !== undefined) args.push(`-name=${options.name}`);
    if (options.topics !== undefined) {
      args.push(`-topics=${options.topics.join(",")}`);
    }
    if (options.meta !== undefined) args.push(`-meta=${options.meta}`);
    if (options.retry) args.push("-retry");
    if (options.wanted !== undefined) args.push(`-wanted=${options.wanted}`);
    if (options.buffer !== undefined) {
      args.push(
        `-read-buffer=${options.buffer}`,
        `-write-buffer=${options.buffer}`,
      );
    }
    for (const [key, value] of Object.entries(options.tls ?? {})) {
      args.push(`-tls-${key}=${value}`);
    }
    if (options.verbose) args.push("-verbose");
    const peer = new GoPeer(await buildGo(options.line ?? "new"), args);
    const first = await peer.#wait(
      (line) => line.event === "ready" || line.event === "refused",
      20_000,
    );
    if (first.event === "refused") {
      await peer[Symbol.asyncDispose]();
      throw new GoError(String(first.error));
    }
    peer.#clientId = first.clientId as bigint;
    peer.#address = first.address as string;
    return peer;
  }

  /** The id it got when it first connected. */
  get clientId(): bigint {
    return this.#clientId;
  }

  /** Port of its side of the connection, or the port a server listens on. */
  get port(): number {
    return Number(this.#address.slice(this.#address.lastIndexOf(":") + 1));
  }

  /**
   * Takes the next event of a kind, waiting for it if need be; each event is handed out once.
   *
   * @param name Kind of event.
   * @param where Takes only events it accepts.
   * @param timeoutMs How long to wait, in milliseconds.
   * @returns The event.
   * @throws {Error} When none comes in time.
   */
  async event<K extends keyof GoEvents>(
    name: K,
    where: (event: GoEvents[K]) => boolean = () => true,
    timeoutMs = 5000,
  ): Promise<GoEvents[K]> {
    const line = await this.#wait(
      (line) => line.event === name && where(line as unknown as GoEvents[K]),
      timeoutMs,
    );
    return line as unknown as GoEvents[K];
  }

  /**
   * Counts the events of a kind that nobody has taken.
   *
   * @param name Kind of event.
   * @returns Their number.
   */
  pending(name: keyof GoEvents): number {
    return this.#events.filter((line) => line.event === name).length;
  }

  /** Current ids of an end or stream, and how many streams an end has. */
  async info(
    on = "",
  ): Promise<GoStream & { clientId: bigint; streams?: number }> {
    return await this.#command("info", { on });
  }

  /** Registers a method. */
  async register(
    method: string,
    options: GoHandlerOptions = {},
  ): Promise<void> {
    await this.#command("register", { method, ...options });
  }

  /** Calls a method. */
  async call(
    method: string,
    options: GoCallOptions = {},
  ): Promise<GoCallResult> {
    return await this.#command("call", { method, ...options });
  }

  /** Calls a method asynchronously; the Go library hands out no response, only that it succeeded. */
  async callAsync(
    method: string,
    options: GoCallOptions = {},
  ): Promise<{ ms: number }> {
    return await this.#command("callAsync", { method, ...options });
  }

  /** Calls an echoing method many times; each answer is checked. */
  async callMany(
    method: string,
    count: number,
    options: GoCallOptions & { concurrency?: number; bytes?: number } = {},
  ): Promise<GoTally> {
    return await this.#command("callMany", { method, count, ...options });
  }

  /** Publishes a message; returns when it is acknowledged. */
  async publish(
    topic: string,
    options: GoPublishOptions = {},
  ): Promise<{ ms: number }> {
    return await this.#command("publish", { topic, ...options });
  }

  /** Publishes a message asynchronously; returns when the acknowledgement has come. */
  async publishAsync(
    topic: string,
    options: GoPublishOptions = {},
  ): Promise<{ ms: number }> {
    return await this.#command("publishAsync", { topic, ...options });
  }

  /** Publishes many messages; message `i` is the pattern of seed `i + 1`. */
  async publishMany(
    topic: string,
    count: number,
    options: GoCallOptions & { concurrency?: number; bytes?: number } = {},
  ): Promise<GoTally> {
    return await this.#command("publishMany", { topic, count, ...options });
  }

  /** Receives and acknowledges one message. */
  async receive(
    options: GoReceiveOptions & { contextMs?: number } = {},
  ): Promise<GoMessage> {
    return await this.#command("receive", { ...options });
  }

  /** Goes on receiving, with an event for each message. */
  async consume(options: GoReceiveOptions = {}): Promise<void> {
    await this.#command("consume", { ...options });
  }

  /** Opens a stream to a service name or an edge id. */
  async open(
    peer: string | bigint,
    options: OnTarget & { text?: string } = {},
  ): Promise<GoStream & { ms: number }> {
    return await this.#command("open", { peer: String(peer), ...options });
  }

  /** Accepts one stream. */
  async accept(on = ""): Promise<GoStream> {
    return await this.#command("accept", { on });
  }

  /** Goes on accepting streams, with an event for each; `text` is written to each at once. */
  async acceptAll(
    options: OnTarget & { mode?: "echo" | "sink" | "hold"; text?: string } = {},
  ): Promise<void> {
    await this.#command("acceptAll", { ...options });
  }

  /** Writes to a stream, `chunk` bytes per write. */
  async write(
    on: string,
    data: GoData,
    options: { chunk?: number; delayMs?: number } = {},
  ): Promise<GoReport & { written: number }> {
    return await this.#command("write", { on, data, ...options });
  }

  /** Reads `bytes` bytes from a stream, or to the end of file when that is 0. */
  async read(
    on: string,
    options: { bytes?: number; timeoutMs?: number; delayMs?: number } = {},
  ): Promise<GoReport & { eof?: boolean }> {
    return await this.#command("read", { on, ...options });
  }

  /** Closes an end or stream; says how long the Go call took, in milliseconds. */
  async close(on = ""): Promise<number> {
    const { ms } = await this.#command<{ ms: number }>("close", { on });
    return ms;
  }

  /** Closes the TCP connection below the library. */
  async cut(): Promise<void> {
    await this.#command("cut", {});
  }

  /** Registers a hook method. */
  async hook(
    method: "get_edge_id" | "edge_online" | "edge_offline",
    options: GoHookOptions = {},
  ): Promise<void> {
    await this.#command("hook", { method, ...options });
  }

  /** As a gateway, reports one peer to the directory. */
  async report(
    method: ReportMethod,
    id: bigint,
    options: GoReportOptions = {},
  ): Promise<void> {
    await this.#command("report", { method, edge: id, ...options });
  }

  /** As a gateway, reports many peers, whose ids follow each other. */
  async reportMany(
    method: ReportMethod,
    first: bigint,
    options: GoReportOptions,
  ): Promise<GoTally> {
    return await this.#command("reportMany", {
      method,
      edge: first,
      ...options,
    });
  }

  /** Sends a signal to the process. */
  kill(signal: Deno.Signal = "SIGKILL"): void {
    this.#process.kill(signal);
  }

  /** Ends the process; its connection is cut, not closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }

  async #command<T>(op: string, fields: Line): Promise<T> {
    if (this.#gone) throw new Error(`Cannot run ${op}: the Go peer has ended`);
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<Line>();
    this.#answers.set(id, resolve);
    const line: Line = { id, op };
    for (const [key, value] of Object.entries(fields)) {
      line[key] = encodeField(key, value);
    }
    await this.#process.send(JSON.stringify(line));
    const answer = await promise;
    if (answer.ok !== true) throw new GoError(String(answer.error));
    return answer as T;
  }

  async #wait(
    accepts: (line: Line) => boolean,
    timeoutMs: number,
  ): Promise<Line> {
    const found = this.#events.findIndex(accepts);
    if (found >= 0) return this.#events.splice(found, 1)[0] as Line;
    const { promise, resolve, reject } = Promise.withResolvers<Line>();
    const waiter: Waiter = { accepts, resolve };
    this.#waiters.push(waiter);
    const timer = setTimeout(() => {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      reject(
        new Error(
          `No such event within ${timeoutMs} ms; seen: ${
            this.#events.map((e) => e.event).join(" ")
          }`,
        ),
      );
    }, timeoutMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #take(text: string): void {
    const line = JSON.parse(text, decodeField) as Line;
    if (typeof line.id === "number") {
      this.#answers.get(line.id)?.(line);
      this.#answers.delete(line.id);
      return;
    }
    if (line.event === "fault") console.error(`Go peer: ${line.error}`);
    const waiting = this.#waiters.findIndex((waiter) => waiter.accepts(line));
    if (waiting >= 0) this.#waiters.splice(waiting, 1)[0]?.resolve(line);
    else this.#events.push(line);
  }

  #end(): void {
    this.#gone = true;
    for (const answer of this.#answers.values()) {
      answer({ ok: false, error: "the Go peer has ended" });
    }
    this.#answers.clear();
  }
}

function encodeField(key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (key === "data") {
    if (typeof value === "string") return { text: value };
    if (value instanceof Uint8Array) return { b64: value.toBase64() };
    return value;
  }
  return value instanceof Uint8Array ? value.toBase64() : value;
}

function decodeField(key: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (IDS.has(key)) return BigInt(value);
  return BYTES.has(key) ? Uint8Array.fromBase64(value) : value;
}

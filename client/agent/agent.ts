/**
 * The agent of a device.
 *
 * @module
 */

import {
  after,
  Backoff,
  describeError,
  FRONTIER_VERSION,
  type Logger,
  NULL_LOGGER,
} from "@frontier/platform/internal";
import { Edge } from "../edge.ts";
import { sleep, whenAborted } from "../connection/abortable.ts";
import type { Status } from "../connection/status.ts";
import { TargetServer } from "../forwarding/answer.ts";
import { dialOptions } from "../program/gateways.ts";
import { CommandRunner } from "./command_runner.ts";
import type { AgentSettings } from "./settings.ts";

/** Where the connection of an agent is. */
export type AgentState = Status["state"] | "stopped";

/** What an agent tells about itself: what `info` answers, and what a status file holds. */
export interface AgentInfo {
  /** Version of the agent. */
  readonly version: string;
  /** Version of the runtime. */
  readonly deno: string;
  /** The operating system. */
  readonly os: string;
  /** The processor. */
  readonly arch: string;
  /** Process id. */
  readonly pid: number;
  /** When it was started, as ISO 8601. */
  readonly startedAt: string;
  /** Bytes that are resident. */
  readonly rssBytes: number;
  /** Where its connection is. */
  readonly state: AgentState;
  /** The id the gateway gave it, in decimal; absent before the first connection. */
  readonly edgeId?: string;
  /** The gateway it is at; absent while there is none. */
  readonly gateway?: string;
  /** Why there is no connection. */
  readonly reason?: string;
  /** Connections before this one. */
  readonly reconnects: number;
  /** Names of what can be reached. */
  readonly targets: readonly string[];
  /** Names of what can be run. */
  readonly commands: readonly string[];
  /** Forwarded connections now. */
  readonly connections: number;
  /** Forwarded connections so far. */
  readonly accepted: number;
  /** Requests for connections that were refused so far. */
  readonly refused: number;
  /** Bytes of targets that were sent. */
  readonly bytesSent: number;
  /** Bytes for targets that were received. */
  readonly bytesReceived: number;
}

/**
 * Keeps one connection to a gateway, connects streams to the targets that its
 * settings list, and answers the methods `ping`, `info` and `exec`.
 *
 * @example An agent within a program of your own
 * ```ts
 * import { Agent } from "@frontier/client/agent";
 *
 * async function run(): Promise<void> {
 *   await using agent = new Agent({
 *     connection: {
 *       gateways: [{ tls: false, hostname: "127.0.0.1", port: 30_012 }],
 *       tls: {},
 *       meta: "pump-7",
 *     },
 *     targets: new Map([["ssh", { hostname: "127.0.0.1", port: 22 }]]),
 *     maxConnections: 16,
 *     commands: new Map(),
 *     execTimeoutMs: 30_000,
 *     execOutputBytes: 65_536,
 *   });
 *   await agent.run();
 * }
 * ```
 */
export class Agent implements AsyncDisposable {
  readonly #log: Logger;
  readonly #onChange: () => void;
  readonly #stop = new AbortController();
  readonly #startedAt = new Date();
  readonly #server: TargetServer;
  readonly #runner: CommandRunner;
  readonly #serving = new Set<Promise<void>>();
  #settings: AgentSettings;
  #edge: Edge | undefined = undefined;
  #edgeId: bigint | undefined = undefined;
  #status: Status | undefined = undefined;
  #reconnects = -1;
  /** Aborted when there are other settings for the connection. */
  #changed = new AbortController();
  /** Whether a connection with other settings is being made beside the present one. */
  #moving = false;
  /** Those who wait until there is a connection. */
  #connected = Promise.withResolvers<Edge>();
  #running: Promise<void> | undefined = undefined;

  /**
   * Makes an agent that does nothing yet.
   *
   * @param settings What it does.
   * @param options Who hears of it.
   */
  constructor(
    settings: AgentSettings,
    options: { logger?: Logger; onChange?: () => void } = {},
  ) {
    const { logger = NULL_LOGGER, onChange = () => {} } = options;
    this.#log = logger;
    this.#onChange = onChange;
    this.#settings = settings;
    this.#server = new TargetServer({ ...settings, log: logger });
    this.#runner = new CommandRunner(settings, logger);
    this.#connected.promise.catch(() => {});
  }

  /** What it tells about itself now. */
  get info(): AgentInfo {
    const status = this.#status;
    const state = this.#stop.signal.aborted
      ? "stopped"
      : status?.state ?? "connecting";
    return {
      version: FRONTIER_VERSION,
      deno: Deno.version.deno,
      os: Deno.build.os,
      arch: Deno.build.arch,
      pid: Deno.pid,
      startedAt: this.#startedAt.toISOString(),
      rssBytes: Deno.memoryUsage().rss,
      state,
      ...(this.#edgeId !== undefined && { edgeId: `${this.#edgeId}` }),
      ...(state === "connected" && status?.state === "connected" &&
        { gateway: status.address }),
      ...(status?.state === "disconnected" &&
        { reason: status.reason.message }),
      reconnects: Math.max(0, this.#reconnects),
      targets: this.#server.names,
      commands: this.#runner.names,
      connections: this.#server.connections,
      accepted: this.#server.accepted,
      refused: this.#server.refused,
      bytesSent: this.#server.count.sent,
      bytesReceived: this.#server.count.received,
    };
  }

  /**
   * Connects, and goes on until it is closed. A gateway that cannot be reached
   * is tried again and again.
   *
   * @returns When it is closed.
   * @throws {TypeError} If the settings cannot be used.
   */
  run(): Promise<void> {
    return this.#running ??= this.#run();
  }

  /**
   * Publishes a message, once there is a connection.
   *
   * @param topic What it is about.
   * @param data The message.
   * @returns When it is acknowledged.
   * @throws {FrontierError} If it is not.
   */
  async publish(topic: string, data: Uint8Array): Promise<void> {
    const edge = this.#edge ?? await this.#connected.promise;
    await edge.publish(topic, data);
  }

  /**
   * Changes what it does. Connections that are forwarded stay, unless gateways,
   * meta or files for TLS change: then it connects anew, and leaves the old
   * connection when the new one is there. A device whose new gateway is wrong
   * stays within reach.
   *
   * @param settings What holds from now on.
   */
  configure(settings: AgentSettings): void {
    const before = JSON.stringify(this.#settings.connection);
    this.#settings = settings;
    this.#server.configure({ ...settings, log: this.#log });
    this.#runner.configure(settings);
    if (JSON.stringify(settings.connection) !== before) {
      this.#changed.abort();
    }
    this.#onChange();
  }

  /**
   * Forwards no new connections and runs no new commands, waits for those there
   * are, and closes.
   *
   * @param options How many milliseconds to wait for them; 0 unless given.
   * @returns When it is closed. Never rejects.
   */
  async close(options: { timeoutMs?: number } = {}): Promise<void> {
    const { timeoutMs = 0 } = options;
    this.#server.stop();
    this.#runner.stop();
    let giveUp = () => {};
    const late = new Promise<void>((resolve) => {
      giveUp = after(timeoutMs, resolve);
    });
    await Promise.race([
      late,
      Promise.all([...this.#serving, this.#runner.idle]),
    ]);
    giveUp();
    this.abort();
    this.#stop.abort();
    this.#changed.abort();
    this.#connected.reject(new Error("Cannot publish: the agent is closed"));
    await Promise.allSettled([...this.#serving, this.#running]);
  }

  /**
   * Resets all connections that are forwarded and kills the commands that run, at
   * once: for a process that ends in the same turn. New ones may come.
   */
  abort(): void {
    this.#server.abort();
    this.#runner.abort();
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<void> {
    const backoff = new Backoff();
    /** Closes the present connection. */
    let leave = new AbortController();
    let using: Promise<void> | undefined;
    while (!this.#stop.signal.aborted) {
      this.#changed = new AbortController();
      const changed = this.#changed.signal;
      const next = new AbortController();
      const giveUp = () => next.abort();
      changed.addEventListener("abort", giveUp);
      this.#moving = using !== undefined;
      const edge = await this.#connect(next.signal);
      this.#moving = false;
      changed.removeEventListener("abort", giveUp);
      if (edge === undefined || changed.aborted) {
        next.abort();
        if (edge === undefined) await sleep(backoff.next(), changed);
        continue;
      }
      backoff.reset();
      leave.abort();
      await using;
      leave = next;
      using = this.#use(edge);
      await Promise.race([whenAborted(changed).promise, using]);
    }
    leave.abort();
    await using;
    this.#onChange();
  }

  /** Makes a connection with the present settings; `undefined` when that fails. */
  async #connect(signal: AbortSignal): Promise<Edge | undefined> {
    const { gateways, tls, meta } = this.#settings.connection;
    const options = dialOptions(gateways, tls);
    try {
      return await Edge.connect({
        ...options,
        meta,
        signal,
        logger: this.#log,
        methods: {
          ping: ({ data }) => data,
          info: () => JSON.stringify(this.info),
          exec: async (request) =>
            JSON.stringify(await this.#runner.run(request.text())),
        },
      });
    } catch (error) {
      if (signal.aborted) return undefined;
      const old = this.#moving ? ", the old connection stays meanwhile" : "";
      this.#log.warn(`Cannot connect, trying again${old}`, {
        peer: gateways.map(({ hostname }) => hostname).join(" "),
        error: describeError(error),
      });
      return undefined;
    }
  }

  /** Uses a connection, and those that take its place, until it is closed. */
  async #use(edge: Edge): Promise<void> {
    this.#edge = edge;
    this.#connected.resolve(edge);
    await Promise.all([this.#accept(edge), this.#watch(edge), edge.closed]);
    this.#edge = undefined;
    this.#connected = Promise.withResolvers();
    this.#connected.promise.catch(() => {});
  }

  async #accept(edge: Edge): Promise<void> {
    for await (const stream of edge.streams()) {
      const serving = this.#server.serve(stream).finally(() => {
        this.#serving.delete(serving);
        this.#onChange();
      });
      this.#serving.add(serving);
      this.#onChange();
    }
  }

  async #watch(edge: Edge): Promise<void> {
    for await (const status of edge.status()) {
      const was = this.#status;
      this.#status = status;
      if (status.state === "connected") {
        const { id, address, busy } = status;
        this.#edgeId = id;
        if (was?.state !== "connected" || !busy && was.address !== address) {
          this.#reconnects++;
          this.#log.info("Connected", { gateway: address, edge: id });
        }
      } else if (status.state === "disconnected") {
        const { reason, retryInMs, farewell } = status;
        // By the connection that is to take its place.
        if (this.#moving && farewell === "replaced") continue;
        this.#log.warn("Disconnected, trying again", {
          peer: "gateway",
          error: reason.message,
          milliseconds: Math.round(retryInMs),
        });
      }
      this.#onChange();
    }
  }
}
